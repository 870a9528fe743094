import { log } from '@appointments/runtime';
import { answerTo, type Answer, type Question } from '../domain/answer';
import { roomOf, type Leg, type Session } from '../domain/session';
import type { AttemptPlace } from './addresses';
import type { Decide } from './decide';
import type { People } from './words';

export interface Documents {
  /** The document for an answer, in the language of whoever is at that place. */
  readonly render: (answer: Answer, place: AttemptPlace, people: People | undefined) => string;
  /** A constant, for when nothing else can be said. */
  readonly fallback: string;
}

/** The document for an answer; where it cannot be written, the constant one, so that nobody hears an error of Twilio's. */
export function documentFor(
  documents: Documents,
  answer: Answer,
  place: AttemptPlace,
  people: People | undefined,
): string {
  try {
    return documents.render(answer, place, people);
  } catch (error) {
    log.error('The document could not be written; the constant one is said', { error });
    return documents.fallback;
  }
}

export interface CallRequest {
  readonly place: AttemptPlace;
  readonly callSid: string;
  readonly answeredBy?: string | undefined;
  readonly digits: string;
  /** The same when the carrier asks the same again. */
  readonly telling?: string | undefined;
}

export function attemptIdOf(place: AttemptPlace): string {
  return `${place.leg}-${place.n}`;
}

/** Answers what Twilio asks for during a call: records what the question tells, decides, and renders from what was written. */
export function answerCall(ports: { readonly decide: Decide; readonly documents: Documents }) {
  return async (question: Question, request: CallRequest): Promise<string> => {
    const { place, callSid } = request;
    const common = { attemptId: attemptIdOf(place), callSid };
    const decision = await ports.decide(
      place.sessionId,
      question === 'answer'
        ? { type: 'answered', ...common, answeredBy: request.answeredBy }
        : question === 'key'
          ? { type: 'key', ...common, digits: request.digits, telling: request.telling }
          : { type: 'dial-ended', ...common },
    );
    const answer: Answer = decision
      ? answerTo(decision.after, common.attemptId, callSid, question)
      : { say: 'hang-up' };
    if (decision) log.info('Call answered', { ...fieldsOf(decision.after), leg: place.leg, question, say: answer.say });
    return documentFor(ports.documents, answer, place, decision?.after.people);
  };
}

export interface StatusReport {
  readonly place: AttemptPlace;
  readonly callSid: string;
  readonly status: string;
  readonly sipCode?: number | undefined;
  /** Twilio's time of the event. */
  readonly at?: number | undefined;
}

const CALL_NAMES: Readonly<Record<Leg, string>> = { agent: 'Agent', client: 'Client' };

/** Records how far a call has come. Such words are best effort: they come late, twice, in any order, or not at all. */
export function recordStatus(ports: { readonly decide: Decide }) {
  return async ({ place, ...told }: StatusReport): Promise<void> => {
    const decision = await ports.decide(place.sessionId, { type: 'status', attemptId: attemptIdOf(place), ...told });
    if (!decision) return log.warn('Call status of an unknown session', { callSessionId: place.sessionId });
    log.info(`${CALL_NAMES[place.leg]} call status: ${told.status}`, { ...fieldsOf(decision.after), attempt: place.n });
  };
}

export interface RoomReport {
  readonly place: AttemptPlace;
  readonly room: string;
  readonly event: 'start' | 'join' | 'leave' | 'end';
  /** Rooms of one name that come after another have ids of their own. */
  readonly conferenceSid: string;
  readonly callSid?: string | undefined;
  readonly hungUp?: boolean | undefined;
  readonly endedBy?: Leg | undefined;
}

/** Records what the conference tells: it alone proves that the two hear each other. */
export function recordRoom(ports: { readonly decide: Decide }) {
  return async ({ place, ...report }: RoomReport): Promise<void> => {
    const decision = await ports.decide(place.sessionId, { type: 'conference', ...report });
    if (!decision) return log.warn('Conference of an unknown session', { callSessionId: place.sessionId });
    log.info(`Conference event: ${report.event}`, { ...fieldsOf(decision.after), room: report.room });
  };
}

/** Rooms are named after the session, so a report about another one is not about this session. */
export function isRoomOf(session: Pick<Session, 'id'>, room: string, n: number): boolean {
  return room === roomOf(session, { n });
}

function fieldsOf(session: Session) {
  return {
    appointmentId: session.appointmentId,
    appointmentVersion: session.appointmentVersion,
    callSessionId: session.id,
  };
}
