import { beforeEach, describe, expect, it } from '@jest/globals';
import { AppointmentCancelled, AppointmentCreated, AppointmentRescheduled, CallDue } from '@appointments/events';
import type { EventContract } from '@appointments/events';
import { NotYet, type ReceivedEvent } from '@appointments/runtime';
import { phoneRules } from '@appointments/runtime/phone-rules';
import { memoryTable } from './memory';
import { documents as documentsWith } from '../src/adapters/documents';
import type { LinePolicy } from '../src/domain/line';
import { DEFAULT_POLICY } from '../src/domain/policy';
import { addresses } from '../src/app/addresses';
import { applyChange } from '../src/app/apply-change';
import { decideWith, SessionContended } from '../src/app/decide';
import { dial, DialCommand } from '../src/app/dial';
import { answerCall, recordRoom, recordStatus, type Documents } from '../src/app/hear-call';
import { carrierLine } from '../src/app/line';
import type { Carrier, CreateResult, NewCall } from '../src/app/ports';
import { projectAppointment } from '../src/app/project-appointment';
import { callSessionId } from '../src/app/session-id';
import { startSession } from '../src/app/start-session';

const AGENT = '+12025550100';
const CLIENT = '+12025550123';
const STARTS_AT = '2026-12-01T15:00:00.000Z';

function received<Contract extends EventContract>(contract: Contract, data: object = {}): ReceivedEvent<Contract> {
  const example = contract.example;
  return {
    ...example,
    data: { ...(example.data as object), startsAt: STARTS_AT, ...data },
    detailType: contract.detailType,
  } as unknown as ReceivedEvent<Contract>;
}
const appointmentId = 'apt_1';
const created = received(AppointmentCreated, {
  appointmentId,
  client: { name: 'Ada', email: 'a@example.com', phone: CLIENT, locale: 'en', smsConsent: false },
});
const due = received(CallDue, { appointmentId });
const cancelled = received(AppointmentCancelled, { appointmentId, appointmentVersion: 2, revision: 2 });
const moved = received(AppointmentRescheduled, { appointmentId, appointmentVersion: 2, revision: 2 });
const sessionId = callSessionId(appointmentId, 1);

const places = addresses('https://calls.example.com');

let now: Date;
let table: ReturnType<typeof memoryTable>;
let documents: Documents;
let placed: NewCall[];
let ended: string[];
let said: { readonly callSid: string; readonly twiml: string }[];
let createResult: (n: number) => CreateResult;
let linePolicy: LinePolicy;

function house(dailyCalls = { agent: 200, client: 6 }) {
  const base = { sessions: table.sessions, projections: table.projections, policy: DEFAULT_POLICY, now: () => now };
  const decide = decideWith(base);
  const carrier: Carrier = {
    create: (call) => {
      placed.push(call);
      return Promise.resolve(createResult(placed.length));
    },
    end: (callSid) => {
      ended.push(callSid);
      return Promise.resolve({ callSid, status: 'completed' });
    },
    say: (callSid, twiml) => {
      said.push({ callSid, twiml });
      return Promise.resolve({ callSid, status: 'in-progress' });
    },
    fetch: (callSid) => Promise.resolve({ callSid, status: 'in-progress' }),
    find: () => Promise.resolve(null),
    isRoomInProgress: () => Promise.resolve(true),
  };
  const ports = { ...base, decide };
  return {
    decide,
    project: projectAppointment(base),
    start: startSession(base),
    change: applyChange(ports),
    dial: dial({
      ...ports,
      carrier,
      documents,
      addresses: places,
      mayDial: phoneRules(['US']),
      line: carrierLine({ store: table.line, policy: linePolicy, now: () => now }),
      dailyCalls,
      unprovenAppointments: 0,
      now: () => now,
    }),
    answer: answerCall({ decide, documents }),
    status: recordStatus({ decide }),
    room: recordRoom({ decide }),
    wake: () => decide(sessionId, { type: 'wake' }, { refresh: true }),
  };
}

let app: ReturnType<typeof house>;
const place = { sessionId, leg: 'agent', n: 1 } as const;
const clientPlace = { sessionId, leg: 'client', n: 1 } as const;
const lastCommand = () => DialCommand.parse(table.commands().at(-1));

