import type { Chronicle, Collection, Entry, Kernel } from '../kernel/types';
import type { QueueEngine } from './sqs';
import { ACCOUNT_ID, AwsError, REGION } from './types';
import type { ArchiveSpec, BusEvent, Filed, RuleSpec } from './types';
import type { Fields } from './wire';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const STATES = ['CANCELLED', 'CANCELLING', 'COMPLETED', 'FAILED', 'RUNNING', 'STARTING'] as const;
/** AWS's quota of replays at once in an account and Region. */
const MAX_CONCURRENT = 10;
/** So many events are handed on between two looks at the queues and at whether the replay was called off. */
const CHUNK = 50;
/** AWS forgets replays after so long. */
const REPLAYS_KEPT_MS = 90 * DAY_MS;
/** A replay stands back while so many messages wait for functions: a hundred thousand at once would fill the memory. */
const MAX_WAITING = 500;
const STAND_BACK_MS = 2;

type State = (typeof STATES)[number];

/** A rule of a bus, as a replay meets it. */
export interface ReplayedRule {
  readonly arn: string;
  readonly spec: RuleSpec;
  readonly matches: ((event: unknown) => boolean) | undefined;
}

/** What replays need of the buses. */
export interface ReplayedBuses {
  readonly exists: (busName: string) => boolean;
  /** The rules of a bus as they stand now. */
  readonly rules: (busName: string) => readonly ReplayedRule[];
  readonly deliver: (rule: ReplayedRule, event: BusEvent) => void;
  readonly compile: (pattern: unknown) => (event: unknown) => boolean;
}

interface Archive {
  readonly spec: ArchiveSpec;
  readonly arn: string;
  readonly createdAt: number;
  readonly matches: ((event: unknown) => boolean) | undefined;
  readonly chronicle: Chronicle;
}

interface Replay {
  readonly name: string;
  readonly description?: string;
  readonly archive: string;
  readonly filterArns: readonly string[];
  readonly from: number;
  readonly to: number;
  readonly state: State;
  readonly reason?: string;
  readonly startedAt: number;
  readonly endedAt?: number;
  /** The time of the last event that went. */
  readonly lastAt?: number;
  /** Minutes before this one are done: where a replay goes on that was cut off. */
  readonly minute?: number;
}

const arnOf = (kind: string, name: string) => `arn:aws:events:${REGION}:${ACCOUNT_ID}:${kind}/${name}`;
const nameIn = (arn: string) => arn.slice(arn.lastIndexOf('/') + 1);
const invalid = (parameter: string, reason: string) =>
  new AwsError('ValidationException', `Parameter ${parameter} is not valid. Reason: ${reason}`);
const isUnderWay = ({ state }: Replay) => state === 'STARTING' || state === 'RUNNING' || state === 'CANCELLING';

function required(fields: Fields, name: string): string {
  const value = fields.text(name);
  if (value === undefined || value === '') throw invalid(name, `${name} is a required argument.`);
  return value;
}

function instant(fields: Fields, name: string): number {
  const raw = fields.raw(name);
  const ms = typeof raw === 'number' ? raw * 1000 : Number.NaN;
  if (Number.isNaN(new Date(ms).getTime())) throw invalid(name, `${name} is a required argument.`);
  return ms;
}

/** A list, by pages as AWS cuts them. */
function page<T>(fields: Fields, all: readonly T[]): { readonly items: readonly T[]; readonly NextToken?: string } {
  const begin = Number(fields.text('NextToken') ?? 0);
  const end = begin + (fields.number('Limit') ?? 100);
  return { items: all.slice(begin, end), ...(end < all.length ? { NextToken: String(end) } : {}) };
}

function filtersOf(fields: Fields, operation: string) {
  const State = fields.text('State');
  const EventSourceArn = fields.text('EventSourceArn');
  const NamePrefix = fields.text('NamePrefix');
  if ([State, EventSourceArn, NamePrefix].filter((each) => each !== undefined).length > 1) {
    throw new AwsError(
      'ValidationException',
      `At most one filter is allowed for ${operation}. Use either : State, EventSourceArn, or NamePrefix.`,
    );
  }
  return { State, EventSourceArn, NamePrefix };
}

function byMinute(entries: readonly Entry[]): Map<number, Entry[]> {
  const minutes = new Map<number, Entry[]>();
  for (const entry of entries) {
    const minute = Math.floor(entry.at / MINUTE_MS);
    const known = minutes.get(minute);
    if (known === undefined) minutes.set(minute, [entry]);
    else known.push(entry);
  }
  return minutes;
}

