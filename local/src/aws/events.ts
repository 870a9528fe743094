import { randomUUID } from 'node:crypto';
import type { Kernel } from '../kernel/types';
import { createArchives } from './archives';
import { compileEventPattern, InvalidEventPattern } from './event-pattern';
import { nextRun, parseScheduleExpression } from './schedule-expression';
import type { QueueEngine } from './sqs';
import { ACCOUNT_ID, AwsError, REGION } from './types';
import type { ArchivedEvent, BusEvent, EventBuses, RuleSpec } from './types';
import { fieldsOf, parseJson } from './wire';
import type { Fields, Json } from './wire';

const MAX_ENTRIES = 10;
const MAX_BYTES = 1_048_576;
/** So many events stay listed; the oldest go first. */
const MAX_ARCHIVED = 50_000;
const DEFAULT_BUS = 'default';
const MINUTE_MS = 60_000;

interface Rule {
  readonly spec: RuleSpec;
  readonly arn: string;
  readonly matches: ((event: unknown) => boolean) | undefined;
}

interface KeptRun {
  readonly expression: string;
  readonly anchor: number;
  readonly nextAt: number;
}

/** A bus and its rules by their names. */
interface Bus {
  readonly rules: Map<string, Rule>;
}

const isBus = (arn: string) => /^arn:aws:events:[^:]*:[^:]*:event-bus\//.test(arn);

const busNameIn = (nameOrArn: string) => nameOrArn.slice(nameOrArn.lastIndexOf('/') + 1);

/** EventBridge's instants have whole seconds. */
const instant = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;

function timeOf(entry: Fields, now: number): string {
  const raw = entry.raw('Time');
  if (raw === undefined) return instant(now);
  const ms = typeof raw === 'number' ? raw * 1000 : typeof raw === 'string' ? Date.parse(raw) : Number.NaN;
  if (Number.isNaN(new Date(ms).getTime())) throw new AwsError('SerializationException', 'Time is not a timestamp.');
  return instant(ms);
}

