import {
  EventBridgeClient,
  ListRulesCommand,
  ListReplaysCommand,
  PutEventsCommand,
  StartReplayCommand,
} from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  AppointmentCancelled,
  AppointmentCreated,
  CallDue,
  patternFor,
  type EventContract,
} from '@appointments/events';
import { startTestCloud, type TestCloud } from '../aws/test-cloud';
import type { Place } from './place';
import { cancel, list, phraseFor, replay, type Asking, type ReplayRequest } from './replay';

const START = Date.UTC(2026, 11, 1, 15);
const MINUTE_MS = 60_000;
const ARN = 'arn:aws:events:us-east-1:000000000000';

let cloud: TestCloud;
let place: Place;
let pump: { on: boolean; turn: Promise<void> };
let said: string[];
let interrupt: AbortController;

const talk = (more: Partial<Asking> = {}): Asking => ({
  say: (line) => void said.push(line),
  progress: () => undefined,
  interrupted: interrupt.signal,
  ...more,
});
const request = (more: Partial<ReplayRequest> = {}): ReplayRequest => ({
  from: '2h',
  events: [],
  services: [],
  dryRun: false,
  forReal: false,
  ...more,
});
const run = (more: Partial<ReplayRequest> = {}, other: Partial<Asking> = {}) =>
  replay(place, request(more), talk(other));

function subscribe(
  service: string,
  subscription: string,
  contracts: readonly EventContract[],
  kind: 'acting' | 'rebuild',
) {
  const name = `${service}-${subscription}`;
  cloud.services.queues.declare({ name: `${name}-dead` });
  cloud.services.queues.declare({ name });
  cloud.services.buses.declareRule({
    name,
    busName: 'appointments-test',
    pattern: patternFor(contracts, kind),
    enabled: true,
    targets: [
      {
        id: 't',
        arn: `arn:aws:sqs:us-east-1:000000000000:${name}`,
        deadLetterArn: `arn:aws:sqs:us-east-1:000000000000:${name}-dead`,
      },
    ],
    tags: { 'appointments:service': service, 'appointments:subscription': subscription },
  });
}

beforeEach(async () => {
  cloud = await startTestCloud(START);
  said = [];
  interrupt = new AbortController();
  const { buses, queues } = cloud.services;
  buses.declareBus('appointments-test');
  subscribe('notifications', 'Project', [AppointmentCreated, AppointmentCancelled], 'rebuild');
  subscribe('notifications', 'Send', [AppointmentCreated, CallDue], 'acting');
  subscribe('telephony', 'Project', [AppointmentCreated], 'rebuild');
  subscribe('scheduler', 'Plan', [AppointmentCreated], 'acting');
  queues.declare({ name: 'stranger' });
  buses.declareRule({
    name: 'stranger',
    busName: 'appointments-test',
    pattern: { source: [{ prefix: 'appointments.' }] },
    enabled: true,
    targets: [{ id: 't', arn: 'arn:aws:sqs:us-east-1:000000000000:stranger' }],
  });
  buses.declareArchive({
    name: 'history',
    busName: 'appointments-test',
    pattern: { source: [{ prefix: 'appointments.' }] },
    retentionDays: 30,
  });
  const events = new EventBridgeClient(cloud.client);
  const sqs = new SQSClient(cloud.client);
  place = {
    where: 'in test',
    busName: 'appointments-test',
    events,
    queues: sqs,
    now: () => Promise.resolve(cloud.kernel.clock.now()),
    laptop: undefined,
    patience: { lookEveryMs: 1, quietRounds: 1, quietSeconds: 0 },
    close: () => {
      events.destroy();
      sqs.destroy();
    },
  };
  startPump();
});
afterEach(async () => {
  await stopPump();
  place.close();
  await cloud.stop();
});

/** What is due runs, as in a cloud that is up. */
function startPump() {
  const own = { on: true, turn: Promise.resolve() };
  const round = async (): Promise<void> => {
    while (own.on) await cloud.advance(0);
  };
  own.turn = round();
  pump = own;
}
async function stopPump() {
  pump.on = false;
  await pump.turn;
}
async function advance(ms: number) {
  await stopPump();
  await cloud.advance(ms);
  startPump();
}