beforeEach(() => {
  now = new Date(STARTS_AT);
  table = memoryTable();
  placed = [];
  ended = [];
  said = [];
  createResult = (n) => ({ type: 'created', callSid: `CA${n}`, queueMs: 0 });
  linePolicy = { callsPerSecond: 1, dailySpendUsd: 0, usdPerMinute: 0.0158 };
  documents = documentsWith({ addresses: places, brand: 'Acme', keySeconds: 8, agentLocale: 'en' });
  app = house();
});

async function started() {
  await app.project(created);
  await app.start(due);
}

async function agentWaiting() {
  await started();
  await app.dial(lastCommand());
  await app.answer('answer', { place, callSid: 'CA1', digits: '' });
  return app.answer('key', { place, callSid: 'CA1', digits: '1' });
}

describe('a call that is due', () => {
  it('goes to the agent at once, by a command in the outbox', async () => {
    await started();

    expect(table.commands()).toEqual([{ do: 'create', attemptId: 'agent-1', creates: 1, sessionId, appointmentId }]);
    expect([...table.held]).toEqual([
      [AGENT, sessionId],
      [CLIENT, sessionId],
    ]);
  });

  it('starts one session, however often it is told', async () => {
    await started();
    await app.start(due);

    expect(table.commands()).toHaveLength(1);
    expect(table.sessionOf(sessionId).revision).toBe(1);
  });

  it('waits for an appointment that is not known yet', async () => {
    await expect(app.start(due)).rejects.toMatchObject({ name: 'NotYet' });
  });

  it.each([
    ['cancelled', cancelled],
    ['moved', moved],
  ])('does nothing when the appointment was %s meanwhile', async (_, news) => {
    await app.project(created);
    await app.project(news);

    await app.start(due);

    expect(table.outbox).toEqual([]);
  });

  it('does nothing when the appointment is moved in the very moment of the start', async () => {
    await app.project(created);
    const newer = { appointmentId, state: { version: 2, startsAt: 0, cancelled: false } };
    table.rivals.push(() => void table.projections.write(newer, 1, now));

    await app.start(due);

    expect(table.outbox).toEqual([]);
  });

  it('waits while another session holds the agent’s phone, and then takes its turn', async () => {
    table.held.set(AGENT, 'cs_other');
    await started();
    const whileHeld = table.commands();

    table.held.clear();
    now = new Date(now.getTime() + 15_000);
    await app.wake();

    expect(whileHeld).toEqual([]);
    expect(table.timers()).toMatchObject([{ sessionId, dueAt: '2026-12-01T15:00:15.000Z' }, {}]);
    expect(table.commands()).toMatchObject([{ do: 'create', attemptId: 'agent-1' }]);
  });

  it('is told as missed when it comes too late, with nobody dialled', async () => {
    now = new Date(now.getTime() + 600_001);

    await started();

    expect(table.events()).toEqual(['CallFailed']);
    expect(table.commands()).toEqual([]);
    expect(table.timers()).toEqual([]);
  });

  const agentChanges = (phone: string) =>
    app.project({
      detailType: 'AgentChanged',
      metadata: created.metadata,
      data: {
        agentId: created.data.agent.agentId,
        agentVersion: 9,
        name: 'New',
        email: 'n@example.com',
        phone,
        timeZone: 'UTC',
      },
    });

  it('reaches the newest word on the agent', async () => {
    await agentChanges('+12025550177');
    await started();
    await app.dial(lastCommand());

    expect(placed[0]?.to).toBe('+12025550177');
  });

  it('reaches an agent who changes between the decision to call and the call where they were, and where they are from the next attempt on', async () => {
    await started();
    await agentChanges('+12025550177');
    await app.dial(lastCommand());

    await app.status({ place, callSid: 'CA1', status: 'busy' });
    now = new Date(now.getTime() + 20_000);
    await app.wake();
    await app.dial(lastCommand());

    expect(placed.map(({ to }) => to)).toEqual([AGENT, '+12025550177']);
  });

  it('goes on with the call that is placed where the agent changes while it rings', async () => {
    await started();
    await app.dial(lastCommand());
    await agentChanges('+12025550177');
    await app.wake();

    expect(placed.map(({ to }) => to)).toEqual([AGENT]);
    expect(ended).toEqual([]);
  });
});

