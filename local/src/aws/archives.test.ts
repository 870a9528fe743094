import {
  CancelReplayCommand,
  DescribeArchiveCommand,
  DescribeReplayCommand,
  EventBridgeClient,
  ListArchivesCommand,
  ListReplaysCommand,
  PutEventsCommand,
  StartReplayCommand,
  type StartReplayCommandInput,
} from '@aws-sdk/client-eventbridge';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestCloud, type TestCloud } from './test-cloud';

const START = Date.UTC(2026, 11, 1, 15);
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const ARN = 'arn:aws:events:us-east-1:000000000000';
const BUS_ARN = `${ARN}:event-bus/main`;
const ARCHIVE_ARN = `${ARN}:archive/history`;

let cloud: TestCloud;
let events: EventBridgeClient;

/** What the templates declare, at each start. */
function declare() {
  events = new EventBridgeClient(cloud.client);
  const { buses, queues } = cloud.services;
  for (const name of ['main', 'other']) buses.declareBus(name);
  for (const name of ['heard', 'acted']) queues.declare({ name });
  const rule = (name: string, pattern: object) =>
    buses.declareRule({
      name,
      busName: 'main',
      pattern,
      enabled: true,
      targets: [{ id: 't', arn: `arn:aws:sqs:us-east-1:000000000000:${name}` }],
    });
  rule('heard', { source: [{ prefix: 'house.' }] });
  rule('acted', {
    source: [{ prefix: 'house.' }],
    'replay-name': [{ exists: false }, { prefix: 'for-real-' }],
  });
  buses.declareArchive({
    name: 'history',
    busName: 'main',
    pattern: { source: [{ prefix: 'house.' }] },
    retentionDays: 30,
  });
}

beforeEach(async () => {
  cloud = await startTestCloud(START);
  declare();
});
afterEach(async () => {
  events.destroy();
  await cloud.stop();
});

const put = (n: number, at = cloud.kernel.clock.now(), source = 'house.one') =>
  events.send(
    new PutEventsCommand({
      Entries: [
        { EventBusName: 'main', Source: source, DetailType: 'T', Detail: JSON.stringify({ n }), Time: new Date(at) },
      ],
    }),
  );
const startReplay = (more: Partial<StartReplayCommandInput> = {}) =>
  events.send(
    new StartReplayCommand({
      ReplayName: 'again',
      EventSourceArn: ARCHIVE_ARN,
      EventStartTime: new Date(START - DAY_MS),
      EventEndTime: new Date(START + DAY_MS),
      Destination: { Arn: BUS_ARN },
      ...more,
    }),
  );
const replay = (ReplayName = 'again') => events.send(new DescribeReplayCommand({ ReplayName }));
interface Envelope {
  readonly id: string;
  readonly time: string;
  readonly detail: { readonly n: number };
  readonly 'replay-name'?: string;
}
const bodies = (queue: string) => cloud.services.queues.messages(queue).map(({ body }) => JSON.parse(body) as Envelope);
const numbers = (queue: string) => bodies(queue).map(({ detail }) => detail.n);
const ascending = (a: number, b: number) => a - b;
const clear = () => {
  for (const queue of ['heard', 'acted'])
    for (const { receiptHandle } of cloud.services.queues.receive(queue, 10_000))
      void cloud.services.queues.remove(queue, receiptHandle);
};
/** Lets what is due run, replays included. */
const settle = async () => {
  await cloud.advance(0);
  await cloud.turn();
};

