import { agentOnLine, findAttempt, isOpen, roomOf, type Leg, type Session } from './session';

/** What Twilio asks for: the document on answer, after a key (or none) was pressed, or after the conference was left. */
export type Question = 'answer' | 'key' | 'dialled';

export type Answer =
  /** `again` after a key that was not 1: they have heard who calls. */
  | { readonly say: 'greeting'; readonly leg: Leg; readonly again: boolean }
  /** `greet` when nothing was said before, because a machine detector accepted in place of a key. */
  | { readonly say: 'conference'; readonly leg: Leg; readonly room: string; readonly greet: boolean }
  | { readonly say: 'bad-news' }
  | { readonly say: 'apology' }
  | { readonly say: 'hang-up' };

const HANG_UP: Answer = { say: 'hang-up' };

/**
 * The document for a call, from the state as it was written: the same question twice has the same answer, and a call that is
 * none of the session's, or comes after its end, is hung up. A client is sent to the agent only if one is on the line now.
 */
export function answerTo(session: Session, attemptId: string, callSid: string, question: Question): Answer {
  const attempt = findAttempt(session, attemptId);
  if (!attempt || attempt.callSid !== callSid || !isOpen(attempt)) return HANG_UP;
  if (attempt.releasedAt !== undefined) return attempt.leg === 'agent' ? { say: 'bad-news' } : { say: 'apology' };
  if (session.terminal || session.calledOff) {
    const mayHearWhy = attempt.leg === 'client' && question !== 'dialled' && session.terminal?.type === 'failed';
    return mayHearWhy ? { say: 'apology' } : HANG_UP;
  }
  if (question === 'dialled' || attempt.screened !== undefined) return HANG_UP;
  if (question === 'answer') {
    if (attempt.acceptedBy !== 'amd') return { say: 'greeting', leg: attempt.leg, again: false };
  } else if (attempt.stage !== 'human') return { say: 'greeting', leg: attempt.leg, again: true };
  if (attempt.room === undefined) return { say: 'apology' };
  if (attempt.leg === 'client') {
    const agent = agentOnLine(session);
    if (!agent || roomOf(session, agent) !== attempt.room) return { say: 'apology' };
  }
  return { say: 'conference', leg: attempt.leg, room: attempt.room, greet: question === 'answer' };
}
