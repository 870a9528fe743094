import type { SendMessageCommandInput, SQSClient } from '@aws-sdk/client-sqs';
import { marshall } from '@aws-sdk/util-dynamodb';
import {
  AgentAnswered,
  AppointmentAmended,
  AppointmentCancelled,
  AppointmentCreated,
  AppointmentRescheduled,
  CallCompleted,
  CallConnected,
  CallDue,
  CallFailed,
  type OutgoingEvent,
} from '@appointments/events';
import { consume, consumeMessages, publishOutbox, type OutboxItem } from '@appointments/runtime';
import { phoneRules } from '@appointments/runtime/phone-rules';
import type { DynamoDBRecord, SQSRecord } from 'aws-lambda';
import * as z from 'zod';
import { documents } from '../src/adapters/documents';
import { callPathOf } from '../src/adapters/webhook';
import { addresses, type AttemptPlace } from '../src/app/addresses';
import { applyChange } from '../src/app/apply-change';
import { decideWith } from '../src/app/decide';
import { dial, DialCommand } from '../src/app/dial';
import { answerCall, recordRoom, recordStatus, type Documents } from '../src/app/hear-call';
import { carrierLine } from '../src/app/line';
import { UNAVAILABLE, type Carrier, type CreateResult, type NewCall } from '../src/app/ports';
import { projectAppointment } from '../src/app/project-appointment';
import { callSessionId } from '../src/app/session-id';
import { startSession } from '../src/app/start-session';
import { isFinal } from '../src/domain/outcome';
import { callPolicy } from '../src/domain/policy';
import type { Leg } from '../src/domain/session';
import { agenda } from './agenda';
import { memoryTable } from './memory';

/*
 * The whole service in one process and virtual time: its use cases behind their own consumers and publisher, the table in
 * memory, queues, and a carrier whose phones follow a script. One message is handled at a time, so a run is always the same.
 */

/** What a phone does, or whoever holds it. */
export type Conduct = 'accepts' | 'silent' | 'busy' | 'no-answer' | 'declines' | 'unreachable' | 'voicemail';

/** A call of a port, counted from 1 over the whole run, and within its name. */
export interface PortCall {
  readonly index: number;
  readonly name: string;
  readonly nth: number;
}

export interface HouseOptions {
  readonly policy?: z.input<ReturnType<typeof callPolicy>>;
  /** One conduct for each attempt; the last one for all further ones. @default everybody accepts */
  readonly agent?: readonly Conduct[];
  readonly client?: readonly Conduct[];
  readonly clientName?: string;
  /** What the client has yet to prove when they have booked. */
  readonly unproven?: readonly ('email' | 'phone')[];
  /** What is known of the client's number: other appointments for which it was called on the day, and whether it ever accepted a call. @default no others, accepted */
  readonly clientNumber?: { readonly others: number; readonly hasAccepted: boolean };
  /** What happens between the booking and the booked time. */
  readonly beforehand?: (house: Hands) => void;
  /** What happens when something is noted in the log. */
  readonly when?: Readonly<Record<string, (house: Hands) => void>>;
  /** What the carrier answers when it is asked the n-th time for the call of an attempt, if not as usual; `placed` though it says otherwise. */
  readonly create?: (attempt: string, n: number) => (CreateResult & { readonly placed?: true }) | undefined;
  /** Requests that the carrier does not answer, by name and how often before. */
  readonly isDeaf?: (request: 'end' | 'say' | 'fetch' | 'find' | 'isRoomInProgress', n: number) => boolean;
  /** How often a callback arrives, and when, in seconds; `[]` loses it. @default once, at once */
  readonly delivers?: (callback: string) => readonly number[];
  /** A document that cannot be fetched, like `agent-1 key`. */
  readonly isUnfetchable?: (question: string) => boolean;
  readonly documents?: Partial<Documents>;
  /** Where the process dies: right before a call of a port, or right after it. */
  readonly crash?: (call: PortCall) => 'before' | 'after' | undefined;
}