describe('an archive', () => {
  it('keeps each event that fits its pattern, and says what it holds', async () => {
    await put(1);
    await put(2, START, 'another');

    const { Archives } = await events.send(new ListArchivesCommand({ EventSourceArn: BUS_ARN }));
    const described = await events.send(new DescribeArchiveCommand({ ArchiveName: 'history' }));

    expect(Archives).toEqual([
      {
        ArchiveName: 'history',
        EventSourceArn: BUS_ARN,
        State: 'ENABLED',
        RetentionDays: 30,
        EventCount: 1,
        SizeBytes: expect.any(Number),
        CreationTime: new Date(START),
      },
    ]);
    expect(described).toMatchObject({
      ArchiveArn: ARCHIVE_ARN,
      EventCount: 1,
      EventPattern: '{"source":[{"prefix":"house."}]}',
    });
  });

  it('that does not exist is told as AWS tells it', async () => {
    await expect(events.send(new DescribeArchiveCommand({ ArchiveName: 'none' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Archive none does not exist.',
    });
  });

  it('forgets what is older than its days, by the virtual clock', async () => {
    await put(1);
    await cloud.advance(30 * DAY_MS + 1000);
    await put(2);
    clear();

    await startReplay({ EventEndTime: new Date(START + 40 * DAY_MS) });
    await settle();

    expect(numbers('heard')).toEqual([2]);
    expect(await events.send(new DescribeArchiveCommand({ ArchiveName: 'history' }))).toMatchObject({ EventCount: 1 });
  });

  it('never keeps what is replayed', async () => {
    await put(1);
    await startReplay();
    await settle();
    await startReplay({ ReplayName: 'for-real-2' });
    await settle();

    expect(await events.send(new DescribeArchiveCommand({ ArchiveName: 'history' }))).toMatchObject({ EventCount: 1 });
    expect(cloud.services.buses.events()).toHaveLength(1);
  });

  it('takes an event of elsewhere once, and tells what it does not take', async () => {
    const event = {
      id: 'e1',
      source: 'house.one',
      'detail-type': 'T',
      time: '2026-12-01T14:00:00Z',
      region: 'eu-central-1',
      account: '111111111111',
      resources: [],
      detail: { n: 7 },
    };
    const { file } = cloud.services.buses;

    const answers = [
      ...(await file('main', [event, event])),
      ...(await file('main', [event, { ...event, id: 'e2', source: 'another' }])),
      ...(await file('main', [{ ...event, id: 'e3', time: '2026-10-01T14:00:00Z' }])),
      ...(await file('other', [event])),
    ];
    await startReplay();
    await settle();

    expect(answers).toEqual(['filed', 'known', 'known', 'unfit', 'expired', 'unfit']);
    expect(bodies('heard')).toEqual([{ version: '0', ...event, 'replay-name': 'again' }]);
  });
});

describe('a replay', () => {
  it('sends again, under its name, with the id and the time that each event had', async () => {
    await put(1);
    const [first] = bodies('heard');
    clear();

    expect(await startReplay()).toMatchObject({ ReplayArn: `${ARN}:replay/again`, State: 'STARTING' });
    await settle();

    expect(bodies('heard')).toEqual([{ ...first, 'replay-name': 'again' }]);
  });

  it('is heard by no rule that excludes replays, but by one that lets those for real in', async () => {
    await put(1);
    clear();

    await startReplay();
    await settle();
    const rebuilt = numbers('acted');
    await startReplay({ ReplayName: 'for-real-1' });
    await settle();

    expect(rebuilt).toEqual([]);
    expect(numbers('acted')).toEqual([1]);
  });

  it('goes to the rules that are named and to no others', async () => {
    await put(1);
    clear();

    await startReplay({
      ReplayName: 'for-real-1',
      Destination: { Arn: BUS_ARN, FilterArns: [`${ARN}:rule/main/acted`] },
    });
    await settle();

    expect([numbers('heard'), numbers('acted')]).toEqual([[], [1]]);
  });

  it('takes what begins with the first instant and ends before the last', async () => {
    for (const n of [0, 1, 2, 3]) await put(n, START + n * 1000);
    clear();

    await startReplay({ EventStartTime: new Date(START + 1000), EventEndTime: new Date(START + 3000) });
    await settle();

    expect(numbers('heard').toSorted(ascending)).toEqual([1, 2]);
  });

  it('goes minute by minute, and in no order within one, which the same name repeats', async () => {
    const minuteOf = (n: number) => Math.floor(n / 20);
    for (let n = 59; n >= 0; n--) await put(n, START + minuteOf(n) * MINUTE_MS + (n % 20) * 1000);
    clear();

    await startReplay({ ReplayName: 'one' });
    await settle();
    const first = numbers('heard');

    expect(first.map(minuteOf)).toEqual(first.map(minuteOf).toSorted(ascending));
    expect(first.toSorted(ascending)).toEqual(Array.from({ length: 60 }, (_, n) => n));
    expect(first.slice(0, 20)).not.toEqual(first.slice(0, 20).toSorted(ascending));
  });

  it('says how far it has come and when it ended', async () => {
    await put(1, START - 90_000);
    await put(2, START - 5000);
    await startReplay({ Description: 'a lost table' });
    const before = await replay();
    await settle();
    const after = await replay();

    expect(before).toMatchObject({
      State: 'STARTING',
      Description: 'a lost table',
      EventSourceArn: ARCHIVE_ARN,
      Destination: { Arn: BUS_ARN },
      EventStartTime: new Date(START - DAY_MS),
      ReplayStartTime: new Date(START),
    });
    expect(before.EventLastReplayedTime).toBeUndefined();
    expect(after).toMatchObject({
      State: 'COMPLETED',
      EventLastReplayedTime: new Date(START - 5000),
      ReplayEndTime: new Date(START),
    });
    expect((await events.send(new ListReplaysCommand({ State: 'COMPLETED' }))).Replays).toHaveLength(1);
    expect((await events.send(new ListReplaysCommand({ NamePrefix: 'other' }))).Replays).toEqual([]);
  });

  it('of a window without events completes, and sends nothing', async () => {
    await startReplay();
    await settle();

    expect(await replay()).toMatchObject({ State: 'COMPLETED' });
    expect(numbers('heard')).toEqual([]);
  });

  it('holds the cloud unsettled until it has ended', async () => {
    await startReplay();

    expect(cloud.armed()).toContainEqual({ at: START, kind: 'retry', what: 'replay again' });
  });

  it('that is called off before it began sends nothing, and cannot be called off twice', async () => {
    await put(1);
    clear();
    await startReplay();

    const answer = await events.send(new CancelReplayCommand({ ReplayName: 'again' }));
    await settle();

    expect(answer).toMatchObject({ State: 'CANCELLING' });
    expect(await replay()).toMatchObject({ State: 'CANCELLED' });
    expect(numbers('heard')).toEqual([]);
    await expect(events.send(new CancelReplayCommand({ ReplayName: 'again' }))).rejects.toMatchObject({
      name: 'IllegalStatusException',
      message: 'Replay again is not in a valid state for this operation.',
    });
  });

  it('that was cut off goes on after a restart', async () => {
    await put(1);
    clear();
    await startReplay();
    events.destroy();
    await cloud.stop();

    cloud = await startTestCloud(START + 1000, cloud.store.kept);
    declare();
    await settle();

    expect(await replay()).toMatchObject({ State: 'COMPLETED' });
    expect(numbers('heard')).toEqual([1]);
  });

  it.each<[string, Partial<StartReplayCommandInput>, string, string]>([
    [
      'an unknown archive',
      { EventSourceArn: `${ARN}:archive/none` },
      'ValidationException',
      'Parameter EventSourceArn is not valid. Reason: Archive none does not exist.',
    ],
    [
      'an end before the start',
      { EventEndTime: new Date(START - 2 * DAY_MS) },
      'ValidationException',
      'Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime.',
    ],
    [
      'another bus',
      { Destination: { Arn: `${ARN}:event-bus/other` } },
      'ValidationException',
      'Parameter Destination.Arn is not valid. Reason: Cross event bus replay is not permitted.',
    ],
    [
      'no bus',
      { Destination: { Arn: 'arn:aws:sqs:us-east-1:000000000000:heard' } },
      'ValidationException',
      'Parameter Destination.Arn is not valid. Reason: Must contain an event bus ARN.',
    ],
    [
      'a bus that is not there',
      { Destination: { Arn: `${ARN}:event-bus/none` } },
      'ResourceNotFoundException',
      'Event bus none does not exist.',
    ],
    [
      'a rule of another bus',
      { Destination: { Arn: BUS_ARN, FilterArns: [`${ARN}:rule/other/heard`] } },
      'ValidationException',
      `Parameter Destination.FilterArns is not valid. Reason: Rule ${ARN}:rule/other/heard is no rule of event bus main.`,
    ],
    [
      'a name with a blank',
      { ReplayName: 'once more' },
      'ValidationException',
      'Parameter ReplayName is not valid. Reason: It does not match [.\\-_A-Za-z0-9]+.',
    ],
  ])('with %s is refused', async (_, more, name, message) => {
    await expect(startReplay(more)).rejects.toMatchObject({ name, message });
  });

  it('is refused under a name that was used, and beside ten others', async () => {
    for (let n = 0; n < 10; n++) await startReplay({ ReplayName: `again-${n}` });

    await expect(startReplay({ ReplayName: 'again-3' })).rejects.toMatchObject({
      name: 'ResourceAlreadyExistsException',
      message: 'Replay again-3 already exists.',
    });
    await expect(startReplay({ ReplayName: 'eleventh' })).rejects.toMatchObject({ name: 'LimitExceededException' });
    await settle();
    expect(await startReplay({ ReplayName: 'eleventh' })).toMatchObject({ State: 'STARTING' });
  });

  it('that nobody knows cannot be described', async () => {
    await expect(replay('none')).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Replay none does not exist.',
    });
    await expect(events.send(new ListReplaysCommand({ State: 'COMPLETED', NamePrefix: 'a' }))).rejects.toThrow(
      'At most one filter is allowed for ListReplays.',
    );
  });
});
