import { describe, expect, it, jest } from '@jest/globals';
import { phoneCode } from '@appointments/runtime';
import {
  BOOKING,
  KEYS,
  NOW,
  publicApi,
  type Answered,
  type Asked,
  type Differing,
  type PublicApi,
} from '../../test/api';
import { OPERATIONS, slugsOf } from '../../test/document';
import { memoryStore, type MemoryStore } from '../../test/memory-store';
import type { ZoneRules } from '../domain/re-resolve';
import { zoneNamed } from '@appointments/runtime/zones';
import { busy } from './answers';
import { ANNA, memoryAgents, staffAgentsApi, type MemoryAgents } from '../../test/staff-agents';

interface World {
  readonly api: PublicApi;
  readonly store: MemoryStore;
  /** The same world with parts of the store, or settings, otherwise. */
  readonly differing: (store: Partial<MemoryStore>, differing?: Differing) => PublicApi;
  /** What the store does where others are always quicker. */
  readonly crowded: () => Promise<never>;
  readonly booked: () => Promise<{ readonly id: string; readonly token: string }>;
  /** The staff's routes on agents, over a store with parts otherwise. */
  readonly roster: (store?: Partial<MemoryAgents>) => ReturnType<typeof staffAgentsApi>;
}

function world(make = publicApi, makeRoster = staffAgentsApi, tooBusy = busy): World {
  const agents = memoryAgents();
  const store = memoryStore();
  const api = make(store, () => NOW);
  return {
    api,
    store,
    differing: (changes, differing) => make({ ...store, ...changes }, () => NOW, {}, differing),
    roster: (changes = {}) => makeRoster({ ...agents, ...changes }, () => NOW),
    crowded: async () => {
      throw tooBusy();
    },
    booked: async () => {
      const { json } = await api.create({ body: BOOKING });
      return { id: json.appointmentId as string, token: json.manageToken as string };
    },
  };
}

type Drive = (world: World) => Promise<Answered>;
/** `<operation> <status> <slug>` */
type Case = readonly [string, Drive];

const gone = async () => {
  throw new Error('the table is gone');
};
const DAYS = { from: '2026-12-01', to: '2026-12-01', timeZone: 'Europe/Berlin' };
const LATER = { startsAt: '2026-12-02T16:00:00+01:00', timeZone: 'Europe/Berlin' };
/** By these New York's clocks never change. */
const OTHER_RULES: ZoneRules = {
  version: '2027a',
  zoneNamed: (name) => (name === 'America/New_York' ? { name, offsets: [-240], untils: [] } : zoneNamed(name)),
};
const NO_SUCH_TIME = { startsAt: '2026-12-01T16:00:00+02:00', timeZone: 'Europe/Berlin' };