const argumentError = (name: string) => ({
  ErrorCode: 'InvalidArgument',
  ErrorMessage: `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
});

function detailOf(text: string): Json | undefined {
  try {
    const detail = parseJson(text);
    return typeof detail === 'object' && detail !== null && !Array.isArray(detail) ? detail : undefined;
  } catch {
    return undefined;
  }
}

function envelopeOf(event: BusEvent): { readonly version: '0' } & BusEvent {
  return { version: '0', ...event };
}

function bytesOf(entry: Fields): number {
  let bytes = entry.raw('Time') === undefined ? 0 : 14;
  for (const name of ['Source', 'DetailType', 'Detail']) bytes += Buffer.byteLength(entry.text(name) ?? '');
  for (const resource of entry.texts('Resources') ?? []) bytes += Buffer.byteLength(resource);
  return bytes;
}

/** Buses, rules, archives and replays, and the list of the last events of all custom buses. Rules send to queues and to other buses; any other target is refused. */
export function createEvents(kernel: Kernel, queues: QueueEngine) {
  const { clock, store, timers, faults } = kernel;
  const listed = store.collection<ArchivedEvent>('events');
  const runs = store.collection<KeptRun>('rule-runs');
  const buses = new Map<string, Bus>([[DEFAULT_BUS, { rules: new Map() }]]);
  const listeners = new Set<(event: ArchivedEvent) => void>();
  const disarm = new Map<string, () => void>();
  const warned = new Set<string>();
  let firstSeq = 1;
  let lastSeq = 0;
  for (const { seq } of listed.values()) {
    if (lastSeq === 0) firstSeq = seq;
    lastSeq = seq;
  }

  const keep = (busName: string, event: BusEvent): ArchivedEvent => {
    lastSeq += 1;
    const archived = { seq: lastSeq, busName, event };
    listed.put(String(lastSeq), archived);
    for (; lastSeq - firstSeq >= MAX_ARCHIVED; firstSeq += 1) listed.delete(String(firstSeq));
    return archived;
  };

  const warn = (message: string): void => {
    if (warned.has(message)) return;
    warned.add(message);
    process.emitWarning(message);
  };

  /** What came over from another bus is passed on to no third one, as on AWS. */
  const passOn = (rule: Rule, targetArn: string, event: BusEvent): void => {
    const to = buses.get(busNameIn(targetArn));
    if (to === undefined) throw new AwsError('ResourceNotFoundException', `Event bus ${targetArn} does not exist.`);
    const times = faults.strikes('duplicate', `rule ${rule.spec.name}`) ? 2 : 1;
    for (let time = 0; time < times; time += 1) match(to, event, true);
  };

  const send = (rule: Rule, targetArn: string, body: string): void => {
    if (!faults.active) {
      queues.enqueue(targetArn, { body });
      return;
    }
    const where = `rule ${rule.spec.name}`;
    queues.enqueue(targetArn, { body, heldBackMs: faults.holdBackMs(where) });
    if (faults.strikes('duplicate', where)) queues.enqueue(targetArn, { body, heldBackMs: faults.holdBackMs(where) });
  };

  /** A target that cannot be reached leaves the event in the target's dead-letter queue, as AWS does. */
  const deliver = (rule: Rule, event: BusEvent, body: string, cameOver = false): void => {
    for (const target of rule.spec.targets) {
      let failure: AwsError;
      try {
        if (!isBus(target.arn)) send(rule, target.arn, body);
        else if (!cameOver) passOn(rule, target.arn, event);
        else
          warn(
            `Rule ${rule.spec.name} would pass on what came from another bus; AWS does not, and neither is it here.`,
          );
        continue;
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        failure = error;
      }
      if (target.deadLetterArn === undefined || !queues.exists(target.deadLetterArn)) {
        warn(
          `Rule ${rule.spec.name} cannot reach ${target.arn} (${failure.code}) and has no dead-letter queue: its events are lost.`,
        );
        continue;
      }
      const attribute = (StringValue: string) => ({ DataType: 'String', StringValue });
      queues.enqueue(target.deadLetterArn, {
        body,
        messageAttributes: {
          ERROR_CODE: attribute(failure.code),
          ERROR_MESSAGE: attribute(failure.message),
          RULE_ARN: attribute(rule.arn),
          TARGET_ARN: attribute(target.arn),
          RETRY_ATTEMPTS: attribute('0'),
        },
      });
    }
  };

  const match = ({ rules }: Bus, event: BusEvent, cameOver = false): void => {
    const envelope = envelopeOf(event);
    let body: string | undefined;
    for (const rule of rules.values()) {
      if (!rule.spec.enabled || rule.matches?.(envelope) !== true) continue;
      body ??= JSON.stringify(envelope);
      deliver(rule, event, body, cameOver);
    }
  };

  const archives = createArchives(kernel, queues, {
    exists: (busName) => buses.has(busName),
    rules: (busName) => [...(buses.get(busName)?.rules.values() ?? [])],
    deliver: (rule, event) => deliver(rule, event, JSON.stringify(envelopeOf(event))),
    compile: (pattern) => compilePattern('Archive', pattern),
  });

  const route = (busName: string, event: BusEvent): ArchivedEvent | undefined => {
    const bus = buses.get(busName);
    if (bus === undefined) {
      warn(`An event was put on the bus ${busName}, which does not exist: AWS takes such an event and forgets it.`);
      return undefined;
    }
    const archived = busName === DEFAULT_BUS ? undefined : keep(busName, event);
    archives.keep(busName, event);
    match(bus, event);
    return archived;
  };

  /** What an AWS service puts on the default bus by itself. */
  const emit = async (event: Pick<BusEvent, 'source' | 'detail-type' | 'resources' | 'detail'>): Promise<void> => {
    route(DEFAULT_BUS, {
      id: randomUUID(),
      account: ACCOUNT_ID,
      time: instant(clock.now()),
      region: REGION,
      ...event,
    });
    await store.flushed();
  };

  const putEvents = async (fields: Fields) => {
    const entries = fields.objects('Entries') ?? [];
    if (entries.length === 0 || entries.length > MAX_ENTRIES) {
      throw new AwsError(
        'ValidationException',
        `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length ${
          entries.length === 0 ? 'greater than or equal to 1' : `less than or equal to ${MAX_ENTRIES}`
        }`,
      );
    }
    if (entries.reduce((sum, entry) => sum + bytesOf(entry), 0) > MAX_BYTES) {
      throw new AwsError('ValidationException', 'Total size of the entries in the request is over the limit.');
    }
    const archived: ArchivedEvent[] = [];
    const results = entries.map((entry) => {
      const source = entry.text('Source') ?? '';
      const detailType = entry.text('DetailType') ?? '';
      const detailText = entry.text('Detail') ?? '';
      if (source === '') return argumentError('Source');
      if (detailType === '') return argumentError('DetailType');
      if (detailText === '') return argumentError('Detail');
      const detail = detailOf(detailText);
      if (detail === undefined) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
      const id = randomUUID();
      const kept = route(busNameIn(entry.text('EventBusName') ?? DEFAULT_BUS), {
        id,
        'detail-type': detailType,
        source,
        account: ACCOUNT_ID,
        time: timeOf(entry, clock.now()),
        region: REGION,
        resources: entry.texts('Resources') ?? [],
        detail,
      });
      if (kept !== undefined) archived.push(kept);
      return { EventId: id };
    });
    await Promise.all([store.flushed(), archives.flushed()]);
    for (const event of archived) for (const listener of listeners) listener(event);
    return { FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length, Entries: results };
  };

  const testEventPattern = (fields: Fields) => {
    let matches: (event: unknown) => boolean;
    try {
      // As text: it knows more than its parsed value, such as a key written twice.
      matches = compileEventPattern(fields.text('EventPattern') ?? '');
    } catch (error) {
      if (!(error instanceof InvalidEventPattern)) throw error;
      throw new AwsError('InvalidEventPatternException', error.message);
    }
    let event: Json;
    try {
      event = parseJson(fields.text('Event') ?? '');
    } catch {
      throw new AwsError('ValidationException', 'Parameter Event is not valid. Reason: Event is not JSON.');
    }
    fieldsOf(event);
    return { Result: matches(event) };
  };

  /** Arms the next run of a scheduled rule; a run that fell due while nothing ran is made once, late. */
  const armRun = (rule: Rule, expression: string): void => {
    const parsed = parseScheduleExpression(expression);
    if (parsed === undefined || parsed.kind === 'at') {
      throw new AwsError('ValidationException', 'Parameter ScheduleExpression is not valid.');
    }
    const key = `${rule.spec.busName}/${rule.spec.name}`;
    disarm.get(key)?.();
    const kept = runs.get(key);
    // By whole minutes: what a run delays by whole seconds then comes at whole seconds too.
    let anchor = Math.floor(clock.now() / MINUTE_MS) * MINUTE_MS;
    let nextAt: number | undefined;
    if (kept?.expression === expression) ({ anchor, nextAt } = kept);
    else nextAt = nextRun(parsed, clock.now(), anchor);
    const arm = (at: number | undefined): void => {
      if (at === undefined) return;
      runs.put(key, { expression, anchor, nextAt: at });
      disarm.set(
        key,
        timers.arm({
          at,
          kind: 'recurring',
          what: `rule ${rule.spec.name}`,
          run: async () => {
            const event: BusEvent = {
              id: randomUUID(),
              'detail-type': 'Scheduled Event',
              source: 'aws.events',
              account: ACCOUNT_ID,
              time: instant(at),
              region: REGION,
              resources: [rule.arn],
              detail: {},
            };
            deliver(rule, event, JSON.stringify(envelopeOf(event)));
            arm(nextRun(parsed, clock.now(), anchor));
            await store.flushed();
          },
        }),
      );
    };
    queues.whenDeclared(
      rule.spec.targets.map(({ arn }) => arn),
      () => arm(nextAt),
    );
  };

  const external: EventBuses = {
    declareBus: (name) => {
      if (!buses.has(name)) buses.set(name, { rules: new Map() });
      return { arn: `arn:aws:events:${REGION}:${ACCOUNT_ID}:event-bus/${name}` };
    },
    declareRule: (spec) => {
      const busName = busNameIn(spec.busName);
      const bus = buses.get(busName);
      if (bus === undefined) throw new AwsError('ResourceNotFoundException', `Event bus ${busName} does not exist.`);
      if (spec.pattern === undefined && spec.scheduleExpression === undefined) {
        throw new AwsError('ValidationException', 'Parameter(s) EventPattern or ScheduleExpression must be specified.');
      }
      if (spec.scheduleExpression !== undefined && busName !== DEFAULT_BUS) {
        throw new AwsError('ValidationException', 'ScheduleExpression is supported only on the default event bus.');
      }
      const foreign = spec.targets.find(({ arn }) => !arn.startsWith('arn:aws:sqs:') && !isBus(arn));
      if (foreign !== undefined) {
        throw new AwsError(
          'ValidationException',
          `Rule ${spec.name}: the laptop cloud sends events to SQS queues and buses only, not to ${foreign.arn}.`,
        );
      }
      const path = busName === DEFAULT_BUS ? spec.name : `${busName}/${spec.name}`;
      const rule: Rule = {
        spec: { ...spec, busName },
        arn: `arn:aws:events:${REGION}:${ACCOUNT_ID}:rule/${path}`,
        matches: spec.pattern === undefined ? undefined : compilePattern(`Rule ${spec.name}`, spec.pattern),
      };
      bus.rules.set(spec.name, rule);
      if (spec.scheduleExpression !== undefined && spec.enabled) armRun(rule, spec.scheduleExpression);
      return { arn: rule.arn };
    },
    declareArchive: archives.declare,
    file: async (busName, events) => {
      const filed = await archives.file(busName, events);
      await archives.flushed();
      return filed;
    },
    events: (afterSeq = 0) => {
      const found: ArchivedEvent[] = [];
      for (let seq = Math.max(afterSeq + 1, firstSeq); seq <= lastSeq; seq += 1) {
        const event = listed.get(String(seq));
        if (event !== undefined) found.push(event);
      }
      return found;
    },
    onEvent: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };

  const busNamed = (fields: Fields) => {
    const name = busNameIn(fields.text('EventBusName') ?? DEFAULT_BUS);
    const bus = buses.get(name);
    if (bus === undefined) throw new AwsError('ResourceNotFoundException', `Event bus ${name} does not exist.`);
    return { name, rules: bus.rules };
  };
  const ruleNamed = (fields: Fields, parameter: string): Rule => {
    const bus = busNamed(fields);
    const name = fields.text(parameter) ?? '';
    const rule = bus.rules.get(name);
    if (rule !== undefined) return rule;
    throw new AwsError('ResourceNotFoundException', `Rule ${name} does not exist on EventBus ${bus.name}.`);
  };
  const patternText = ({ pattern }: RuleSpec) => (typeof pattern === 'string' ? pattern : JSON.stringify(pattern));
  const ruleView = ({ spec, arn }: Rule) => ({
    Name: spec.name,
    Arn: arn,
    ...(spec.pattern === undefined ? {} : { EventPattern: patternText(spec) }),
    ...(spec.scheduleExpression === undefined ? {} : { ScheduleExpression: spec.scheduleExpression }),
    State: spec.enabled ? 'ENABLED' : 'DISABLED',
    EventBusName: spec.busName,
  });
  const tagsOf = (fields: Fields) =>
    Object.fromEntries(fields.objects('Tags')?.map((tag) => [tag.text('Key') ?? '', tag.text('Value') ?? '']) ?? []);

  /** Rules that are made while the cloud runs; they end with it. */
  const ruleOperations: Readonly<Record<string, (fields: Fields) => unknown>> = {
    PutRule: (fields) => {
      const { name: busName, rules } = busNamed(fields);
      const name = fields.text('Name') ?? '';
      const known = rules.get(name)?.spec;
      const pattern = fields.text('EventPattern');
      const scheduleExpression = fields.text('ScheduleExpression');
      const tags = { ...known?.tags, ...tagsOf(fields) };
      const { arn } = external.declareRule({
        name,
        busName,
        ...(pattern === undefined ? {} : { pattern }),
        ...(scheduleExpression === undefined ? {} : { scheduleExpression }),
        enabled: fields.text('State') !== 'DISABLED',
        targets: known?.targets ?? [],
        tags,
      });
      return { RuleArn: arn };
    },
    PutTargets: (fields) => {
      const { spec } = ruleNamed(fields, 'Rule');
      const added = (fields.objects('Targets') ?? []).map((target) => {
        const deadLetterArn = target.object('DeadLetterConfig')?.text('Arn');
        return {
          id: target.text('Id') ?? '',
          arn: target.text('Arn') ?? '',
          ...(deadLetterArn === undefined ? {} : { deadLetterArn }),
        };
      });
      const kept = spec.targets.filter(({ id }) => !added.some((target) => target.id === id));
      external.declareRule({ ...spec, targets: [...kept, ...added] });
      return { FailedEntryCount: 0, FailedEntries: [] };
    },
    RemoveTargets: (fields) => {
      const { spec } = ruleNamed(fields, 'Rule');
      const ids = fields.texts('Ids') ?? [];
      external.declareRule({ ...spec, targets: spec.targets.filter(({ id }) => !ids.includes(id)) });
      return { FailedEntryCount: 0, FailedEntries: [] };
    },
    DeleteRule: (fields) => {
      const { rules } = busNamed(fields);
      const rule = rules.get(fields.text('Name') ?? '');
      if (rule === undefined) return {};
      if (rule.spec.targets.length > 0)
        throw new AwsError('ValidationException', "Rule can't be deleted since it has targets.");
      disarm.get(`${rule.spec.busName}/${rule.spec.name}`)?.();
      rules.delete(rule.spec.name);
      return {};
    },
    ListRules: (fields) => {
      const { rules } = busNamed(fields);
      const prefix = fields.text('NamePrefix') ?? '';
      return { Rules: [...rules.values()].filter(({ spec }) => spec.name.startsWith(prefix)).map(ruleView) };
    },
    DescribeRule: (fields) => ruleView(ruleNamed(fields, 'Name')),
    ListTargetsByRule: (fields) => ({
      Targets: ruleNamed(fields, 'Rule').spec.targets.map(({ id, arn, deadLetterArn }) => ({
        Id: id,
        Arn: arn,
        ...(deadLetterArn === undefined ? {} : { DeadLetterConfig: { Arn: deadLetterArn } }),
      })),
    }),
    ListTagsForResource: (fields) => {
      const arn = fields.text('ResourceARN') ?? '';
      const rule = [...buses.values()].flatMap(({ rules }) => [...rules.values()]).find((one) => one.arn === arn);
      return { Tags: Object.entries(rule?.spec.tags ?? {}).map(([Key, Value]) => ({ Key, Value })) };
    },
  };

  const operations: Readonly<Record<string, (fields: Fields) => unknown>> = {
    ...ruleOperations,
    ...archives.operations,
    PutEvents: putEvents,
    TestEventPattern: testEventPattern,
    DescribeEventBus: (fields) => {
      const name = busNameIn(fields.text('Name') ?? DEFAULT_BUS);
      if (!buses.has(name)) throw new AwsError('ResourceNotFoundException', `Event bus ${name} does not exist.`);
      return { Name: name, Arn: `arn:aws:events:${REGION}:${ACCOUNT_ID}:event-bus/${name}` };
    },
  };
  return { buses: external, operations, emit };
}

function compilePattern(what: string, pattern: unknown): (event: unknown) => boolean {
  try {
    return compileEventPattern(pattern);
  } catch (cause) {
    if (!(cause instanceof InvalidEventPattern)) throw cause;
    throw new AwsError('InvalidEventPatternException', `${what}: ${cause.message}`);
  }
}