describe('the dialler', () => {
  it('places the call with everything in the path', async () => {
    await started();
    await app.dial(lastCommand());

    expect(placed).toEqual([
      {
        to: AGENT,
        url: `https://calls.example.com/calls/${sessionId}/agent/1/answer#rc=2&rp=ct,rt,5xx&ct=1500&rt=4000`,
        fallbackUrl: 'https://calls.example.com/sorry',
        statusCallback: `https://calls.example.com/calls/${sessionId}/agent/1/status#rc=3&rp=all&rt=4000`,
        ringSeconds: 20,
        timeLimitSeconds: 14_400,
        detectMachine: false,
      },
    ]);
    expect(table.sessionOf(sessionId).session.attempts[0]).toMatchObject({ stage: 'live', callSid: 'CA1' });
  });

  it.each(['created', 'unknown', 'refused'] as const)(
    'never dials twice on a redelivered command: %s',
    async (type) => {
      createResult = () =>
        type === 'created'
          ? { type, callSid: 'CA1', queueMs: 0 }
          : type === 'refused'
            ? { type, outcome: 'unreachable' }
            : { type };
      await started();
      const command = lastCommand();

      await app.dial(command);
      await app.dial(command);
      await Promise.all([app.dial(command), app.dial(command)]);

      expect(placed).toHaveLength(1);
    },
  );

  it('dials once when the same command is handled twice at the same time', async () => {
    await started();
    const command = lastCommand();

    await Promise.all([app.dial(command), app.dial(command), app.dial(command)]);

    expect(placed).toHaveLength(1);
  });

  it.each([
    ['a premium-rate number', '+19005550100'],
    ['a number of a country that is not allowed', '+14165550123'],
    ['a satellite number', '+881612345678'],
    ['what is no number', '911'],
  ])('does not dial %s, and fails the call', async (_what, phone) => {
    await app.project({ ...created, data: { ...created.data, agent: { ...created.data.agent, phone } } });
    await app.start(due);
    await app.dial(lastCommand());

    expect(placed).toEqual([]);
    expect(table.events()).toEqual(['CallFailed']);
    expect(table.outbox.at(-1)?.body).toContain('rejected-by-policy');
  });

  it('rings no agent for a client who must not be called', async () => {
    await app.project(
      received(AppointmentCreated, { ...created.data, client: { ...created.data.client, phone: '+19005550100' } }),
    );
    await app.start(due);

    await app.dial(lastCommand());

    expect(placed).toEqual([]);
    expect(table.sessionOf(sessionId).session).toMatchObject({
      terminal: { reason: 'rejected-by-policy', leg: 'client' },
      attempts: [],
    });
  });

  it('does not dial once the appointment was cancelled, even where the word is still under way to the session', async () => {
    await started();
    await app.project(cancelled);

    await app.dial(lastCommand());

    expect(placed).toEqual([]);
    expect(table.events()).toEqual(['CallFailed']);
  });

  it('does not dial when the appointment is cancelled in the very moment of the claim', async () => {
    await started();
    const newer = { appointmentId, state: { version: 2, startsAt: 0, cancelled: true } };
    table.rivals.push(() => {
      // Whoever writes the projection does so between our reading it and our writing the claim.
      void table.projections.write(newer, 1, now);
    });

    await app.dial(lastCommand());

    expect(placed).toEqual([]);
    expect(table.events()).toEqual(['CallFailed']);
  });

  it('asks again later for what the carrier did not take, and dials once for it', async () => {
    createResult = (n) => (n === 1 ? { type: 'not-placed' } : { type: 'created', callSid: 'CA2', queueMs: 0 });
    await started();

    await app.dial(lastCommand());
    const again = table.outbox.findLast(({ to }) => to === 'dialler');
    await app.dial(lastCommand());

    expect(again).toMatchObject({ dueAt: '2026-12-01T15:00:01.000Z' });
    expect(placed).toHaveLength(2);
    expect(table.sessionOf(sessionId).session.attempts).toMatchObject([{ id: 'agent-1', callSid: 'CA2' }]);
  });
});

