import type { OutgoingEvent } from '@appointments/events';
import type { AppointmentStore } from '../src/adapters/appointment-store';
import type { IdempotencyRecord } from '../src/app/create-appointment';
import type { Appointment, HistoryEntry } from '../src/domain/appointment';
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
  const events: OutgoingEvent[] = [];
  const calls: Record<string, number> = {};
  const called = (port: string) => (calls[port] = (calls[port] ?? 0) + 1);
  const keysOf = ({ agent, claimedFrom, claimedTo }: Appointment) =>
    piecesBetween(Date.parse(claimedFrom), Date.parse(claimedTo)).map((piece) => `${agent.agentId} ${piece}`);
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
    create: async ({ appointment, event, idempotency }, now) => {
      called('create');
      const record = idempotency && (await answeredBefore(idempotency.key, now));
      if (record) return { kind: 'answered-before', record };
      const keys = keysOf(appointment);
      if (keys.some((key) => claims.has(key))) return { kind: 'slot-taken' };
      for (const key of keys) claims.set(key, appointment.appointmentId);
      appointments.set(appointment.appointmentId, appointment);
      if (idempotency) records.set(idempotency.key, { ...idempotency, expiresAt: now.getTime() + 24 * 3_600_000 });
      events.push(event);
      return { kind: 'booked' };
    },
    save: async ({ before, change, event, claims: claimsChange }) => {
      called('save');
      const id = before.appointmentId;
      if (appointments.get(id)?.writes !== before.writes) return 'overtaken';
      if (claimsChange !== 'keep') {
        const fresh = claimsChange === 'swap' ? keysOf(change.appointment) : [];
        if (fresh.some((key) => claims.has(key) && claims.get(key) !== id)) return 'slot-taken';
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
    find: async (id) => appointments.get(id),
    read: async (id) => {
      called('read');
      const appointment = appointments.get(id);
      const history = [...(histories.get(id) ?? [])].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
      return appointment && { appointment, history };
    },
    claimedBetween: async (agentId, from, to) => {
      called('claimedBetween');
      const pieces = [...claims.keys()].map((key) => key.split(' ')).filter(([agent]) => agent === agentId);
      return new Set(pieces.map(([, piece]) => Number(piece)).filter((piece) => piece >= from && piece <= to));
    },
  };
}