/** The same events always come in the same disorder: nobody may rely on the order inside a minute, and a fault can be seen again. */
function shuffled(entries: readonly Entry[], seed: number): Entry[] {
  const result = [...entries];
  let state = seed;
  for (let index = result.length - 1; index > 0; index -= 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const other = state % (index + 1);
    const [one, two] = [result[index], result[other]];
    if (one === undefined || two === undefined) continue;
    result[index] = two;
    result[other] = one;
  }
  return result;
}

/** Archives keep what goes over their bus, each event once and never a replayed one; replays send it again, minute by minute. */
export function createArchives(kernel: Kernel, queues: QueueEngine, buses: ReplayedBuses) {
  const { clock, store, timers } = kernel;
  const archives = new Map<string, Archive>();
  const created: Collection<number> = store.collection<number>('archives');
  const replays: Collection<Replay> = store.collection<Replay>('replays');

  const oldestKept = ({ spec }: Archive) =>
    spec.retentionDays === 0 ? Number.NEGATIVE_INFINITY : clock.now() - spec.retentionDays * DAY_MS;
  const change = (name: string, more: Partial<Replay>): void => {
    const known = replays.get(name);
    if (known !== undefined) replays.put(name, { ...known, ...more });
  };

  const hand = (archive: Archive, replay: Replay, entry: Entry): void => {
    const event: BusEvent = { ...(JSON.parse(entry.text()) as BusEvent), 'replay-name': replay.name };
    const envelope = { version: '0', ...event };
    for (const rule of buses.rules(archive.spec.busName)) {
      if (!rule.spec.enabled || rule.matches?.(envelope) !== true) continue;
      if (replay.filterArns.length === 0 || replay.filterArns.includes(rule.arn)) buses.deliver(rule, event);
    }
  };

  const standBack = async (archive: Archive): Promise<void> => {
    await store.flushed();
    const waiting = () =>
      buses
        .rules(archive.spec.busName)
        .flatMap(({ spec }) => spec.targets)
        .some(({ arn }) => queues.exists(arn) && queues.backlog(arn) > MAX_WAITING);
    do await new Promise((resolve) => setTimeout(resolve, waiting() ? STAND_BACK_MS : 0));
    while (waiting());
  };

  const run = async (archive: Archive, replay: Replay): Promise<void> => {
    const { name, from, to } = replay;
    const isCalledOff = () => replays.get(name)?.state === 'CANCELLING';
    const seed = Buffer.from(name).reduce((sum, byte) => (Math.imul(sum, 31) + byte) >>> 0, 7);
    if (!isCalledOff()) change(name, { state: 'RUNNING' });
    await archive.chronicle.flushed();
    const minutes = byMinute(archive.chronicle.between(Math.max(from, oldestKept(archive)), to));
    for (const minute of [...minutes.keys()].toSorted((a, b) => a - b)) {
      if (minute < (replay.minute ?? Number.NEGATIVE_INFINITY)) continue;
      const entries = shuffled(minutes.get(minute) ?? [], seed ^ minute);
      for (let begin = 0; begin < entries.length && !isCalledOff(); begin += CHUNK) {
        const chunk = entries.slice(begin, begin + CHUNK);
        for (const entry of chunk) hand(archive, replay, entry);
        await standBack(archive);
      }
      if (isCalledOff()) break;
      change(name, { minute: minute + 1, lastAt: Math.max(...entries.map(({ at }) => at)) });
    }
    change(name, { state: isCalledOff() ? 'CANCELLED' : 'COMPLETED', endedAt: clock.now() });
    await store.flushed();
  };

  /** Whoever settles waits for it, as for anything that is due. */
  const begin = (archive: Archive, replay: Replay): void => {
    timers.arm({
      at: clock.now(),
      kind: 'retry',
      what: `replay ${replay.name}`,
      run: async () => {
        try {
          await run(archive, replay);
        } catch (error) {
          change(replay.name, { state: 'FAILED', reason: String(error).slice(0, 512), endedAt: clock.now() });
          throw error;
        }
      },
    });
  };

  const archiveNamed = (name: string): Archive => {
    const archive = archives.get(name);
    if (archive === undefined) throw new AwsError('ResourceNotFoundException', `Archive ${name} does not exist.`);
    return archive;
  };
  const replayNamed = (name: string): Replay => {
    const replay = replays.get(name);
    if (replay === undefined) throw new AwsError('ResourceNotFoundException', `Replay ${name} does not exist.`);
    return replay;
  };

  const archiveView = (archive: Archive) => {
    const { spec, createdAt, chronicle } = archive;
    const { count, bytes } = chronicle.size(oldestKept(archive));
    return {
      ArchiveName: spec.name,
      EventSourceArn: arnOf('event-bus', spec.busName),
      State: 'ENABLED',
      RetentionDays: spec.retentionDays,
      SizeBytes: bytes,
      EventCount: count,
      CreationTime: createdAt / 1000,
    };
  };
  const replayView = (replay: Replay) => ({
    ReplayName: replay.name,
    EventSourceArn: arnOf('archive', replay.archive),
    State: replay.state,
    ...(replay.reason === undefined ? {} : { StateReason: replay.reason }),
    EventStartTime: replay.from / 1000,
    EventEndTime: replay.to / 1000,
    ...(replay.lastAt === undefined ? {} : { EventLastReplayedTime: replay.lastAt / 1000 }),
    ReplayStartTime: replay.startedAt / 1000,
    ...(replay.endedAt === undefined ? {} : { ReplayEndTime: replay.endedAt / 1000 }),
  });

  const startReplay = async (fields: Fields) => {
    const name = required(fields, 'ReplayName');
    if (!/^[.\-_A-Za-z0-9]{1,64}$/.test(name)) throw invalid('ReplayName', 'It does not match [.\\-_A-Za-z0-9]+.');
    const destination = fields.object('Destination');
    const busArn = destination?.text('Arn') ?? '';
    if (!/^arn:aws:events:[^:]*:\d{12}:event-bus\/.+$/.test(busArn))
      throw invalid('Destination.Arn', 'Must contain an event bus ARN.');
    if (!buses.exists(nameIn(busArn)))
      throw new AwsError('ResourceNotFoundException', `Event bus ${nameIn(busArn)} does not exist.`);
    const archive = archives.get(nameIn(required(fields, 'EventSourceArn')));
    if (archive === undefined) {
      throw invalid('EventSourceArn', `Archive ${nameIn(required(fields, 'EventSourceArn'))} does not exist.`);
    }
    if (busArn !== arnOf('event-bus', archive.spec.busName))
      throw invalid('Destination.Arn', 'Cross event bus replay is not permitted.');
    const [from, to] = [instant(fields, 'EventStartTime'), instant(fields, 'EventEndTime')];
    if (to <= from) throw invalid('EventEndTime', 'EventStartTime must be before EventEndTime.');
    const filterArns = destination?.texts('FilterArns') ?? [];
    const known = new Set(buses.rules(archive.spec.busName).map(({ arn }) => arn));
    const stranger = filterArns.find((arn) => !known.has(arn));
    if (stranger !== undefined)
      throw invalid('Destination.FilterArns', `Rule ${stranger} is no rule of event bus ${archive.spec.busName}.`);
    if (replays.has(name)) throw new AwsError('ResourceAlreadyExistsException', `Replay ${name} already exists.`);
    if ([...replays.values()].filter(isUnderWay).length >= MAX_CONCURRENT)
      throw new AwsError('LimitExceededException', 'The requested resource exceeds the maximum number allowed.');
    const description = fields.text('Description');
    const replay: Replay = {
      name,
      ...(description === undefined ? {} : { description }),
      archive: archive.spec.name,
      filterArns,
      from,
      to,
      state: 'STARTING',
      startedAt: clock.now(),
    };
    replays.put(name, replay);
    await store.flushed();
    begin(archive, replay);
    return { ReplayArn: arnOf('replay', name), State: 'STARTING', ReplayStartTime: replay.startedAt / 1000 };
  };

  const operations: Readonly<Record<string, (fields: Fields) => unknown>> = {
    ListArchives: (fields) => {
      const { State, EventSourceArn, NamePrefix = '' } = filtersOf(fields, 'ListArchives');
      const found = [...archives.values()]
        .map(archiveView)
        .filter(
          (archive) =>
            archive.ArchiveName.startsWith(NamePrefix) &&
            (EventSourceArn === undefined || archive.EventSourceArn === EventSourceArn) &&
            (State === undefined || archive.State === State),
        );
      const { items, ...more } = page(fields, found);
      return { Archives: items, ...more };
    },
    DescribeArchive: (fields) => {
      const archive = archiveNamed(required(fields, 'ArchiveName'));
      const { spec, arn } = archive;
      return {
        ArchiveArn: arn,
        ...archiveView(archive),
        ...(spec.description === undefined ? {} : { Description: spec.description }),
        ...(spec.pattern === undefined ? {} : { EventPattern: JSON.stringify(spec.pattern) }),
      };
    },
    StartReplay: startReplay,
    DescribeReplay: (fields) => {
      const replay = replayNamed(required(fields, 'ReplayName'));
      const archive = archives.get(replay.archive);
      return {
        ReplayArn: arnOf('replay', replay.name),
        ...replayView(replay),
        ...(replay.description === undefined ? {} : { Description: replay.description }),
        Destination: {
          Arn: arnOf('event-bus', archive?.spec.busName ?? ''),
          ...(replay.filterArns.length === 0 ? {} : { FilterArns: replay.filterArns }),
        },
      };
    },
    ListReplays: (fields) => {
      const { State, EventSourceArn, NamePrefix = '' } = filtersOf(fields, 'ListReplays');
      if (State !== undefined && !STATES.some((state) => state === State)) {
        throw new AwsError(
          'ValidationException',
          `1 validation error detected: Value '${State}' at 'state' failed to satisfy constraint: Member must satisfy enum value set: [${STATES.join(', ')}]`,
        );
      }
      const found = [...replays.values()]
        .filter(
          (replay) =>
            replay.name.startsWith(NamePrefix) &&
            (EventSourceArn === undefined || replay.archive === nameIn(EventSourceArn)) &&
            (State === undefined || replay.state === State),
        )
        .map(replayView);
      const { items, ...more } = page(fields, found);
      return { Replays: items, ...more };
    },
    CancelReplay: async (fields) => {
      const replay = replayNamed(required(fields, 'ReplayName'));
      if (replay.state !== 'STARTING' && replay.state !== 'RUNNING') {
        throw new AwsError(
          'IllegalStatusException',
          `Replay ${replay.name} is not in a valid state for this operation.`,
        );
      }
      change(replay.name, { state: 'CANCELLING' });
      await store.flushed();
      return { ReplayArn: arnOf('replay', replay.name), State: 'CANCELLING' };
    },
  };

  return {
    operations,
    declare: (spec: ArchiveSpec): { readonly arn: string } => {
      if (!created.has(spec.name)) created.put(spec.name, clock.now());
      const archive: Archive = {
        spec,
        arn: arnOf('archive', spec.name),
        createdAt: created.get(spec.name) ?? clock.now(),
        matches: spec.pattern === undefined ? undefined : buses.compile(spec.pattern),
        chronicle: store.chronicle(`archive ${spec.name}`),
      };
      archives.set(spec.name, archive);
      archive.chronicle.forgetBefore(oldestKept(archive));
      for (const [name, { endedAt }] of replays.entries())
        if (endedAt !== undefined && endedAt < clock.now() - REPLAYS_KEPT_MS) replays.delete(name);
      // What was under way when the process ended goes on with the minute it stood in.
      for (const replay of replays.values())
        if (replay.archive === spec.name && isUnderWay(replay)) begin(archive, replay);
      return { arn: archive.arn };
    },
    /** Takes what fits into each archive of the bus; it is on disk once `flushed` has resolved. */
    keep: (busName: string, event: BusEvent): void => {
      let envelope: object | undefined;
      for (const archive of archives.values()) {
        if (archive.spec.busName !== busName) continue;
        envelope ??= { version: '0', ...event };
        if (archive.matches?.(envelope) === false) continue;
        archive.chronicle.forgetBefore(oldestKept(archive));
        archive.chronicle.append(Date.parse(event.time), JSON.stringify(event));
      }
    },
    /** Files what happened elsewhere, and tells of each event what became of it. */
    file: async (busName: string, events: readonly BusEvent[]): Promise<Filed[]> => {
      const archive = [...archives.values()].find(({ spec }) => spec.busName === busName);
      if (archive === undefined) return events.map(() => 'unfit');
      const { chronicle } = archive;
      await chronicle.flushed();
      const times = new Set(events.map(({ time }) => Date.parse(time)));
      const sameTimes = chronicle.between(Math.min(...times), Math.max(...times) + 1).filter(({ at }) => times.has(at));
      const known = new Set(sameTimes.map((entry) => (JSON.parse(entry.text()) as BusEvent).id));
      return events.map((event) => {
        const at = Date.parse(event.time);
        if (archive.matches?.({ version: '0', ...event }) === false) return 'unfit';
        if (at < oldestKept(archive)) return 'expired';
        if (known.has(event.id)) return 'known';
        known.add(event.id);
        chronicle.append(at, JSON.stringify(event));
        return 'filed';
      });
    },
    flushed: async (): Promise<void> => {
      await Promise.all([...archives.values()].map(({ chronicle }) => chronicle.flushed()));
    },
  };
}