describe('the account’s line to the carrier', () => {
  const due2 = received(CallDue, { appointmentId: 'apt_2' });
  const sessionId2 = callSessionId('apt_2', 1);
  /** A second appointment, of two other people. */
  const startSecond = async () => {
    await app.project(
      received(AppointmentCreated, {
        appointmentId: 'apt_2',
        client: { name: 'Bo', email: 'b@example.com', phone: '+12025550124', locale: 'en', smsConsent: false },
        agent: { ...created.data.agent, agentId: 'agt_2', phone: '+12025550101' },
      }),
    );
    await app.start(due2);
    return lastCommand();
  };

  it('lets a call wait its turn, and dials it once when that has come', async () => {
    await started();
    const first = lastCommand();
    await table.line.write({ ...table.lineNow(), nextAt: now.getTime() + 30_000 }, 0);

    await app.dial(first);
    const again = table.outbox.findLast(({ to }) => to === 'dialler');
    const early = placed.length;
    now = new Date(now.getTime() + 28_000);
    await app.dial(first);
    await app.dial(lastCommand());

    expect(early).toBe(0);
    expect(again).toMatchObject({ dueAt: '2026-12-01T15:00:28.000Z' });
    expect(placed).toHaveLength(1);
  });

  it('is not asked by others once the carrier has refused the account', async () => {
    createResult = () => ({ type: 'refused-account', code: 20003, surely: true });
    await started();
    await app.dial(lastCommand());
    await app.dial(await startSecond());

    expect(placed).toHaveLength(1);
    expect(table.events()).toEqual(['CallFailed']);
    expect(table.sessionOf(sessionId2).session).toMatchObject({
      carrierDown: true,
      attempts: [{ stage: 'reserved', creates: 2 }],
    });
  });

  it('is asked by one of those who wait a minute later, and by all when that was taken', async () => {
    createResult = (n) =>
      n === 1
        ? { type: 'refused-account', code: 20003, surely: true }
        : { type: 'created', callSid: `CA${n}`, queueMs: 0 };
    await started();
    await app.dial(lastCommand());
    await app.dial(await startSecond());

    now = new Date(now.getTime() + 60_000);
    await app.dial(lastCommand());

    expect(placed.map(({ to }) => to)).toEqual([AGENT, '+12025550101']);
    expect(table.lineNow().breaker).toBeUndefined();
  });

  it('costs nobody an attempt when the probe is refused too', async () => {
    createResult = () => ({ type: 'refused-account', code: 20003, surely: true });
    await started();
    await app.dial(lastCommand());
    await app.dial(await startSecond());

    now = new Date(now.getTime() + 60_000);
    await app.dial(lastCommand());

    expect(placed).toHaveLength(2);
    expect(table.events()).toEqual(['CallFailed']);
    expect(table.sessionOf(sessionId2).session.attempts).toMatchObject([{ stage: 'reserved', creates: 3 }]);
  });

  it('makes a session wait longer for a call of which nobody knows, when the carrier’s queue was long', async () => {
    createResult = (n) => (n === 1 ? { type: 'created', callSid: 'CA1', queueMs: 50_000 } : { type: 'unknown' });
    await started();
    await app.dial(lastCommand());
    now = new Date(now.getTime() + 60_000);
    await app.dial(await startSecond());

    // Ring time 25 s, screening 25 s, margin 40 s, lost 60 s later: and 50 s of queue.
    expect(table.sessionOf(sessionId2).session.attempts[0]?.hardDeadline).toBe(now.getTime() + 200_000);
  });

  it('is closed when the day’s money is spent: the call fails by policy, and nobody is dialled', async () => {
    linePolicy = { callsPerSecond: 1, dailySpendUsd: 0.03, usdPerMinute: 0.0158 };
    app = house();
    await agentWaiting();
    now = new Date(now.getTime() + 61_000);
    await app.status({ place, callSid: 'CA1', status: 'completed' });
    for (const command of table.commands()) await app.dial(DialCommand.parse(command));
    const before = placed.length;

    await app.dial(await startSecond());

    expect(placed).toHaveLength(before);
    expect(table.sessionOf(sessionId2).session.terminal).toMatchObject({ reason: 'rejected-by-policy', leg: 'agent' });
  });

  it('counts what a leg has cost once, however often it is told', async () => {
    const bill = DialCommand.parse({ do: 'bill', sessionId, appointmentId, attemptId: 'agent-1', seconds: 90 });

    await app.dial(bill);
    await app.dial(bill);

    expect(table.lineNow().spent).toEqual({ day: '2026-12-01', microUsd: 31_600 });
  });

  it('is asked by the calls of one batch one after the other, so that none takes another’s write', async () => {
    await started();
    const batch = [lastCommand(), await startSecond()];

    await Promise.all(batch.map((command) => app.dial(command)));

    expect(placed).toHaveLength(2);
    expect(table.lineNow().nextAt).toBe(now.getTime() + 2000);
  });

  it('written by others five times in a row is asked again later', async () => {
    await started();
    const first = lastCommand();
    let revision = 0;
    const rival = () => void table.line.write({ ...table.lineNow(), nextAt: 1 }, revision++);
    table.rivals.push(...Array.from({ length: 10 }, (_, index) => (index % 2 === 0 ? rival : () => undefined)));

    await expect(app.dial(first)).rejects.toBeInstanceOf(NotYet);
    expect(placed).toEqual([]);
  });
});