async function publish(appointmentId: string, ...contracts: readonly EventContract[]) {
  for (const [index, contract] of contracts.entries()) {
    const at = new Date(START + index * 1000);
    const data = { ...(contract.example.data as object), appointmentId };
    const { source, detailType, detail } = contract.create(data, { occurredAt: at.toISOString() });
    await place.events.send(
      new PutEventsCommand({
        Entries: [
          {
            EventBusName: 'appointments-test',
            Source: source,
            DetailType: detailType,
            Detail: JSON.stringify(detail),
            Time: at,
          },
        ],
      }),
    );
  }
}
/** Half an hour later: past what AWS files late. Live deliveries are taken out of the way. */
async function later() {
  await advance(30 * MINUTE_MS);
  const { queues } = cloud.services;
  for (const { name } of queues.list())
    for (const { receiptHandle } of queues.receive(name, 1000)) await queues.remove(name, receiptHandle);
}
interface Heard {
  readonly 'detail-type': string;
  readonly 'replay-name': string;
  readonly detail: { readonly data: { readonly appointmentId: string } };
}
const heardBy = (queue: string) =>
  cloud.services.queues.messages(queue).map(({ body }) => {
    const { 'detail-type': type, 'replay-name': name, detail } = JSON.parse(body) as Heard;
    return `${type} of ${detail.data.appointmentId} in ${name.split('-').slice(0, -2).join('-')}`;
  });
const replays = async () => (await place.events.send(new ListReplaysCommand({}))).Replays ?? [];
const rules = async () =>
  (await place.events.send(new ListRulesCommand({ EventBusName: 'appointments-test' }))).Rules?.map(({ Name }) => Name);