/** What is wrong with a body, for an operation that takes one. */
function bodyCases(operationId: string, ask: (world: World, asked: Asked) => Promise<Answered>): Case[] {
  return [
    [`${operationId} 400 invalid-request`, (world) => ask(world, { body: { surprise: 1 } })],
    [`${operationId} 400 not-json`, (world) => ask(world, { raw: '{' })],
    [`${operationId} 413 too-large`, (world) => ask(world, { raw: 'x'.repeat(65_537) })],
    [
      `${operationId} 415 unsupported-media-type`,
      (world) => ask(world, { raw: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
    ],
  ];
}

const CHANGES = {
  reschedule: LATER,
  cancel: {},
  amend: { name: 'Ada Other' },
} as const;

/** What a change by the client can be answered. */
function changeCases(change: keyof typeof CHANGES): Case[] {
  const operationId = `${change}Appointment`;
  const body = CHANGES[change];
  return [
    [
      `${operationId} 200 `,
      async ({ api, booked }) => {
        const { id, token } = await booked();
        return api[change](id, { body, token });
      },
    ],
    ...bodyCases(operationId, async ({ api, booked }, asked) => {
      const { id, token } = await booked();
      return api[change](id, { token, ...asked });
    }),
    [`${operationId} 401 token-missing`, ({ api }) => api[change]('apt_1', { body })],
    [`${operationId} 404 no-such-appointment`, ({ api }) => api[change]('apt_1', { body, token: 'v1.k1.1.x' })],
    [
      `${operationId} 409 state-forbids`,
      async ({ api, booked }) => {
        const { id, token } = await booked();
        await api.cancel(id, { token });
        return api[change](id, { body, token });
      },
    ],
    [
      `${operationId} 500 internal-error`,
      async ({ differing, booked }) => {
        const { id, token } = await booked();
        return differing({ read: gone })[change](id, { body, token });
      },
    ],
    [
      `${operationId} 503 busy`,
      async ({ differing, booked }) => {
        const { id, token } = await booked();
        return differing({ save: async () => 'overtaken' })[change](id, { body, token });
      },
    ],
  ];
}

/** What a change by staff can be answered, once they are let in. */
function staffChangeCases(change: 'reschedule' | 'cancel'): Case[] {
  const operationId = `${change}StaffAppointment`;
  const body = CHANGES[change];
  return [
    [`${operationId} 200 `, async ({ api, booked }) => api.staff[change]((await booked()).id, body)],
    ...bodyCases(operationId, async ({ api, booked }, asked) => api.staff[change]((await booked()).id, body, asked)),
    [`${operationId} 404 no-such-appointment`, ({ api }) => api.staff[change]('apt_1', body)],
    [
      `${operationId} 409 state-forbids`,
      async ({ api, booked }) => {
        const { id, token } = await booked();
        await api.cancel(id, { token });
        return api.staff[change](id, body);
      },
    ],
    [
      `${operationId} 500 internal-error`,
      async ({ differing, booked }) => differing({ read: gone }).staff[change]((await booked()).id, body),
    ],
    [
      `${operationId} 503 busy`,
      async ({ differing, booked }) =>
        differing({ save: async () => 'overtaken' }).staff[change]((await booked()).id, body),
    ],
  ];
}

const wrongCode = (id: string) => String((Number(phoneCode(KEYS, id, BOOKING.phone)) + 1) % 1_000_000).padStart(6, '0');

const CASES: readonly Case[] = [
  ['createAppointment 201 ', ({ api }) => api.create({ body: BOOKING })],
  ...bodyCases('createAppointment', ({ api }, asked) => api.create(asked)),
  ['createAppointment 400 no-such-local-time', ({ api }) => api.create({ body: { ...BOOKING, ...NO_SUCH_TIME } })],
  ['createAppointment 400 looks-automated', ({ api }) => api.create({ body: { ...BOOKING, form: { website: 'x' } } })],
  [
    'createAppointment 409 slot-taken',
    async ({ api, booked }) => {
      await booked();
      return api.create({ body: BOOKING });
    },
  ],
  [
    'createAppointment 422 idempotency-key-reused',
    async ({ api }) => {
      const headers = { 'idempotency-key': 'k' };
      await api.create({ body: BOOKING, headers });
      return api.create({ body: { ...BOOKING, ...LATER }, headers });
    },
  ],
  [
    'createAppointment 429 too-many-bookings',
    async ({ differing }) => {
      const api = differing({}, { limits: { perAddress: 1 } });
      await api.create({ body: BOOKING });
      return api.create({ body: { ...BOOKING, ...LATER } });
    },
  ],
  ['createAppointment 503 busy', ({ differing, crowded }) => differing({ create: crowded }).create({ body: BOOKING })],
  ['createAppointment 500 internal-error', ({ differing }) => differing({ create: gone }).create({ body: BOOKING })],
  ['getAvailability 200 ', ({ api }) => api.availability(DAYS)],
  [
    'getAvailability 304 ',
    async ({ api }) => {
      const { headers } = await api.availability(DAYS);
      return api.availability(DAYS, { 'if-none-match': String(headers['etag']) });
    },
  ],
  ['getAvailability 400 invalid-request', ({ api }) => api.availability({})],
  ['getAvailability 500 internal-error', ({ differing }) => differing({ claimedBetween: gone }).availability(DAYS)],
  ['listAgents 200 ', ({ api }) => api.agents()],
  ['listAgents 400 invalid-request', ({ api }) => api.agents({ limit: '0' })],
  ['listAgents 500 internal-error', ({ differing }) => differing({}, { agents: { find: gone, all: gone } }).agents()],
  ['holdSlot 201 ', ({ api }) => api.hold({ body: LATER })],
  ...bodyCases('holdSlot', ({ api }, asked) => api.hold(asked)),
  ['holdSlot 400 no-such-local-time', ({ api }) => api.hold({ body: NO_SUCH_TIME })],
  [
    'holdSlot 409 slot-taken',
    async ({ api }) => {
      await api.hold({ body: LATER });
      return api.hold({ body: LATER });
    },
  ],
  ['holdSlot 503 busy', ({ differing, crowded }) => differing({ hold: crowded }).hold({ body: LATER })],
  ['holdSlot 500 internal-error', ({ differing }) => differing({ hold: gone }).hold({ body: LATER })],
  [
    'releaseHold 204 ',
    async ({ api }) => {
      const { json } = await api.hold({ body: LATER });
      return api.release(json.holdId as string);
    },
  ],
  ...bodyCases('releaseHold', ({ api }, asked) => api.release('hld_1', asked)),
  ['releaseHold 404 no-such-hold', ({ api }) => api.release('apt_1')],
  ['releaseHold 503 busy', ({ differing, crowded }) => differing({ findHold: crowded }).release('hld_1')],
  ['releaseHold 500 internal-error', ({ differing }) => differing({ findHold: gone }).release('hld_1')],
  [
    'getAppointment 200 ',
    async ({ api, booked }) => {
      const { id, token } = await booked();
      return api.get(id, { token });
    },
  ],
  ['getAppointment 401 token-missing', ({ api }) => api.get('apt_1')],
  ['getAppointment 404 no-such-appointment', ({ api }) => api.get('apt_1', { token: 'v1.k1.1.x' })],
  [
    'getAppointment 500 internal-error',
    async ({ differing, booked }) => {
      const { id, token } = await booked();
      return differing({ read: gone }).get(id, { token });
    },
  ],
  ...changeCases('reschedule'),
  [
    'rescheduleAppointment 400 no-such-local-time',
    async ({ api, booked }) => {
      const { id, token } = await booked();
      return api.reschedule(id, { token, body: NO_SUCH_TIME });
    },
  ],
  [
    'rescheduleAppointment 409 slot-taken',
    async ({ api, booked }) => {
      const { id, token } = await booked();
      await api.create({ body: { ...BOOKING, ...LATER } });
      return api.reschedule(id, { token, body: LATER });
    },
  ],
  ...changeCases('cancel'),
  ...changeCases('amend'),
  [
    'amendAppointment 429 too-many-numbers',
    async ({ differing, booked }) => {
      const api = differing({}, { toProve: ['phone'] });
      const { id, token } = await booked();
      for (let n = 1; n <= 5; n++) await api.amend(id, { token, body: { phone: `+1202555014${n}` } });
      return api.amend(id, { token, body: { phone: '+12025550146' } });
    },
  ],
  ...bodyCases('confirmAppointment', async ({ api, booked }, asked) => api.confirm((await booked()).id, asked)),
  [
    'confirmAppointment 200 ',
    async ({ api, booked }) => {
      const { id } = await booked();
      return api.confirm(id, { body: { phoneCode: phoneCode(KEYS, id, BOOKING.phone) } });
    },
  ],
  ['confirmAppointment 400 wrong-code', ({ api }) => api.confirm('apt_1', { body: { phoneCode: '000000' } })],
  ['confirmAppointment 404 no-such-appointment', ({ api }) => api.confirm('apt_1', { body: { emailToken: 'x' } })],
  [
    'confirmAppointment 409 state-forbids',
    async ({ differing }) => {
      const api = differing({}, { toProve: ['phone'] });
      const { json } = await api.create({ body: BOOKING });
      const { appointmentId: id, manageToken: token } = json as { appointmentId: string; manageToken: string };
      await api.cancel(id, { token });
      return api.confirm(id, { body: { phoneCode: phoneCode(KEYS, id, BOOKING.phone) } });
    },
  ],
  [
    'confirmAppointment 429 too-many-attempts',
    async ({ api, booked }) => {
      const { id } = await booked();
      const body = { phoneCode: wrongCode(id) };
      for (let n = 1; n <= 5; n++) await api.confirm(id, { body });
      return api.confirm(id, { body });
    },
  ],
  [
    'confirmAppointment 500 internal-error',
    ({ differing }) => differing({ find: gone }).confirm('apt_1', { body: { phoneCode: '000000' } }),
  ],
  [
    'confirmAppointment 503 busy',
    async ({ differing, booked }) => {
      const { id } = await booked();
      return differing({ record: async () => 'overtaken' }).confirm(id, { body: { phoneCode: wrongCode(id) } });
    },
  ],
  [
    'listStaffAppointments 200 ',
    async ({ api, booked }) => {
      await booked();
      return api.staff.list({ from: '2026-12-01', to: '2026-12-01' });
    },
  ],
  ['listStaffAppointments 400 invalid-request', ({ api }) => api.staff.list({})],
  [
    'listStaffAppointments 500 internal-error',
    ({ differing }) => differing({ readAgenda: gone }).staff.list({ from: '2026-12-01', to: '2026-12-01' }),
  ],
  ['getStaffAppointment 200 ', async ({ api, booked }) => api.staff.get((await booked()).id)],
  ['getStaffAppointment 404 no-such-appointment', ({ api }) => api.staff.get('apt_1')],
  ['getStaffAppointment 500 internal-error', ({ differing }) => differing({ read: gone }).staff.get('apt_1')],
  ...staffChangeCases('reschedule'),
  [
    'rescheduleStaffAppointment 400 no-such-local-time',
    async ({ api, booked }) => api.staff.reschedule((await booked()).id, NO_SUCH_TIME),
  ],
  [
    'rescheduleStaffAppointment 409 slot-taken',
    async ({ api, booked }) => {
      const { id } = await booked();
      await api.create({ body: { ...BOOKING, ...LATER } });
      return api.staff.reschedule(id, LATER);
    },
  ],
  ...staffChangeCases('cancel'),
  ['reResolveStaffAppointment 200 ', async ({ api, booked }) => api.staff.reResolve((await booked()).id)],
  ...bodyCases('reResolveStaffAppointment', async ({ api, booked }, asked) =>
    api.staff.reResolve((await booked()).id, undefined, asked),
  ),
  ['reResolveStaffAppointment 404 no-such-appointment', ({ api }) => api.staff.reResolve('apt_1')],
  [
    'reResolveStaffAppointment 500 internal-error',
    ({ differing }) => differing({ read: gone }).staff.reResolve('apt_1'),
  ],
  [
    'reResolveStaffAppointment 503 busy',
    async ({ differing, booked }) =>
      differing({ save: async () => 'overtaken' }, { rules: OTHER_RULES }).staff.reResolve((await booked()).id),
  ],
  ['listStaffAgents 200 ', ({ roster }) => roster().list()],
  ['listStaffAgents 400 invalid-request', ({ roster }) => roster().list({ limit: '0' })],
  ['listStaffAgents 500 internal-error', ({ roster }) => roster({ all: gone }).list()],
  ['putAgent 200 ', ({ roster }) => roster().put('agt_anna', ANNA)],
  ...bodyCases('putAgent', ({ roster }, { body, ...asked }) => roster().put('agt_anna', body, asked)),
  ['putAgent 412 agent-changed', ({ roster }) => roster().put('agt_anna', ANNA, { headers: { 'if-match': '"7"' } })],
  ['putAgent 500 internal-error', ({ roster }) => roster({ save: gone }).put('agt_anna', ANNA)],
  ['putAgent 503 busy', ({ roster }) => roster({ save: async () => 'overtaken' }).put('agt_anna', ANNA)],
  ['getProblems 200 ', ({ api }) => api.problems()],
  ['getProblem 200 ', ({ api }) => api.problem('busy')],
  ['getProblem 404 no-such-problem', ({ api }) => api.problem('none')],
];

/** These only read what is built in: nothing of theirs can fail, and nothing but the document itself is to be checked. */
const BUILT_IN = new Set([
  'getOpenApi 200 ',
  ...['getOpenApi', 'getProblems', 'getProblem'].map((id) => `${id} 500 internal-error`),
]);

/** Every answer in the document that our functions give; API Gateway's own are not ours to drive. */
const DOCUMENTED = OPERATIONS.flatMap((operation) =>
  Object.entries(operation.responses).flatMap(([status, { content }]) => {
    if (Number(status) < 400) return [`${operation.operationId} ${status} `];
    const isOurs = content !== undefined && 'application/problem+json' in content;
    return isOurs ? slugsOf(operation, status).map((slug) => `${operation.operationId} ${status} ${slug}`) : [];
  }),
);

const told = ({ status, json }: Answered) => `${status} ${status < 400 ? '' : String(json?.type).replace(/^.*\//, '')}`;

describe('the API answers', () => {
  it('everything that its document says, each in a case below', () => {
    expect(CASES.map(([name]) => name).toSorted()).toEqual(DOCUMENTED.filter((name) => !BUILT_IN.has(name)).toSorted());
  });

  // Every answer is held to the document as it is asked for.
  it.each(CASES)('as documented: %s', async (name, drive) => {
    const answer = await drive(world());

    expect(`${name.split(' ')[0]} ${told(answer)}`).toBe(name);
  });

  it('with an id that is in its header, in the body of a problem and in the log line', async () => {
    const level = process.env['POWERTOOLS_LOG_LEVEL'];
    process.env['POWERTOOLS_LOG_LEVEL'] = 'INFO';
    let loud = publicApi;
    let loudRoster = staffAgentsApi;
    let loudBusy = busy;
    await jest.isolateModulesAsync(async () => {
      ({ publicApi: loud } = await import('../../test/api'));
      ({ staffAgentsApi: loudRoster } = await import('../../test/staff-agents'));
      ({ busy: loudBusy } = await import('./answers'));
    });
    process.env['POWERTOOLS_LOG_LEVEL'] = level;
    const lines: string[] = [];
    const write = (line: unknown) => lines.push(String(line)) > 0;
    const spies = [process.stdout, process.stderr].map((stream) =>
      jest.spyOn(stream, 'write').mockImplementation(write),
    );
    const found: { name: string; header: unknown; body: unknown; logged: unknown; status: unknown }[] = [];

    for (const [name, drive] of CASES) {
      lines.length = 0;
      const { status, headers, json } = await drive(world(loud, loudRoster, loudBusy));
      const line = JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown>;
      found.push({
        name,
        header: headers['x-request-id'],
        body: status >= 400 ? json.requestId : headers['x-request-id'],
        logged: line['request_id'],
        status: line['status'] ?? 500,
      });
    }
    for (const spy of spies) spy.mockRestore();

    for (const { name, header, body, logged, status } of found) {
      expect({ name, body, logged, status }).toEqual({
        name,
        body: header,
        logged: header,
        status: Number(name.split(' ')[1]),
      });
    }
  });
});
