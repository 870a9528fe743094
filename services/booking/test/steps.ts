import * as fc from 'fast-check';
import { AgentAnswered, CallCompleted, CallConnected, CallFailed } from '@appointments/events';
import { signManageToken } from '@appointments/runtime';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { agentStore } from '../src/adapters/agents';
import { appointmentStore, type AppointmentStore } from '../src/adapters/appointment-store';
import { applyCallEvent, type ReceivedCallEvent } from '../src/app/apply-call-event';
import type { BookingLimits } from '../src/app/limits';
import { KEYS, publicApi, someone, type Answered } from './api';
import { AGENTS, DAYS, startsOf, type Calendar, type Deed, type World } from './model';
import { staffAgentsApi } from './staff-agents';

/** One thing that somebody wants; the numbers choose among what there is when its round begins. */
export type Step =
  | {
      readonly do: 'create';
      readonly client: number;
      readonly agent?: number | undefined;
      readonly pick: number;
      readonly hold?: number | undefined;
      readonly key?: number | undefined;
      /** Whether the key comes with another body than it first came with. */
      readonly otherBody: boolean;
    }
  | {
      readonly do: 'hold';
      readonly agent?: number | undefined;
      readonly pick: number;
      readonly replaces?: number | undefined;
    }
  | { readonly do: 'release'; readonly which: number }
  | {
      readonly do: 'move';
      readonly which: number;
      readonly pick: number;
      readonly isStaff: boolean;
      /** Whom staff give it to. */
      readonly agent?: number | undefined;
    }
  | { readonly do: 'cancel'; readonly which: number; readonly isStaff: boolean }
  | { readonly do: 'amend'; readonly which: number }
  | { readonly do: 'call'; readonly which: number; readonly event: ReceivedCallEvent['detailType'] }
  | { readonly do: 'edit'; readonly agent: number; readonly calendar: Calendar };

/** What is wanted at the same time, so many minutes after the round before. */
export interface Round {
  readonly minutes: number;
  readonly steps: readonly Step[];
}

/** Everything that happens follows from this. */
export interface Play {
  readonly seed: number;
  readonly calendars: readonly Calendar[];
  readonly rounds: readonly Round[];
}

const agent = fc.nat(AGENTS.length - 1);
const pick = fc.nat(5);
const which = fc.nat(4);
/** Every second time. */
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });
const calendar: fc.Arbitrary<Calendar> = fc.record({
  from: fc.constantFrom(14 * 60, 14 * 60, 14 * 60 + 30),
  to: fc.constantFrom(16 * 60, 17 * 60),
  slotMinutes: fc.constantFrom(30, 30, 45, 60),
  bufferBeforeMinutes: fc.constantFrom(0, 0, 15),
  bufferAfterMinutes: fc.constantFrom(0, 0, 10, 30),
  dayOff: fc.constantFrom(undefined, undefined, ...DAYS),
  active: fc.constantFrom(true, true, true, false),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('create' as const),
      client: fc.nat(3),
      agent: maybe(agent),
      pick,
      hold: maybe(which),
      key: maybe(fc.nat(2)),
      otherBody: fc.constantFrom(false, false, false, true),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('hold' as const), agent: maybe(agent), pick, replaces: maybe(which) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('release' as const), which }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('move' as const), which, pick, isStaff: fc.boolean(), agent: maybe(agent) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cancel' as const), which, isStaff: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('amend' as const), which }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('call' as const),
      which,
      event: fc.constantFrom('AgentAnswered', 'CallConnected', 'CallCompleted', 'CallFailed'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('edit' as const), agent, calendar }) },
);

/** Any rounds of any steps at once. */
export const plays: fc.Arbitrary<Play> = fc.record({
  seed: fc.noShrink(fc.nat(2 ** 31 - 1)),
  calendars: fc.tuple(calendar, calendar, calendar),
  rounds: fc.array(
    fc.record({
      minutes: fc.constantFrom(0, 0, 0, 5, 10),
      steps: fc.array(step, { minLength: 1, maxLength: 6, size: 'max' }),
    }),
    { minLength: 3, maxLength: 8, size: 'max' },
  ),
});

export const LIMITS: BookingLimits = { perAddress: 3, perNumber: 5, perNetwork: 8 };
const SOURCE = '203.0.113.7';

/** Everything that can be asked of booking, over this client; `alter` makes another store of it. */
export function apis(
  client: DynamoDBDocumentClient,
  table: string,
  now: () => Date,
  alter: (store: AppointmentStore) => AppointmentStore = (store) => store,
) {
  const [first] = AGENTS;
  const agents = agentStore(client, table, someone(first, { active: false }));
  const store = alter(appointmentStore(client, table, async () => {}));
  return {
    api: publicApi(store, now, {}, { agents, limits: LIMITS }),
    staff: staffAgentsApi(agents, now),
    applyCallEvent: applyCallEvent(store),
  };
}

export type Apis = ReturnType<typeof apis>;

const TIME_ZONE = 'UTC';
const iso = (instant: number) => new Date(instant).toISOString();