describe('the calls of one number on one day', () => {
  it('are limited, whatever appointment they are for, and moving one begins no new count', async () => {
    app = house({ agent: 200, client: 1 });
    await agentWaiting();
    await app.dial(lastCommand());
    await app.status({ place: clientPlace, callSid: 'CA2', status: 'busy' });
    now = new Date(now.getTime() + 20_000);
    await app.wake();

    await app.dial(lastCommand());

    expect(placed.map(({ to }) => to)).toEqual([AGENT, CLIENT]);
    expect(table.sessionOf(sessionId).session).toMatchObject({
      terminal: { reason: 'rejected-by-policy', leg: 'client' },
      attempts: [{ id: 'agent-1' }, { outcome: 'busy' }, { outcome: 'rejected-by-policy' }],
    });
  });

  it('keep the agent from being rung for a client who has had them', async () => {
    app = house({ agent: 200, client: 1 });
    await agentWaiting();
    await app.dial(lastCommand());
    await app.answer('answer', { place: clientPlace, callSid: 'CA2', digits: '' });
    await app.answer('key', { place: clientPlace, callSid: 'CA2', digits: '1' });
    await app.room({ place, room: `s-${sessionId}-1`, event: 'start', conferenceSid: 'CF1' });
    await app.status({ place: clientPlace, callSid: 'CA2', status: 'completed' });
    await app.status({ place, callSid: 'CA1', status: 'completed' });
    await app.project(received(AppointmentCreated, { ...created.data, appointmentId: 'apt_2' }));
    await app.start(received(CallDue, { appointmentId: 'apt_2' }));

    await app.dial(lastCommand());

    expect(placed).toHaveLength(2);
    expect(table.sessionOf(callSessionId('apt_2', 1)).session).toMatchObject({
      terminal: { reason: 'rejected-by-policy', leg: 'client' },
      attempts: [],
    });
  });

  it('are counted apart for agents and for clients', async () => {
    app = house({ agent: 1, client: 1 });
    await agentWaiting();
    await app.dial(lastCommand());

    expect(placed).toHaveLength(2);
  });

  it('begin anew the next day', async () => {
    app = house({ agent: 1, client: 1 });
    now = new Date('2026-12-01T23:59:50Z');
    await app.project(received(AppointmentCreated, { ...created.data, startsAt: '2026-12-01T23:59:50.000Z' }));
    await app.start(received(CallDue, { appointmentId, startsAt: '2026-12-01T23:59:50.000Z' }));
    await app.dial(lastCommand());
    await app.status({ place, callSid: 'CA1', status: 'busy' });
    now = new Date('2026-12-02T00:00:10Z');
    await app.wake();

    await app.dial(lastCommand());

    expect(placed).toHaveLength(2);
  });
});

describe('an order to end a call', () => {
  it('that is carried out late leaves alone whoever has accepted since', async () => {
    await started();
    await app.dial(lastCommand());
    now = new Date(now.getTime() + 90_000);
    await app.wake();
    const late = DialCommand.parse(table.commands().find((command) => command['do'] === 'end'));
    await app.answer('answer', { place, callSid: 'CA1', digits: '' });
    await app.answer('key', { place, callSid: 'CA1', digits: '1' });

    await app.dial(late);

    expect(ended).toEqual([]);
  });

  it('is carried out for whoever has accepted once the session is over', async () => {
    await agentWaiting();
    await app.change(cancelled);

    await app.dial(lastCommand());

    expect(ended).toEqual(['CA1']);
  });
});