describe('a rebuild', () => {
  beforeEach(async () => {
    await publish('apt_1', AppointmentCreated, AppointmentCancelled, CallDue);
    await publish('apt_2', AppointmentCreated);
    await later();
  });

  it('goes to the rules of the service that write projections, and to nobody else', async () => {
    await run({ services: ['notifications'] });

    expect(heardBy('notifications-Project').toSorted((a, b) => a.localeCompare(b))).toEqual([
      'AppointmentCancelled of apt_1 in rebuild',
      'AppointmentCreated of apt_1 in rebuild',
      'AppointmentCreated of apt_2 in rebuild',
    ]);
    for (const queue of ['notifications-Send', 'telephony-Project', 'scheduler-Plan', 'stranger'])
      expect([queue, heardBy(queue)]).toEqual([queue, []]);
    expect(said.join('\n')).toContain('heard by notifications/Project, and by nobody else');
  });

  it('without a service goes to every one of ours that rebuilds, and never to a stranger’s rule', async () => {
    await run();

    expect(heardBy('telephony-Project')).toHaveLength(2);
    expect(heardBy('notifications-Project')).toHaveLength(3);
    for (const queue of ['notifications-Send', 'scheduler-Plan', 'stranger']) expect(heardBy(queue)).toEqual([]);
  });

  it('of one appointment picks its events, sends them to the queues alone, and leaves nothing behind', async () => {
    const before = await rules();

    await run({ appointment: 'apt_1', from: undefined });

    expect(heardBy('notifications-Project')).toEqual([
      'AppointmentCreated of apt_1 in rebuild',
      'AppointmentCancelled of apt_1 in rebuild',
    ]);
    expect(heardBy('telephony-Project')).toEqual(['AppointmentCreated of apt_1 in rebuild']);
    for (const queue of ['notifications-Send', 'scheduler-Plan', 'stranger']) expect(heardBy(queue)).toEqual([]);
    expect(await rules()).toEqual(before);
    expect(cloud.services.queues.list().filter(({ name }) => name.startsWith('sieve'))).toEqual([]);
  });

  it('of one kind of event picks it', async () => {
    await run({ events: ['AppointmentCancelled'], services: ['notifications'] });

    expect(heardBy('notifications-Project')).toEqual(['AppointmentCancelled of apt_1 in rebuild']);
  });

  it('that is only tried says what it would do, and does nothing', async () => {
    await run({ dryRun: true });

    expect(said.at(-1)).toBe('Nothing was replayed (--dry-run).');
    expect(await replays()).toEqual([]);
    expect(heardBy('notifications-Project')).toEqual([]);
  });

  it('never has a name that acting rules match', async () => {
    await run({ appointment: 'apt_1' });
    await run();

    expect((await replays()).map(({ ReplayName = '' }) => ReplayName.split('-')[0])).toEqual(['sieve', 'rebuild']);
  });

  it('is refused while another is under way, with how to end that one', async () => {
    await stopPump();
    await place.events.send(
      new StartReplayCommand({
        ReplayName: 'earlier',
        EventSourceArn: `${ARN}:archive/history`,
        EventStartTime: new Date(START),
        EventEndTime: new Date(START + 1000),
        Destination: { Arn: `${ARN}:event-bus/appointments-test` },
      }),
    );

    await expect(run()).rejects.toThrow(
      /^earlier is under way\. Wait until it has ended .* or call it off: npm run replay -- --cancel earlier$/,
    );
  });

  it('is called off by whoever waits for it', async () => {
    interrupt.abort();

    await expect(run()).rejects.toThrow('was called off');

    expect((await replays()).map(({ State }) => State)).toEqual(['CANCELLED']);
    expect(said.at(-1)).toMatch(/^Calling rebuild-\S+ off …$/);
  });

  it('that picks is called off with the rule and the queue it made', async () => {
    const before = await rules();
    interrupt.abort();

    await expect(run({ appointment: 'apt_1' })).rejects.toThrow('was called off');

    expect(await rules()).toEqual(before);
    expect(heardBy('notifications-Project')).toEqual([]);
  });

  it('that picks leaves out what cannot be read, says so, and sends the rest', async () => {
    await place.events.send(
      new PutEventsCommand({
        Entries: [
          {
            EventBusName: 'appointments-test',
            Source: AppointmentCreated.source,
            DetailType: 'AppointmentCreated',
            Detail: JSON.stringify({ metadata: { correlationId: 'apt_1', eventId: 7 }, data: {} }),
            Time: new Date(START),
          },
        ],
      }),
    );

    await later();

    await run({ appointment: 'apt_1', services: ['telephony'] });

    expect(said).toContainEqual(
      expect.stringMatching(/^An event was left out: It is no event of the bus: detail\.metadata\./),
    );
    expect(heardBy('telephony-Project')).toEqual(['AppointmentCreated of apt_1 in rebuild']);
  });

  it('says when a message came into a dead-letter queue meanwhile', async () => {
    let asked = 0;
    const progress = () => {
      asked += 1;
      if (asked === 1) void cloud.services.queues.send('notifications-Project-dead', { body: 'broken' });
    };

    await run({ services: ['notifications'] }, { progress });

    expect(said).toContainEqual(expect.stringMatching(/^1 message came into dead-letter queues meanwhile/));
  });
});

describe('a replay for real', () => {
  beforeEach(async () => {
    await publish('apt_1', AppointmentCreated, CallDue);
    await later();
  });
  const phrase = 'for real to notifications in test';

  it('is named so, and heard by what acts, once the phrase was typed', async () => {
    await run({ forReal: true, services: ['notifications'] }, { ask: () => Promise.resolve(`${phrase} `) });

    expect(heardBy('notifications-Send').toSorted((a, b) => a.localeCompare(b))).toEqual([
      'AppointmentCreated of apt_1 in for-real',
      'CallDue of apt_1 in for-real',
    ]);
    expect(heardBy('scheduler-Plan')).toEqual([]);
  });

  it('of one appointment sends what was picked under that name', async () => {
    await run({
      forReal: true,
      appointment: 'apt_1',
      events: ['CallDue'],
      services: ['notifications'],
      confirm: phrase,
    });

    expect(heardBy('notifications-Send')).toEqual(['CallDue of apt_1 in for-real']);
    expect((await replays()).map(({ ReplayName = '' }) => ReplayName.split('-')[0])).toEqual(['sieve']);
  });

  it.each(['', 'yes', 'y', 'for real', 'for real to telephony in test'])(
    'does nothing when %j was typed',
    async (typed) => {
      await expect(
        run({ forReal: true, services: ['notifications'] }, { ask: () => Promise.resolve(typed) }),
      ).rejects.toThrow('That is not it. Nothing was replayed.');

      expect(await replays()).toEqual([]);
    },
  );

  it('without a terminal says the phrase that has to be given, and takes no other', async () => {
    await expect(run({ forReal: true, services: ['notifications'] })).rejects.toThrow(
      `--confirm ${JSON.stringify(phrase)}`,
    );
    await expect(run({ forReal: true, services: ['notifications'], confirm: 'yes' })).rejects.toThrow('does not fit');

    expect(await replays()).toEqual([]);
  });

  it('has a phrase of its own for each place and each choice of services', () => {
    expect(phraseFor({ where: 'in prod' }, ['scheduler', 'telephony'])).toBe(
      'for real to scheduler and telephony in prod',
    );
  });
});

