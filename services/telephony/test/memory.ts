import type { OutboxItem } from '@appointments/runtime';
import type {
  CountedCall,
  Projections,
  Sessions,
  StoredAppointment,
  StoredSession,
  WriteResult,
} from '../src/app/ports';
import type { LineStore } from '../src/app/line';
import { IDLE_LINE } from '../src/domain/line';
import type { Agent } from '../src/domain/projection';

/** The table in memory: optimistic revisions, held phones, and the outbox of every write. */
export function memoryTable() {
  const sessions = new Map<string, StoredSession>();
  const appointments = new Map<string, StoredAppointment>();
  const agents = new Map<string, Agent>();
  const held = new Map<string, string>();
  const counted = new Map<string, number>();
  const proven = new Set<string>();
  /** By number and day, the appointments for which a number without proof was called. */
  const calledFor = new Map<string, Set<string>>();
  let line = { line: IDLE_LINE, revision: 0 };
  const bills = new Set<string>();
  const outbox: OutboxItem[] = [];
  /** Run before the next writes; what they do is done by somebody else in between. */
  const rivals: (() => void)[] = [];

  const sessionsPort: Sessions = {
    load: (id) => Promise.resolve(sessions.get(id)),
    write: (write, now): Promise<WriteResult> => {
      rivals.shift()?.();
      const { session } = write;
      const current = appointments.get(session.appointmentId)?.appointment.state;
      if (write.onlyWhileCurrent && (current?.version !== session.appointmentVersion || current.cancelled))
        return Promise.resolve('overtaken');
      if ((sessions.get(session.id)?.revision ?? 0) !== write.expected) return Promise.resolve('contended');
      const countOf = ({ leg, number }: CountedCall) => `${leg} ${number} ${now.toISOString().slice(0, 10)}`;
      const spent = [write.counts, write.needs].find(
        (call) => call && (counted.get(countOf(call)) ?? 0) >= call.dailyLimit,
      );
      if (spent) return Promise.resolve({ tooOften: spent.leg });
      const { unproven, proves } = write;
      const day = unproven && `${unproven.number} ${now.toISOString().slice(0, 10)}`;
      const before = calledFor.get(day ?? '') ?? new Set();
      if (unproven && !before.has(session.appointmentId) && before.size >= unproven.dailyAppointments)
        return Promise.resolve('unproven');
      const engaged = write.hold.find((number) => (held.get(number) ?? session.id) !== session.id);
      if (engaged !== undefined) return Promise.resolve({ engaged });
      if (write.counts) counted.set(countOf(write.counts), (counted.get(countOf(write.counts)) ?? 0) + 1);
      if (unproven?.rings) calledFor.set(day ?? '', before.add(session.appointmentId));
      if (proves !== undefined) proven.add(proves);
      sessions.set(session.id, { session: structuredClone(session), revision: write.expected + 1 });
      for (const number of write.hold) held.set(number, session.id);
      for (const number of write.free) held.delete(number);
      outbox.push(...write.outbox);
      return Promise.resolve('written');
    },
    isProven: (number) => Promise.resolve(proven.has(number)),
    ofAppointment: (appointmentId) =>
      Promise.resolve(
        [...sessions.values()]
          .filter(({ session }) => session.appointmentId === appointmentId)
          .map(({ session }) => ({ sessionId: session.id, appointmentVersion: session.appointmentVersion })),
      ),
  };
  const projections: Projections = {
    load: (id) => Promise.resolve(appointments.get(id)),
    write: (appointment, expected) => {
      rivals.shift()?.();
      if ((appointments.get(appointment.appointmentId)?.revision ?? 0) !== expected) return Promise.resolve(false);
      appointments.set(appointment.appointmentId, { appointment, revision: expected + 1 });
      return Promise.resolve(true);
    },
    loadAgent: (id) => Promise.resolve(agents.get(id)),
    writeAgent: (agent) => {
      if ((agents.get(agent.agentId)?.agentVersion ?? 0) < agent.agentVersion) agents.set(agent.agentId, agent);
      return Promise.resolve();
    },
  };

  const lineStore: LineStore = {
    load: () => Promise.resolve(line),
    write: (changed, expected) => {
      rivals.shift()?.();
      if (line.revision !== expected) return Promise.resolve('contended');
      line = { line: changed, revision: expected + 1 };
      return Promise.resolve('written');
    },
    writeBill: (id, changed, expected) => {
      rivals.shift()?.();
      if (bills.has(id)) return Promise.resolve('known');
      if (line.revision !== expected) return Promise.resolve('contended');
      line = { line: changed, revision: expected + 1 };
      bills.add(id);
      return Promise.resolve('written');
    },
  };

  const messages = (to: string): readonly Record<string, unknown>[] =>
    outbox.filter((item) => item.to === to).map((item) => JSON.parse(item.body) as Record<string, unknown>);
  return {
    sessions: sessionsPort,
    projections,
    line: lineStore,
    lineNow: () => line.line,
    outbox,
    held,
    proven,
    calledFor,
    rivals,
    sessionsNow: (): readonly StoredSession[] => [...sessions.values()],
    sessionOf: (id: string) => {
      const stored = sessions.get(id);
      if (!stored) throw new Error(`there is no session ${id}`);
      return stored;
    },
    commands: () => messages('dialler'),
    timers: () => messages('timers'),
    events: () => messages('bus').map((event) => event['detailType']),
  };
}