/** What a script may do to the world. */
export interface Hands {
  readonly hangUp: (attempt: string) => void;
  /** The carrier rings a phone with a second call of an attempt, which nobody asked for. */
  readonly double: (attempt: string) => void;
  readonly cancel: () => void;
  readonly move: () => void;
  /** The client proves all there is to prove, or has something to prove again. */
  readonly amend: (unproven: readonly ('email' | 'phone')[]) => void;
  readonly after: (seconds: number, run: () => void) => void;
}

export class Crash extends Error {
  override readonly name = 'Crash';
}

interface Call extends AttemptPlace {
  readonly sid: string;
  readonly id: string;
  readonly to: string;
  readonly createdAt: number;
  readonly asked: NewCall;
  readonly conduct: Conduct;
  status: string;
  room?: string;
  told?: true;
}

export const STARTS_AT = Date.parse('2026-12-01T15:00:00Z');
const AGENT = '+12025550100';
const CLIENT = '+12025550123';
const BASE_URL = 'https://calls.example.com';
const appointmentId = 'apt_1';
const WakeUp = z.object({ sessionId: z.string(), appointmentId: z.string(), dueAt: z.iso.datetime() });
const MOST_MESSAGES = 5000;
/** After as many failures a message is put aside. */
const MOST_RECEIVES = 5;