describe('a conversation', () => {
  it('comes about step by step, each step in the outbox', async () => {
    const toAgent = await agentWaiting();
    await app.dial(lastCommand());
    const greeting = await app.answer('answer', { place: clientPlace, callSid: 'CA2', digits: '' });
    const toClient = await app.answer('key', { place: clientPlace, callSid: 'CA2', digits: '1' });
    await app.room({ place, room: `s-${sessionId}-1`, event: 'start', conferenceSid: 'CF1' });
    now = new Date(now.getTime() + 60_000);
    await app.status({ place: clientPlace, callSid: 'CA2', status: 'completed' });
    for (const command of table.commands().slice(2)) await app.dial(DialCommand.parse(command));

    expect(toAgent).toContain(`participantLabel="agent"`);
    expect(greeting).toContain('Hello Ada, thank you for choosing Acme. Your consultant is ready to speak with you.');
    expect(toClient).toContain(`>s-${sessionId}-1</Conference>`);
    expect(table.events()).toEqual(['AgentAnswered', 'CallConnected', 'CallCompleted']);
    expect(ended).toEqual(['CA1']);
    expect(table.sessionOf(sessionId).session).toMatchObject({ closed: true });
    expect(table.held.size).toBe(0);
  });

  it('is begun in the language the client booked in, at their own time of day, with both names', async () => {
    const spanish = received(AppointmentCreated, {
      appointmentId,
      localStart: { client: '2026-12-01T16:00:00+01:00', agent: '2026-12-01T10:00:00-05:00' },
      client: { name: 'Ada', email: 'a@example.com', phone: CLIENT, locale: 'es-ES', smsConsent: false },
    });
    await app.project(spanish);
    const toAgent = await agentWaiting();
    await app.dial(lastCommand());

    const toClient = await app.answer('answer', { place: clientPlace, callSid: 'CA2', digits: '' });

    expect(toAgent).toContain(`participantLabel="agent"`);
    expect(toClient).toContain('<Say language="es-US">Le llama Acme por su cita de las 4 de la tarde.</Say>');
    expect(toClient).toContain(`Ya puede hablar con ${spanish.data.agent.name}.`);
  });

  it('is a constant sentence where a document cannot be written, asked for or told', async () => {
    documents = {
      render: () => {
        throw new Error('Invalid character in string');
      },
      fallback: '<Response/>',
    };
    app = house();
    await started();
    await app.dial(lastCommand());

    const heard = await app.answer('answer', { place, callSid: 'CA1', digits: '' });
    const about = { sessionId, appointmentId, attemptId: 'agent-1', callSid: 'CA1' };
    await app.dial({ do: 'release', ...about, words: 'bad-news' });

    expect(heard).toBe('<Response/>');
    expect(said).toEqual([{ callSid: 'CA1', twiml: '<Response/>' }]);
  });

  it('asks again, and no more than that, when another key was pressed', async () => {
    await started();
    await app.dial(lastCommand());
    await app.answer('answer', { place, callSid: 'CA1', digits: '' });

    const again = await app.answer('key', { place, callSid: 'CA1', digits: '5' });

    expect(again).toContain('That was another key.');
    expect(again).toContain('Press 1 to take the call.');
    expect(again).not.toContain('Hello consultant');
  });

  it('carries the cause of it all in every event', async () => {
    await agentWaiting();

    const event = table.outbox.find(({ to }) => to === 'bus');
    expect(event?.pk).toBe(`outbox#AgentAnswered:${sessionId}:1`);
  });

  it('does not come about with a client whose agent left: they hear an apology', async () => {
    await agentWaiting();
    await app.dial(lastCommand());
    await app.answer('answer', { place: clientPlace, callSid: 'CA2', digits: '' });
    await app.status({ place, callSid: 'CA1', status: 'completed' });

    const document = await app.answer('key', { place: clientPlace, callSid: 'CA2', digits: '1' });

    expect(document).toContain('your consultant is not available');
    expect(document).not.toContain('Conference');
  });

  it('answers a repeated question with the same document', async () => {
    const first = await agentWaiting();

    expect(await app.answer('key', { place, callSid: 'CA1', digits: '1' })).toBe(first);
  });

  it('hangs up a call it does not know, of a session it does not know', async () => {
    expect(await app.answer('answer', { place, callSid: 'CA9', digits: '' })).toBe(
      '<?xml version="1.0" encoding="UTF-8"?><Response><Hangup/></Response>',
    );
  });
});