/** How staff write this calendar; the name tells it from all others. */
export function agentBody(name: string, { from, to, dayOff, ...fields }: Calendar) {
  const time = (minutes: number) =>
    `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
  return {
    name,
    email: 'agent@example.com',
    phone: '+12025550100',
    timeZone: TIME_ZONE,
    workingHours: `${time(from)}-${time(to)}`,
    daysOff: dayOff === undefined ? [] : [dayOff],
    ...fields,
  };
}

type Undone<D> = D extends { readonly answer: Answered } ? Omit<D, 'answer'> : never;

/** What a step comes to in this world, and the request that does it; `undefined` where there is nothing to do it to. */
export function deedOf(
  step: Step,
  world: World,
  { api, staff, applyCallEvent }: Apis,
): { readonly deed: Undone<Deed>; readonly run: () => Promise<Answered> } | undefined {
  const among = <T>(all: readonly T[], place: number | undefined): T | undefined =>
    place === undefined || all.length === 0 ? undefined : all[place % all.length];
  /** The latest first, so that small numbers mean what matters now. */
  const appointment = 'which' in step ? among([...world.booked.values()].toReversed(), step.which) : undefined;
  /** Whoever was not told of their booking may ask staff for a new link. */
  const token = appointment && signManageToken(KEYS, appointment.id, new Date('2026-12-31T00:00:00Z'));
  const asClient = token === undefined ? {} : { token };
  const holds = [...world.holds.values()].toReversed();
  const agentId = 'agent' in step && step.agent !== undefined ? AGENTS[step.agent] : undefined;
  const startFor = (of: readonly (string | undefined)[], place: number) => {
    const starts = new Set(of.flatMap((id) => startsOf(world.agents.get(id ?? ''))));
    // Where nothing is offered something is asked for nonetheless, and refused.
    return (
      among(
        [...starts].toSorted((a, b) => a - b),
        place,
      ) ?? Date.parse(`${DAYS[0]}T14:00:00Z`)
    );
  };

  switch (step.do) {
    case 'create': {
      const hold = among(holds, step.hold);
      const fresh = {
        marker: step.key === undefined ? `c${world.serial}` : `k${step.key}${step.otherBody ? 'x' : ''}`,
        client: step.client,
        start: hold && step.pick > 0 ? hold.start : startFor(agentId === undefined ? AGENTS : [agentId], step.pick),
        agentId: hold && step.pick > 0 && agentId !== undefined ? hold.agentId : agentId,
        holdId: hold?.id,
      };
      // Who repeats a request asks for what they asked for.
      const asked = world.intents.get(fresh.marker) ?? fresh;
      if (step.key !== undefined) world.intents.set(fresh.marker, asked);
      const key = step.key === undefined ? undefined : `key-${step.key}`;
      const email = `client${asked.client}@example.com`;
      const body = {
        name: `Client ${asked.marker}`,
        // Mail systems do not tell upper case from lower case.
        email: world.serial % 2 === 0 && step.key === undefined ? email.toUpperCase() : email,
        phone: `+1202555012${asked.client % 2}`,
        startsAt: iso(asked.start),
        timeZone: TIME_ZONE,
        agentId: asked.agentId,
        holdId: asked.holdId,
      };
      return {
        deed: { do: 'create', ...asked, email, phone: body.phone, key },
        run: async () =>
          api.create({ body, sourceIp: SOURCE, headers: key === undefined ? {} : { 'idempotency-key': key } }),
      };
    }
    case 'hold': {
      const replaces = among(holds, step.replaces)?.id;
      const start = startFor(agentId === undefined ? AGENTS : [agentId], step.pick);
      return {
        deed: { do: 'hold', agentId, start, replaces },
        run: async () => api.hold({ body: { startsAt: iso(start), timeZone: TIME_ZONE, agentId, replaces } }),
      };
    }
    case 'release': {
      const hold = among(holds, step.which);
      return hold && { deed: { do: 'release', holdId: hold.id }, run: async () => api.release(hold.id, {}) };
    }
    case 'move': {
      if (!appointment) return undefined;
      const { id } = appointment;
      const givenTo = step.isStaff ? agentId : undefined;
      const start = startFor([givenTo ?? appointment.agentId], step.pick);
      const body = { startsAt: iso(start), timeZone: TIME_ZONE, agentId: givenTo };
      return {
        deed: { do: 'move', id, start, agentId: givenTo },
        run: async () => (step.isStaff ? api.staff.reschedule(id, body) : api.reschedule(id, { ...asClient, body })),
      };
    }
    case 'cancel': {
      if (!appointment) return undefined;
      const { id } = appointment;
      const marker = `r${world.serial}`;
      const body = { reason: marker };
      return {
        deed: { do: 'cancel', id, marker },
        run: async () => (step.isStaff ? api.staff.cancel(id, body) : api.cancel(id, { ...asClient, body })),
      };
    }
    case 'amend': {
      if (!appointment) return undefined;
      const { id } = appointment;
      const marker = `n${world.serial}`;
      return {
        deed: { do: 'amend', id, marker },
        run: async () => api.amend(id, { ...asClient, body: { notes: marker } }),
      };
    }
    case 'call': {
      if (!appointment) return undefined;
      const { id, version } = appointment;
      const contract = { AgentAnswered, CallConnected, CallCompleted, CallFailed }[step.event];
      const about = { appointmentId: id, appointmentVersion: version, callSessionId: `cs_${version}` };
      const { detail } = contract.create({ ...contract.example.data, ...about } as never, {
        occurredAt: '2026-12-01T15:00:10.000Z',
      });
      const event = { ...detail, detailType: step.event, replayName: undefined } as ReceivedCallEvent;
      return {
        deed: { do: 'call', id, version, event: step.event, eventId: detail.metadata.eventId },
        run: async () =>
          applyCallEvent(event).then(
            () => ({ status: 200, headers: {}, text: '', json: undefined }),
            (error: unknown) => ({ status: 500, headers: {}, text: String(error), json: undefined }),
          ),
      };
    }
    case 'edit': {
      const [first] = AGENTS;
      const edited = agentId ?? first;
      const name = `Agent ${edited} ${world.serial}`;
      return {
        deed: { do: 'edit', agentId: edited, name, calendar: step.calendar },
        run: async () => staff.put(edited, agentBody(name, step.calendar)),
      };
    }
    default:
      return step satisfies never;
  }
}