/** Runs one appointment from its booking until nothing more will happen. */
export async function runHouse(options: HouseOptions = {}) {
  const policy = callPolicy().parse(options.policy ?? {});
  const table = memoryTable();
  const { others, hasAccepted } = options.clientNumber ?? { others: 0, hasAccepted: true };
  const otherAppointments = Array.from({ length: others }, (_, index) => `apt_other_${index}`);
  table.calledFor.set(`${CLIENT} ${new Date(STARTS_AT).toISOString().slice(0, 10)}`, new Set(otherAppointments));
  if (hasAccepted) table.proven.add(CLIENT);
  const future = agenda<() => void | Promise<void>>(STARTS_AT - 60_000);
  const now = () => new Date(future.now);
  const log: string[] = [];
  const violations: string[] = [];

  // ── Calls of ports, at which the process may die ──────────────────────────────────────────────────────────────────

  const portCalls: PortCall[] = [];
  const made = new Map<string, number>();
  const crashed: PortCall[] = [];
  /** Attempts that were claimed by a process that died before the carrier had placed their call, or before it was noted that it would not. */
  const uncertain: { readonly attempt: string; readonly n: number }[] = [];
  const die = (call: PortCall): never => {
    crashed.push(call);
    for (const { session } of table.sessionsNow())
      for (const attempt of session.attempts)
        if (attempt.stage === 'submitted' && !callOf({ sessionId: session.id, ...attempt }))
          uncertain.push({ attempt: labelOf({ sessionId: session.id, ...attempt }), n: attempt.creates });
    throw new Crash(`the process died at call ${call.index}, ${call.name}`);
  };
  const mortal = <Ports extends object>(of: string, ports: Ports): Ports =>
    Object.fromEntries(
      Object.entries(ports).map(([name, run]: [string, (...values: unknown[]) => Promise<unknown>]) => [
        name,
        async (...values: unknown[]) => {
          const label = `${of}.${name}`;
          const nth = (made.get(label) ?? 0) + 1;
          made.set(label, nth);
          const call: PortCall = { index: portCalls.length + 1, name: label, nth };
          portCalls.push(call);
          const fate = options.crash?.(call);
          if (fate === 'before') die(call);
          const result = await run(...values);
          if (fate === 'after') die(call);
          return result;
        },
      ]),
    ) as Ports;

  /** Whatever a dead process did not finish comes again, here at once, so that a run can be held beside one without a death. */
  const untilAlive = async <T>(handle: () => Promise<T>): Promise<T> => {
    for (;;)
      try {
        return await handle();
      } catch (error) {
        if (!(error instanceof Crash)) throw error;
      }
  };

  // ── The carrier ───────────────────────────────────────────────────────────────────────────────────────────────────

  const calls = new Map<string, Call>();
  const rooms = new Map<string, { readonly sid: string; readonly inside: Set<Call> }>();
  let conferences = 0;
  const requests = new Map<string, number>();
  const isDeaf = (request: 'end' | 'say' | 'fetch' | 'find' | 'isRoomInProgress'): boolean => {
    const before = requests.get(request) ?? 0;
    requests.set(request, before + 1);
    return options.isDeaf?.(request, before) ?? false;
  };
  const note = (entry: string): void => {
    log.push(entry);
    options.when?.[entry]?.(hands);
  };
  const placeOf = (url: string): AttemptPlace => {
    const path = callPathOf(new URL(url).pathname);
    if (!path) throw new Error(`no address of a call: ${url}`);
    return { sessionId: path.sessionId, leg: path.leg, n: path.n };
  };
  const callOf = ({ sessionId, leg, n }: AttemptPlace) =>
    [...calls.values()].find((call) => call.sessionId === sessionId && call.leg === leg && call.n === n);
  const labelOf = ({ sessionId, leg, n }: AttemptPlace) =>
    `${sessionId === callSessionId(appointmentId, 1) ? '' : 'second '}${leg}-${n}`;

  const carrier: Carrier = {
    create: (request) => {
      const place = placeOf(request.url);
      const { attempts } = table.sessionOf(place.sessionId).session;
      const n = attempts.find(({ id }) => id === `${place.leg}-${place.n}`)?.creates ?? 0;
      const scripted = options.create?.(labelOf(place), n);
      if (scripted && scripted.placed !== true) return Promise.resolve(scripted);
      const call = placeCall(place, request);
      return Promise.resolve(scripted ?? { type: 'created', callSid: call.sid, queueMs: 0 });
    },
    end: (sid) => {
      if (isDeaf('end')) return Promise.resolve(UNAVAILABLE);
      const call = calls.get(sid);
      if (!call || isFinal(call.status)) return Promise.resolve(null);
      note(`${call.id} is hung up`);
      hangUp(call, call.status === 'in-progress' ? 'completed' : 'canceled');
      return Promise.resolve({ callSid: sid, status: call.status });
    },
    say: (sid, twiml) => {
      if (isDeaf('say')) return Promise.resolve(UNAVAILABLE);
      const call = calls.get(sid);
      if (call?.status !== 'in-progress') return Promise.resolve(null);
      leave(call, false);
      hear(call, twiml);
      return Promise.resolve({ callSid: sid, status: call.status });
    },
    fetch: (sid) => {
      if (isDeaf('fetch')) return Promise.resolve(UNAVAILABLE);
      const call = calls.get(sid);
      return Promise.resolve(call ? { callSid: sid, status: call.status } : null);
    },
    find: (to, from, until) => {
      if (isDeaf('find')) return Promise.resolve(UNAVAILABLE);
      const found = [...calls.values()].findLast(
        (call) => call.to === to && call.createdAt >= from.getTime() - 5000 && call.createdAt <= until.getTime(),
      );
      return Promise.resolve(found ? { callSid: found.sid, status: found.status } : null);
    },
    isRoomInProgress: (room) =>
      Promise.resolve(isDeaf('isRoomInProgress') ? UNAVAILABLE : rooms.get(room)?.inside.size === 2),
  };

  const placeCall = (place: AttemptPlace, request: NewCall): Call => {
    if ([...calls.values()].some((other) => other.to === request.to && !isFinal(other.status)))
      violations.push(`I1: ${labelOf(place)} is dialled while another call of the ${place.leg} lives`);
    const conducts = (place.leg === 'agent' ? options.agent : options.client) ?? ['accepts'];
    const earlier = [...calls.values()].filter(({ leg }) => leg === place.leg).length;
    const conduct = conducts[Math.min(earlier, conducts.length - 1)] ?? 'accepts';
    const call = dialNumber({ ...place, id: labelOf(place), asked: request, conduct });
    note(`${call.id} is dialled`);
    return call;
  };

  const dialNumber = (what: AttemptPlace & Pick<Call, 'id' | 'asked' | 'conduct'>): Call => {
    const call: Call = {
      ...what,
      sid: `CA${calls.size + 1}`,
      to: what.asked.to,
      createdAt: future.now,
      status: 'queued',
    };
    calls.set(call.sid, call);
    future.plan(500, () => ring(call));
    return call;
  };

  const ring = (call: Call): void => {
    if (isFinal(call.status)) return;
    if (call.conduct === 'busy') return hangUp(call, 'busy', 486);
    if (call.conduct === 'unreachable') return hangUp(call, 'failed', 480);
    call.status = 'ringing';
    note(`${call.id} rings`);
    tellStatus(call);
    if (call.conduct === 'declines') return future.plan(3000, () => hangUp(call, 'no-answer', 603));
    if (call.conduct === 'no-answer')
      return future.plan((call.asked.ringSeconds + 5) * 1000, () => hangUp(call, 'no-answer', 487));
    future.plan(2000, () => {
      if (isFinal(call.status)) return;
      call.status = 'in-progress';
      tellStatus(call);
      if (call.conduct === 'voicemail') future.plan(30_000, () => hangUp(call, 'completed'));
      ask(call, 'answer', '');
    });
  };

  const hangUp = (call: Call, status: string, sipCode?: number): void => {
    if (isFinal(call.status)) return;
    call.status = status;
    leave(call, true);
    tellStatus(call, sipCode);
  };

  const tellStatus = ({ id, sessionId, leg, n, sid: callSid, status }: Call, sipCode?: number): void => {
    const place = { sessionId, leg, n };
    const at = Math.floor(future.now / 1000) * 1000;
    deliver(`${id} ${status}`, () => app.status({ place, callSid, status, sipCode, at }));
  };

  /** Asks for a document, and again when it gets none, as the addresses ask for. */
  const ask = (call: Call, question: 'answer' | 'key' | 'dialled', digits: string): void => {
    const { sessionId, leg, n, sid: callSid } = call;
    const isMachine = call.conduct === 'voicemail';
    const answeredBy = call.asked.detectMachine ? (isMachine ? 'machine_start' : 'human') : undefined;
    future.plan(0, async () => {
      if (call.status !== 'in-progress') return;
      if (options.isUnfetchable?.(`${call.id} ${question}`)) return hangUp(call, 'completed');
      const request = { place: { sessionId, leg, n }, callSid, answeredBy, digits };
      hear(call, await untilAlive(() => app.answer(question, request)));
    });
  };

  /** Runs a document: words take no time, but the last ones, after which it is hung up. */
  const hear = (call: Call, document: string): void => {
    if (call.told) return;
    const room = /<Conference[^>]*>([^<]+)</.exec(document)?.[1];
    if (room !== undefined) return enter(call, room);
    if (document.includes('<Gather')) {
      note(`${call.id} is greeted`);
      return future.plan(2000, () => {
        if (call.status !== 'in-progress') return;
        if (call.conduct === 'accepts') note(`${call.id} presses 1`);
        if (call.conduct === 'accepts') return ask(call, 'key', '1');
        future.plan(policy.keySeconds * 1000, () => ask(call, 'key', ''));
      });
    }
    const words = /<Say[^>]*>([^<]+)</.exec(document)?.[1];
    if (words !== undefined) note(`${call.id} hears: ${words}`);
    call.told = true;
    future.plan(words === undefined ? 0 : 4000, () => hangUp(call, 'completed'));
  };

  const enter = (call: Call, room: string): void => {
    const conference = rooms.get(room) ?? { sid: `CF${++conferences}`, inside: new Set<Call>() };
    rooms.set(room, conference);
    if ([...conference.inside].some(({ leg }) => leg === call.leg))
      violations.push(`I6: two of the ${call.leg} in a room`);
    conference.inside.add(call);
    call.room = room;
    tellRoom(call, room, conference.sid, { event: 'join', callSid: call.sid });
    if (conference.inside.size < 2) return;
    note('they talk');
    tellRoom(call, room, conference.sid, { event: 'start' });
  };

  const leave = (call: Call, hungUp: boolean): void => {
    const { room } = call;
    const conference = room === undefined ? undefined : rooms.get(room);
    if (room === undefined || !conference?.inside.has(call)) return;
    rooms.delete(room);
    tellRoom(call, room, conference.sid, { event: 'leave', callSid: call.sid, hungUp });
    tellRoom(call, room, conference.sid, { event: 'end', endedBy: call.leg });
    for (const one of conference.inside) {
      delete one.room;
      if (!isFinal(one.status)) ask(one, 'dialled', '');
    }
  };

  const tellRoom = (
    { id, sessionId, leg, n }: Call,
    room: string,
    conferenceSid: string,
    what: {
      readonly event: 'start' | 'join' | 'leave' | 'end';
      readonly callSid?: string;
      readonly hungUp?: boolean;
      readonly endedBy?: Leg;
    },
  ): void =>
    deliver(`${id} conference ${what.event}`, () =>
      app.room({ place: { sessionId, leg, n }, room, conferenceSid, ...what }),
    );

  /** A callback, as often as it is delivered; not answered, it is told again, as the addresses ask for. */
  const deliver = (callback: string, handle: () => Promise<void>): void => {
    for (const seconds of options.delivers?.(callback) ?? [0]) future.plan(seconds * 1000, () => untilAlive(handle));
  };

  // ── Queues, the stream and the bus ────────────────────────────────────────────────────────────────────────────────

  type Consumer = (event: { Records: SQSRecord[] }) => Promise<{ batchItemFailures: readonly object[] }>;
  const consumers = new Map<string, Consumer>();
  const parked: string[] = [];
  let messages = 0;
  const enqueue = (queue: string, message: Omit<SendMessageCommandInput, 'QueueUrl'>): void => {
    const { MessageBody: body = '', DelaySeconds = 0, MessageAttributes = {} } = message;
    if (queue === 'dead') return void parked.push(body);
    const record = {
      messageId: String(++messages),
      body,
      attributes: { ApproximateReceiveCount: '1' },
      messageAttributes: Object.fromEntries(
        Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, { stringValue: StringValue }]),
      ),
    } as unknown as SQSRecord;
    const receive = async (): Promise<void> => {
      const consumer = consumers.get(queue);
      if (!consumer) throw new Error(`nobody works off ${queue}`);
      for (let received = 1; received <= MOST_RECEIVES; received += 1) {
        const { batchItemFailures } = await consumer({ Records: [record] });
        if (batchItemFailures.length === 0) return;
      }
      parked.push(body);
    };
    future.plan(DelaySeconds * 1000, receive);
  };
  const queues = mortal('queues', {
    send: ({ input }: { readonly input: SendMessageCommandInput }) => {
      const { QueueUrl = '', ...message } = input;
      enqueue(QueueUrl, message);
      return Promise.resolve({});
    },
  }) as unknown as SQSClient;

  const published = new Map<string, OutgoingEvent>();
  const { publish } = mortal('bus', {
    publish: (events: readonly OutgoingEvent[]) => {
      for (const event of events) {
        const { eventId } = event.detail.metadata;
        const known = published.get(eventId);
        if (known && JSON.stringify(known) !== JSON.stringify(event)) violations.push(`two events are ${eventId}`);
        if (!known) note(headlineOf(event));
        published.set(eventId, event);
      }
      return Promise.resolve();
    },
  });
  const carry = publishOutbox({
    contracts: [AgentAnswered, CallConnected, CallCompleted, CallFailed],
    publish,
    queues,
    queueUrls: { dialler: 'dialler', timers: 'timers' },
    deadLetterQueueUrl: 'dead',
    now,
  });
  let sequence = 0;
  const stream = (items: readonly OutboxItem[]): void => {
    const records = items.map((item): DynamoDBRecord => ({
      eventName: 'INSERT',
      dynamodb: { SequenceNumber: String(++sequence), NewImage: marshall(item) as never },
    }));
    // From the first that failed on, all come again.
    const from = async (first: number): Promise<void> => {
      const batch = records.slice(first);
      const { batchItemFailures } = await carry({ Records: batch });
      const failed = batch.findIndex(({ dynamodb }) =>
        batchItemFailures.some(({ itemIdentifier }) => itemIdentifier === dynamodb?.SequenceNumber),
      );
      if (failed >= 0) await from(first + failed);
    };
    if (records.length > 0) future.plan(0, () => from(0));
  };

  // ── The service ───────────────────────────────────────────────────────────────────────────────────────────────────

  const sessions = mortal('sessions', {
    ...table.sessions,
    write: async (...values: Parameters<typeof table.sessions.write>) => {
      const result = await table.sessions.write(...values);
      if (result === 'written') stream(values[0].outbox);
      return result;
    },
  });
  const base = { sessions, projections: mortal('projections', table.projections), policy, now };
  const decide = decideWith(base);
  const places = addresses(BASE_URL);
  const papers: Documents = {
    ...documents({ addresses: places, brand: 'Acme', agentLocale: 'en', keySeconds: policy.keySeconds }),
    ...options.documents,
  };
  const app = {
    answer: answerCall({ decide, documents: papers }),
    status: recordStatus({ decide }),
    room: recordRoom({ decide }),
  };
  const portsOf = (queueUrl: string) => ({ queues, queueUrl, deadLetterQueueUrl: 'dead', now });
  const dialler = dial({
    ...base,
    decide,
    carrier: mortal('carrier', carrier),
    documents: papers,
    addresses: places,
    mayDial: phoneRules(['US']),
    line: carrierLine({
      store: mortal('line', table.line),
      policy: { callsPerSecond: 1, dailySpendUsd: 0, usdPerMinute: 0.0158 },
      now,
    }),
    dailyCalls: { agent: 200, client: 6 },
    unprovenAppointments: 2,
  });
  consumers.set('dialler', consumeMessages(DialCommand, dialler, portsOf('dialler')));
  consumers.set(
    'timers',
    consumeMessages(
      WakeUp,
      async ({ sessionId }) => void (await decide(sessionId, { type: 'wake' }, { refresh: true })),
      portsOf('timers'),
    ),
  );
  consumers.set(
    'projection',
    consume(
      [AppointmentCreated, AppointmentRescheduled, AppointmentAmended, AppointmentCancelled],
      projectAppointment(base),
      portsOf('projection'),
    ),
  );
  consumers.set('due', consume([CallDue], startSession(base), portsOf('due')));
  consumers.set(
    'changes',
    consume([AppointmentRescheduled, AppointmentCancelled], applyChange({ ...base, decide }), portsOf('changes')),
  );

  // ── The appointment ───────────────────────────────────────────────────────────────────────────────────────────────

  const occurredAt = now().toISOString();
  const receive = (queue: string, { source, detailType, detail }: OutgoingEvent): void =>
    enqueue(queue, { MessageBody: JSON.stringify({ source, 'detail-type': detailType, detail }) });
  const particulars = {
    appointmentId,
    startsAt: new Date(STARTS_AT).toISOString(),
    client: { ...AppointmentCreated.example.data.client, name: options.clientName ?? 'Ada', phone: CLIENT },
    agent: { ...AppointmentCreated.example.data.agent, name: 'Alex', phone: AGENT },
  };
  const callIsDue = (appointmentVersion: number): void =>
    receive(
      'due',
      CallDue.create(
        { ...CallDue.example.data, appointmentId, appointmentVersion, startsAt: now().toISOString() },
        { occurredAt: now().toISOString() },
      ),
    );
  const changed = (event: OutgoingEvent): void => {
    receive('projection', event);
    receive('changes', event);
  };
  const hands: Hands = {
    hangUp: (attempt) => {
      for (const call of calls.values()) if (call.id === attempt) hangUp(call, 'completed');
    },
    double: (attempt) => {
      for (const { sessionId, leg, n, asked, id } of calls.values())
        if (id === attempt) dialNumber({ sessionId, leg, n, asked, id: `double of ${id}`, conduct: 'silent' });
    },
    cancel: () =>
      changed(
        AppointmentCancelled.create(
          { ...AppointmentCancelled.example.data, appointmentId, appointmentVersion: 2, revision: 2 },
          { occurredAt },
        ),
      ),
    move: () => {
      const startsAt = new Date(future.now + 30_000).toISOString();
      changed(
        AppointmentRescheduled.create(
          { ...AppointmentRescheduled.example.data, ...particulars, startsAt, appointmentVersion: 2, revision: 2 },
          { occurredAt },
        ),
      );
      future.plan(30_000, () => callIsDue(2));
    },
    amend: (unproven) =>
      receive(
        'projection',
        AppointmentAmended.create(
          { ...AppointmentAmended.example.data, ...particulars, revision: 2, ...unprovenOf(unproven) },
          { occurredAt },
        ),
      ),
    after: (seconds, run) => future.plan(seconds * 1000, run),
  };

  receive(
    'projection',
    AppointmentCreated.create(
      { ...AppointmentCreated.example.data, ...particulars, ...unprovenOf(options.unproven ?? []) },
      { occurredAt },
    ),
  );
  if (options.beforehand) future.plan(30_000, () => options.beforehand?.(hands));
  future.plan(60_000, () => callIsDue(1));
  let steps = 0;
  for (let run = future.next(); run && steps < MOST_MESSAGES; run = future.next()) {
    steps += 1;
    await run();
  }
  if (steps >= MOST_MESSAGES) violations.push('I8: it never comes to rest');
  for (const call of calls.values()) if (!isFinal(call.status)) violations.push(`I7: ${call.id} is alive at rest`);
  for (const { session } of table.sessionsNow()) {
    const ends = [...published.values()].filter(
      ({ detailType, detail }) =>
        (detailType === 'CallCompleted' || detailType === 'CallFailed') &&
        (detail.data as { callSessionId?: string }).callSessionId === session.id,
    );
    if (ends.length !== 1) violations.push(`I3: ${ends.length} ends of ${session.id}`);
    if (!session.closed) violations.push(`I8: ${session.id} is not closed`);
  }

  return {
    /** What happened to phones and on the bus, in order. */
    log,
    sessions: table.sessionsNow().map(({ session }) => session),
    events: [...published.values()],
    /** What was put into the outbox, whatever write it came with. */
    effects: new Set(table.outbox.map(({ to, body }) => `${to} ${body}`)),
    held: table.held,
    proven: table.proven,
    calledFor: table.calledFor,
    line: table.lineNow(),
    parked,
    violations,
    portCalls,
    crashed,
    uncertain,
    endedAt: future.now,
  };
}

function unprovenOf(unproven: readonly ('email' | 'phone')[]) {
  return unproven.length > 0 ? { unproven: [...unproven] } : {};
}

/** An event in a few words: what it says beside ids and times. */
function headlineOf({ detailType, detail }: OutgoingEvent): string {
  const { reason, endedBy } = detail.data as { readonly reason?: string; readonly endedBy?: string };
  const said = reason ?? (endedBy && `by ${endedBy}`);
  return said === undefined ? detailType : `${detailType} ${said}`;
}