describe('a change of the appointment', () => {
  it('ends both legs and the session before it is joined', async () => {
    await agentWaiting();
    await app.dial(lastCommand());
    const before = table.commands().length;

    await app.change(cancelled);
    for (const command of table.commands().slice(before)) await app.dial(DialCommand.parse(command));

    expect(ended.toSorted()).toEqual(['CA1', 'CA2']);
    expect(table.events()).toEqual(['AgentAnswered', 'CallFailed']);
    expect(table.outbox.find(({ pk }) => pk === `outbox#CallFailed:${sessionId}`)?.body).toContain('"cancelled"');
  });

  it('leaves the session of the very version it brings alone', async () => {
    await app.project(created);
    await app.project(moved);
    await app.start(received(CallDue, { appointmentId, appointmentVersion: 2 }));

    await app.change(moved);

    expect(table.sessionOf(callSessionId(appointmentId, 2)).session.calledOff).toBeUndefined();
    expect(table.events()).toEqual([]);
  });

  it('keeps the new version from dialling while the old one still holds a leg', async () => {
    await agentWaiting();
    await app.change(moved);
    const second = received(CallDue, { appointmentId, appointmentVersion: 2 });

    await app.start(second);
    const newId = callSessionId(appointmentId, 2);
    const whileHeld = table.commands().filter((command) => command['sessionId'] === newId);
    await app.status({ place, callSid: 'CA1', status: 'completed' });
    now = new Date(now.getTime() + 15_000);
    await app.decide(newId, { type: 'wake' }, { refresh: true });

    expect(whileHeld).toEqual([]);
    expect(table.commands().filter((command) => command['sessionId'] === newId)).toMatchObject([{ do: 'create' }]);
  });
});

describe('a decision', () => {
  it('lost to another writer is made again on what that one wrote', async () => {
    await started();
    await app.dial(lastCommand());
    table.rivals.push(() => {
      const stored = table.sessionOf(sessionId);
      void table.sessions.write(
        { session: stored.session, expected: stored.revision, outbox: [], hold: [], free: [], onlyWhileCurrent: false },
        now,
      );
    });

    await app.status({ place, callSid: 'CA1', status: 'ringing' });

    expect(table.sessionOf(sessionId).session.attempts[0]).toMatchObject({ stage: 'ringing' });
  });

  it('lost five times is left to whoever brings the input again', async () => {
    await started();
    await app.dial(lastCommand());
    const rival = () => {
      const stored = table.sessionOf(sessionId);
      void table.sessions.write(
        { session: stored.session, expected: stored.revision, outbox: [], hold: [], free: [], onlyWhileCurrent: false },
        now,
      );
    };
    // Each refused write lets the next rival in; the rival's own write takes one entry too.
    table.rivals.push(...Array.from({ length: 10 }, (_, index) => (index % 2 === 0 ? rival : () => undefined)));

    await expect(app.status({ place, callSid: 'CA1', status: 'ringing' })).rejects.toBeInstanceOf(SessionContended);
  });

  it('that changes nothing writes nothing', async () => {
    await started();
    await app.dial(lastCommand());
    const { revision } = table.sessionOf(sessionId);

    await app.wake();
    await app.status({ place, callSid: 'CA1', status: 'initiated' });

    expect(table.sessionOf(sessionId).revision).toBe(revision);
  });

  it('gives every effect an id of its own, so that each is carried once', async () => {
    await agentWaiting();
    await app.dial(lastCommand());
    await app.change(cancelled);

    const ids = table.outbox.map(({ pk }) => pk);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('the session’s id', () => {
  it('is the same for the same appointment and version, and fits a path', () => {
    expect(callSessionId('apt_01J', 2)).toBe('cs_01J_2');
    expect(callSessionId('x'.repeat(64), 12)).toMatch(/^csh_[A-Za-z0-9_-]{43}$/);
    expect(callSessionId('x'.repeat(64), 12)).not.toBe(callSessionId('x'.repeat(64), 13));
  });
});
