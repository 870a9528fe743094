import { startEngine, type Engine } from '../../shared/runtime/test/database-engine';
import { agentStore } from '../../services/booking/src/adapters/agents';
import { appointmentStore } from '../../services/booking/src/adapters/appointment-store';
import type { Agent } from '../../services/booking/src/domain/agent';
import { BOOKING, hoursOf, NOW, publicApi, someone, type Answered } from '../../services/booking/test/api';
import { counting, type Usage } from '../../services/booking/test/clients';
import { plant } from '../../services/booking/test/plant';
import { agentFields } from '../../services/booking/src/app/agent-schemas';
import { staffAgentsApi } from '../../services/booking/test/staff-agents';
import { zoneNamed } from '@appointments/runtime/zones';
import { median, percentile } from './statistics';

const DAY = 24 * 3_600_000;
const MINUTES = 30;
const OPENS = 6;
const SLOTS_A_DAY = 32;
const DAYS = 58;
const SLOTS = SLOTS_A_DAY * DAYS;
/** Each agent has so many of the appointments ahead; the others are past. */
const AHEAD = 5;
const AT_ONCE = 10;
const INDEXES = [{ name: 'by-agent', partitionKey: 'agentId', sortKey: 'agenda' }];

export interface Sizes {
  readonly agents: readonly number[];
  readonly existing: readonly number[];
  readonly runs: number;
  /** Requests of a run, one at a time and then ten at once; fewer where each asks for the claims of many agents. */
  readonly requests: (call: CallName, agents: number) => number;
}

/** Looking comes first, before the bookings that are measured fill the days ahead. */
export const CALLS = ['see one day', 'see 62 days', 'book a named agent', 'book whoever is free'] as const;
export type CallName = (typeof CALLS)[number];

