import * as z from 'zod';
import type { Entry } from '../domain/entry';
import {
  BookedAppointment,
  ToldCall,
  ToldMessage,
  ToldWakeUp,
  type DeadLetter,
  type Evidence,
  type Unread,
} from './evidence';

/** Where the doctor reads. Each may fail by itself: what it says is told as what could not be read. */
export interface Sources {
  /** Asks a staff endpoint; `null` where it answers that there is no such thing (404). */
  readonly ask: (path: string) => Promise<unknown>;
  readonly events: (about: string) => Promise<readonly Entry[]>;
  readonly deadLetters: (about: string) => Promise<readonly DeadLetter[]>;
  readonly now: () => Promise<Date>;
}

const Messages = z.object({ messages: z.array(ToldMessage), next: z.string().optional() });
const WakeUps = z.object({ wakeUps: z.array(ToldWakeUp) });
const Calls = z.object({ calls: z.array(ToldCall) });

/** Reads everything there is on an appointment. What cannot be read does not keep the rest from being told. */
export async function gather(appointmentId: string, sources: Sources): Promise<Evidence> {
  const path = `/staff/appointments/${encodeURIComponent(appointmentId)}`;
  const unread: Unread[] = [];
  const trying = async <T>(what: string, otherwise: T, read: () => Promise<T>): Promise<T> => {
    try {
      return await read();
    } catch (error) {
      unread.push({ what, why: whyOf(error) });
      return otherwise;
    }
  };
  const there = async <Schema extends z.ZodType>(schema: Schema, url: string): Promise<z.infer<Schema>> => {
    const answer = await sources.ask(url);
    if (answer === null) throw new Error('there is no such endpoint: is the service deployed?');
    return schema.parse(answer);
  };

  const [appointment, events, wakeUps, calls, messages, deadLetters] = await Promise.all([
    trying('appointment', undefined, async () => {
      const answer = await sources.ask(path);
      return answer === null ? null : BookedAppointment.parse(answer);
    }),
    trying('events', [], () => sources.events(appointmentId)),
    trying('wake-ups', [], async () => (await there(WakeUps, `${path}/wake-ups`)).wakeUps),
    trying('calls', [], async () => (await there(Calls, `${path}/calls`)).calls),
    trying('messages', [], () => messagesOf((url) => sources.ask(url), `${path}/messages`)),
    trying('dead letters', [], () => sources.deadLetters(appointmentId)),
  ]);
  return {
    appointmentId,
    now: (await sources.now()).toISOString(),
    appointment,
    events: [...events],
    wakeUps,
    calls,
    messages,
    deadLetters: [...deadLetters],
    unread,
  };
}

/** Every page. An appointment that booking does not know has none (404). */
async function messagesOf(ask: Sources['ask'], path: string): Promise<ToldMessage[]> {
  const found: ToldMessage[] = [];
  let cursor: string | undefined;
  do {
    const answer = await ask(`${path}?limit=100${cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`}`);
    if (answer === null) break;
    const page = Messages.parse(answer);
    found.push(...page.messages);
    cursor = page.next;
  } while (cursor !== undefined);
  return found;
}

function whyOf(error: unknown): string {
  if (error instanceof z.ZodError) {
    const at = error.issues.slice(0, 3).map((issue) => issue.path.join('.') || 'the whole');
    return `the answer is not as it is known here (${at.join(', ')})`;
  }
  return error instanceof Error ? error.message : String(error);
}