describe('what cannot be replayed', () => {
  it.each<[string, Partial<ReplayRequest>, RegExp]>([
    ['without a beginning', { from: undefined }, /^--from is missing/],
    [
      'to an unknown service',
      { services: ['billing'] },
      /^No service billing listens .* there are notifications, scheduler and telephony\.$/,
    ],
    [
      'of an unknown event',
      { events: ['appointmentcreated'] },
      /^There is no event appointmentcreated; AppointmentCreated is meant, perhaps/,
    ],
    [
      'to a service that only acts',
      { services: ['scheduler'] },
      /^scheduler hears no replays: what acts .* --for-real/,
    ],
    [
      'of an event that the service does not hear',
      { services: ['telephony'], events: ['CallDue'] },
      /^telephony hears no replays of CallDue/,
    ],
    ['of something that is no appointment', { appointment: 'a b' }, /is no appointment's id/],
    ['past retention', { from: '60d', to: '50d' }, /keeps 30 days/],
  ])('%s is refused with what to do', async (_, more, message) => {
    await advance(30 * MINUTE_MS);

    await expect(run(more)).rejects.toThrow(message);
    expect(await replays()).toEqual([]);
  });

  it('is what an archive of less than ten minutes holds', async () => {
    await expect(run()).rejects.toThrow('less than ten minutes ago');
  });

  it('is a window without events: it says so and where to look', async () => {
    await advance(30 * MINUTE_MS);

    await run();
    await run({ appointment: 'apt_unknown' });

    expect(said.filter((line) => line.startsWith('There is no'))).toEqual([
      expect.stringMatching(
        /^There is no event in the archive from .*: nothing was sent\. It holds nothing at all yet/,
      ),
      expect.stringMatching(
        /^There is no such event in the archive .* look at the window and at what was asked for\.$/,
      ),
    ]);
  });

  it('is told apart: without any tagged rule the stacks are older than the command', async () => {
    await advance(30 * MINUTE_MS);
    cloud.services.buses.declareBus('bare');
    cloud.services.buses.declareArchive({ name: 'bare', busName: 'bare', retentionDays: 0 });
    await advance(30 * MINUTE_MS);

    await expect(replay({ ...place, busName: 'bare' }, request(), talk())).rejects.toThrow(
      'deploy the services’ stacks'.replace('’', "'"),
    );
  });
});

describe('the replays', () => {
  it('are listed, the newest first', async () => {
    expect(await list(place)).toEqual(['Nothing was replayed in test in the last ninety days.']);
    await publish('apt_1', AppointmentCreated);
    await later();
    await run();

    expect(await list(place)).toEqual([
      expect.stringMatching(/^name +state +from +until +last event +started +ended$/),
      expect.stringMatching(/^rebuild-20261201T153000-\w{4} +completed .* 2026-12-01 15:00:00Z /),
    ]);
  });

  it('are called off by name; an unknown one is told, with how to see them all', async () => {
    await publish('apt_1', AppointmentCreated);
    await later();
    await run();
    const [done] = await replays();

    await cancel(place, done?.ReplayName ?? '', talk());

    expect(said.at(-1)).toMatch(/^rebuild-\S+ had ended before\.$/);
    await expect(cancel(place, 'none', talk())).rejects.toThrow('npm run replay -- --list');
  });
});
