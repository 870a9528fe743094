import type { Appointment } from '../domain/appointment';

/** Where an appointment stands in its agent's agenda: sorts by its start, then by its id. */
export function agendaKey({ startsAt, appointmentId }: Pick<Appointment, 'startsAt' | 'appointmentId'>): string {
  return `${startsAt}#${appointmentId}`;
}

const KEY = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z)#[A-Za-z0-9_-]{1,64}$/;

/** The instant of an agenda key; `undefined` for what is none. */
export function instantOfKey(key: string): number | undefined {
  const written = KEY.exec(key)?.[1];
  const instant = written === undefined ? Number.NaN : Date.parse(written);
  return Number.isNaN(instant) ? undefined : instant;
}

/** What of an agenda is asked for: what starts from `start` to before `end` (milliseconds since 1970), and stands behind `after`. */
export interface AgendaSpan {
  readonly start: number;
  readonly end: number;
  /** An agenda key. */
  readonly after?: string | undefined;
}

/** The first of an agent's appointments in the span, `limit` at most, by their keys; fewer only where there are no more. */
export type ReadAgenda = (agentId: string, span: AgendaSpan, limit: number) => Promise<readonly Appointment[]>;

/** One agent's appointments that were read and not yet taken. */
interface Lane {
  readonly agentId: string;
  waiting: readonly Appointment[];
  /** The key of the last that was read. */
  last: string | undefined;
  /** How many are read next. */
  chunk: number;
  isOver: boolean;
}

/**
 * The first `limit` appointments of several agents together, by their keys. Of each agent about its share is read, and
 * twice as much each time where that was too little: neither all of everybody's nor one by one.
 */
export async function mergedAgenda(
  agentIds: readonly string[],
  span: AgendaSpan,
  limit: number,
  readAgenda: ReadAgenda,
): Promise<Appointment[]> {
  const share = Math.ceil(limit / Math.max(1, agentIds.length));
  const lanes = agentIds.map((agentId): Lane => ({
    agentId,
    waiting: [],
    last: span.after,
    chunk: share,
    isOver: false,
  }));
  const read = async (lane: Lane) => {
    const found = await readAgenda(lane.agentId, { ...span, after: lane.last }, lane.chunk);
    const last = found.at(-1);
    lane.waiting = found;
    lane.isOver = found.length < lane.chunk;
    if (last) lane.last = agendaKey(last);
    lane.chunk = Math.min(limit, lane.chunk * 2);
  };

  await Promise.all(lanes.map(read));
  const merged: Appointment[] = [];
  while (merged.length < limit) {
    // What a lane has not read yet may come before what another has.
    await Promise.all(lanes.filter(({ waiting, isOver }) => waiting.length === 0 && !isOver).map(read));
    const [first] = lanes
      .flatMap((lane) => (lane.waiting[0] ? [{ lane, appointment: lane.waiting[0] }] : []))
      .toSorted((a, b) => (agendaKey(a.appointment) < agendaKey(b.appointment) ? -1 : 1));
    if (!first) break;
    merged.push(first.appointment);
    first.lane.waiting = first.lane.waiting.slice(1);
  }
  return merged;
}
