import type { OutgoingEvent } from '@appointments/events';
import type { AppointmentStore } from '../src/adapters/appointment-store';
import { agendaKey } from '../src/app/agenda';
import type { IdempotencyRecord } from '../src/app/create-appointment';
import type { Appointment, HistoryEntry } from '../src/domain/appointment';
import { piecesOfHold, type Hold } from '../src/domain/claims';
import { piecesBetween } from '../src/domain/slots';

export interface MemoryStore extends AppointmentStore {
  /** What went into the outbox, in order. */
  readonly events: OutgoingEvent[];
  /** Who holds which five minutes, by `<agent> <instant>`. */
  readonly claims: Map<string, string>;
  /** How often each port was asked. */
  readonly calls: Record<string, number>;
}

/** A store in memory, which refuses what the database refuses. */
export function memoryStore(): MemoryStore {
  const appointments = new Map<string, Appointment>();
  const histories = new Map<string, Map<string, HistoryEntry>>();
  const records = new Map<string, IdempotencyRecord & { expiresAt: number }>();
  const claims = new Map<string, string>();
  const holds = new Map<string, Hold>();
  const counts = new Map<string, number>();
  const events: OutgoingEvent[] = [];
  const calls: Record<string, number> = {};
  const called = (port: string) => (calls[port] = (calls[port] ?? 0) + 1);
  const keysOf = ({ agent, claimedFrom, claimedTo }: Appointment) =>
    piecesBetween(Date.parse(claimedFrom), Date.parse(claimedTo)).map((piece) => `${agent.agentId} ${piece}`);
  /** Whether another than `mine` has the piece at `now`. */
  const isTaken = (key: string, now: Date, mine?: string) => {
    const holder = claims.get(key);
    if (holder === undefined || holder === mine) return false;
    const hold = holds.get(holder);
    return hold === undefined ? !holder.startsWith('hld_') : hold.until > now.getTime();
  };
  const keysOfHold = (hold: Hold) => piecesOfHold(hold).map((piece) => `${hold.agentId} ${piece}`);
  const remember = (id: string, key: string, entry: HistoryEntry) => {
    const entries = histories.get(id) ?? new Map<string, HistoryEntry>();
    histories.set(id, entries.set(`${entry.at}#${key}`, entry));
  };

  const answeredBefore: AppointmentStore['answeredBefore'] = async (key, now) => {
    called('answeredBefore');
    const record = records.get(key);
    if (!record || record.expiresAt <= now.getTime()) return undefined;
    const { expiresAt: _, ...rest } = record;
    return rest;
  };

  return {
    events,
    claims,
    calls,
    answeredBefore,
    create: async ({ appointment, event, counts: added, holdId, idempotency }, now) => {
      called('create');
      const record = idempotency && (await answeredBefore(idempotency.key, now));
      if (record) return { kind: 'answered-before', record };
      const keys = keysOf(appointment);
      const passed = added.filter(({ key, most }) => (counts.get(key) ?? 0) >= most);
      if (passed.length > 0) return { kind: 'too-many', passed };
      if (keys.some((key) => isTaken(key, now, holdId))) return { kind: 'slot-taken' };
      for (const { key } of added) counts.set(key, (counts.get(key) ?? 0) + 1);
      if (holdId !== undefined) holds.delete(holdId);
      for (const key of keys) claims.set(key, appointment.appointmentId);
      appointments.set(appointment.appointmentId, appointment);
      if (idempotency) records.set(idempotency.key, { ...idempotency, expiresAt: now.getTime() + 24 * 3_600_000 });
      events.push(event);
      return { kind: 'booked' };
    },
    save: async ({ before, change, event, claims: claimsChange }, now) => {
      called('save');
      const id = before.appointmentId;
      if (appointments.get(id)?.writes !== before.writes) return 'overtaken';
      if (claimsChange !== 'keep') {
        const fresh = claimsChange === 'swap' ? keysOf(change.appointment) : [];
        if (fresh.some((key) => isTaken(key, now, id))) return 'slot-taken';
        for (const key of keysOf(before)) claims.delete(key);
        for (const key of fresh) claims.set(key, id);
      }
      appointments.set(id, change.appointment);
      remember(id, event.detail.metadata.eventId, change.entry);
      events.push(event);
      return 'saved';
    },
    record: async ({ appointmentId, eventId, entry, before, after }) => {
      called('record');
      if (histories.get(appointmentId)?.has(`${entry.at}#${eventId}`)) return 'known';
      if (after && appointments.get(appointmentId)?.writes !== before.writes) return 'overtaken';
      if (after) appointments.set(appointmentId, after);
      remember(appointmentId, eventId, entry);
      return 'recorded';
    },
    hold: async (hold, replaces, now) => {
      called('hold');
      const keys = keysOfHold(hold);
      if (keys.some((key) => isTaken(key, now, replaces))) return 'slot-taken';
      for (const key of keys) claims.set(key, hold.holdId);
      holds.set(hold.holdId, hold);
      return 'held';
    },
    findHold: async (holdId) => holds.get(holdId),
    releaseHold: async (hold, kept) => {
      holds.delete(hold.holdId);
      const others = new Set(kept ? keysOfHold(kept) : []);
      for (const key of keysOfHold(hold)) if (!others.has(key) && claims.get(key) === hold.holdId) claims.delete(key);
    },
    find: async (id) => appointments.get(id),
    read: async (id) => {
      called('read');
      const appointment = appointments.get(id);
      const history = [...(histories.get(id) ?? [])].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
      return appointment && { appointment, history };
    },
    readAgenda: async (agentId, { start, end, after = '' }, limit) => {
      called('readAgenda');
      return [...appointments.values()]
        .filter(({ agent, startsAt }) => {
          const instant = Date.parse(startsAt);
          return agent.agentId === agentId && instant >= start && instant < end;
        })
        .filter((appointment) => agendaKey(appointment) > after)
        .toSorted((a, b) => (agendaKey(a) < agendaKey(b) ? -1 : 1))
        .slice(0, limit);
    },
    claimedBetween: async (agentId, from, to) => {
      called('claimedBetween');
      return [...claims].flatMap(([key, heldBy]) => {
        const [agent, piece = ''] = key.split(' ');
        const isHold = heldBy.startsWith('hld_');
        const until = isHold ? (holds.get(heldBy)?.until ?? 0) : undefined;
        return agent === agentId && Number(piece) >= from && Number(piece) <= to
          ? [{ piece: Number(piece), heldBy, until }]
          : [];
      });
    },
  };
}