/** What a call costs, medians of the runs. */
export interface Cost extends Usage {
  readonly call: CallName;
  readonly agents: number;
  readonly existing: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

const slotAt = (place: number) =>
  Date.parse(`${NOW.toISOString().slice(0, 10)}T00:00:00Z`) +
  (1 + Math.floor(place / SLOTS_A_DAY)) * DAY +
  (OPENS * 60 + (place % SLOTS_A_DAY) * MINUTES) * 60_000;
const isAhead = (place: number) => place % Math.floor(SLOTS / AHEAD) === 0;

/** Appointments of all agents in turn, first those ahead, then the past ones back from yesterday, around the clock. */
function* timesOf(agents: readonly Agent[], existing: number) {
  const ahead = Array.from({ length: SLOTS }, (_, place) => place)
    .filter(isAhead)
    .slice(0, AHEAD);
  for (let n = 0; n < existing; n++) {
    const agent = agents[n % agents.length];
    const turn = Math.floor(n / agents.length);
    const place = ahead[turn];
    const start = place === undefined ? slotAt(0) - DAY - (turn - AHEAD + 1) * MINUTES * 60_000 : slotAt(place);
    if (agent) yield { agent, start };
  }
}

/** A table with its agents and appointments, and the calls on it. */
async function tableOf(engine: Engine, howMany: number, existing: number) {
  const TableName = await engine.table(INDEXES);
  const configured = someone('agt_000', {
    zone: zoneNamed('UTC') ?? someone('').zone,
    workingHours: hoursOf(`0${OPENS}:00-${OPENS + SLOTS_A_DAY / 2}:00`),
  });
  const roster = agentStore(engine.client, TableName, configured);
  const staff = staffAgentsApi(roster, () => NOW);
  for (let n = 1; n < howMany; n++)
    await staff.put(`agt_${String(n).padStart(3, '0')}`, agentFields({ ...configured, name: `Agent ${n}` }));
  const agents = await roster.all();
  await plant(engine.client, TableName, timesOf(agents, existing), NOW);

  const { client, usage } = counting(engine.client);
  const api = publicApi(
    appointmentStore(client, TableName),
    () => NOW,
    {},
    {
      agents: agentStore(client, TableName, configured),
      limits: { perAddress: 1e6, perNumber: 1e6, perNetwork: 1e6 },
      isRead: false,
    },
  );
  let booked = 0;
  let asked = 0;
  /** Free times all over the days ahead. */
  const nextStart = () => {
    for (;;) {
      // 7919 is prime: every slot has its turn.
      const place = (booked++ * 7919) % SLOTS;
      if (booked > SLOTS) throw new Error('the slots ran out');
      if (!isAhead(place)) return new Date(slotAt(place)).toISOString();
    }
  };
  const book = async (agentId?: string) =>
    api.create({
      body: { ...BOOKING, startsAt: nextStart(), timeZone: 'UTC', ...(agentId !== undefined && { agentId }) },
      sourceIp: '203.0.113.7',
    });
  const day = (offset: number) => new Date(NOW.getTime() + offset * DAY).toISOString().slice(0, 10);
  const calls: Record<CallName, () => Promise<Answered>> = {
    'book a named agent': async () => book(agents[booked % agents.length]?.agentId),
    'book whoever is free': async () => book(),
    'see one day': async () => {
      const from = day(1 + (asked++ % DAYS));
      return api.availability({ from, to: from, timeZone: 'America/New_York' });
    },
    'see 62 days': async () => api.availability({ from: day(0), to: day(61), timeZone: 'America/New_York' }),
  };
  return { existing, calls, usage };
}

/** Times every call on tables with all these numbers of agents and appointments, by turns, so that what else the machine does hits all alike. */
export async function costs(sizes: Sizes, say: (what: string) => void): Promise<readonly Cost[]> {
  const all: Cost[] = [];
  for (const agents of sizes.agents) {
    const engine = await startEngine();
    try {
      const tables = [];
      for (const existing of sizes.existing) {
        say(`planting ${existing} appointments of ${agents} agents`);
        tables.push(await tableOf(engine, agents, existing));
      }
      for (const call of CALLS) {
        say(`${call}, ${agents} agents`);
        const requests = sizes.requests(call, agents);
        const measured = tables.map((table) => ({ table, runs: [] as Omit<Cost, keyof Usage>[], used: [] as Usage[] }));
        for (const { table } of measured) await granted(table.calls[call]);
        for (let run = 0; run < sizes.runs; run++) {
          for (const { table, runs, used } of measured) {
            const times: number[] = [];
            for (let n = 0; n < requests; n++) {
              table.usage();
              const begun = performance.now();
              await granted(table.calls[call]);
              times.push(performance.now() - begun);
              used.push(table.usage());
            }
            const begun = performance.now();
            await Promise.all(
              Array.from({ length: AT_ONCE }, async () => {
                for (let n = 0; n < Math.ceil(requests / AT_ONCE); n++) await granted(table.calls[call]);
              }),
            );
            const perSecond = (Math.ceil(requests / AT_ONCE) * AT_ONCE * 1000) / (performance.now() - begun);
            const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => percentile(times, share)) as [
              number,
              number,
              number,
            ];
            runs.push({ call, agents, existing: table.existing, perSecond, p50, p95, p99 });
          }
        }
        for (const { table, runs, used } of measured) {
          const of = (figure: 'perSecond' | 'p50' | 'p95' | 'p99') => median(runs.map((run) => run[figure]));
          all.push({
            call,
            agents,
            existing: table.existing,
            perSecond: of('perSecond'),
            p50: of('p50'),
            p95: of('p95'),
            p99: of('p99'),
            requests: used.at(-1)?.requests ?? {},
            read: median(used.map(({ read }) => read)),
            written: median(used.map(({ written }) => written)),
          });
        }
      }
    } finally {
      await engine.stop();
    }
  }
  return all;
}

async function granted(call: () => Promise<Answered>): Promise<void> {
  const { status, text } = await call();
  if (status >= 300) throw new Error(`a request was refused: ${text}`);
}
