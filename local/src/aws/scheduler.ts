import { createHash, randomUUID } from 'node:crypto';
import type { Kernel } from '../kernel/types';
import { instantOf, isTimeZone, nextRun, parseScheduleExpression } from './schedule-expression';
import type { ScheduleExpression } from './schedule-expression';
import type { QueueEngine } from './sqs';
import { ACCOUNT_ID, AwsError, REGION } from './types';
import type { WireRequest, WireResponse } from './types';
import { fieldsOf, fieldsOfBody, jsonAnswer, jsonError } from './wire';
import type { Fields, Json } from './wire';

const NAME = /^[0-9a-zA-Z\-_.]{1,64}$/;
const CLIENT_TOKEN = /^[a-zA-Z0-9\-_]{1,64}$/;
const DEFAULT_GROUP = 'default';
const MAX_INPUT_BYTES = 262_144;
const MINUTE_MS = 60_000;
const CONTENT_TYPE = 'application/json';

/** A schedule as it is kept; `request` is what CreateSchedule or UpdateSchedule was given. */
interface KeptSchedule {
  readonly name: string;
  readonly group: string;
  readonly request: Json;
  readonly fingerprint: string;
  readonly clientToken?: string;
  readonly createdAt: number;
  readonly changedAt: number;
  /** Of a one-time schedule: it has run and is only still listed. Of a recurring one: when it ran last. */
  readonly ranAt?: number;
}

interface Plan {
  readonly expression: ScheduleExpression;
  readonly timeZone: string;
  readonly enabled: boolean;
  readonly startAt: number | undefined;
  readonly endAt: number | undefined;
  readonly targetArn: string;
  readonly input: string | undefined;
  readonly deadLetterArn: string | undefined;
  readonly deleteAfter: boolean;
}

const invalid = (message: string) => new AwsError('ValidationException', message);

function constraint(path: string, rule: string): AwsError {
  return invalid(`1 validation error detected: Value at '${path}' failed to satisfy constraint: ${rule}`);
}

function required<T>(value: T | undefined, path: string): T {
  if (value === undefined) throw constraint(path, 'Member must not be null');
  return value;
}

/** Schedules write their dates as seconds. */
function dateOf(fields: Fields, name: string): number | undefined {
  const raw = fields.raw(name);
  if (raw === undefined) return undefined;
  const ms = typeof raw === 'number' ? raw * 1000 : typeof raw === 'string' ? Date.parse(raw) : Number.NaN;
  if (Number.isNaN(ms)) throw invalid(`${name} is not a timestamp.`);
  return ms;
}

function planOf(fields: Fields): Plan {
  const text = required(fields.text('ScheduleExpression'), 'scheduleExpression');
  const window = required(fields.object('FlexibleTimeWindow'), 'flexibleTimeWindow');
  const target = required(fields.object('Target'), 'target');
  const targetArn = required(target.text('Arn'), 'target.arn');
  required(target.text('RoleArn'), 'target.roleArn');
  const expression = parseScheduleExpression(text);
  if (expression === undefined) throw invalid(`Invalid Schedule Expression ${text}.`);
  const timeZone = fields.text('ScheduleExpressionTimezone') ?? 'UTC';
  if (timeZone.length > 50 || !isTimeZone(timeZone)) throw invalid(`Invalid Schedule Expression Timezone ${timeZone}.`);
  const mode = required(window.text('Mode'), 'flexibleTimeWindow.mode');
  if (mode !== 'OFF' && mode !== 'FLEXIBLE') {
    throw constraint('flexibleTimeWindow.mode', 'Member must satisfy enum value set: [OFF, FLEXIBLE]');
  }
  const minutes = window.number('MaximumWindowInMinutes');
  if ((mode === 'OFF') !== (minutes === undefined)) {
    throw invalid('Invalid FlexibleTimeWindow. MaximumWindowInMinutes goes with the mode FLEXIBLE and with no other.');
  }
  if (minutes !== undefined && !(Number.isInteger(minutes) && minutes >= 1 && minutes <= 1440)) {
    throw constraint('flexibleTimeWindow.maximumWindowInMinutes', 'Member must be between 1 and 1440');
  }
  const state = fields.text('State') ?? 'ENABLED';
  if (state !== 'ENABLED' && state !== 'DISABLED') {
    throw constraint('state', 'Member must satisfy enum value set: [ENABLED, DISABLED]');
  }
  const after = fields.text('ActionAfterCompletion') ?? 'NONE';
  if (after !== 'NONE' && after !== 'DELETE') {
    throw constraint('actionAfterCompletion', 'Member must satisfy enum value set: [NONE, DELETE]');
  }
  const input = target.text('Input');
  if (input !== undefined && Buffer.byteLength(input) > MAX_INPUT_BYTES) {
    throw constraint('target.input', `Member must have length less than or equal to ${MAX_INPUT_BYTES}`);
  }
  if (!/^arn:aws:sqs:[^:]+:[^:]+:.+$/.test(targetArn)) {
    throw invalid(`The laptop cloud's schedules send to SQS queues only, not to ${targetArn}.`);
  }
  return {
    expression,
    timeZone,
    enabled: state === 'ENABLED',
    startAt: dateOf(fields, 'StartDate'),
    endAt: dateOf(fields, 'EndDate'),
    targetArn,
    input,
    deadLetterArn: target.object('DeadLetterConfig')?.text('Arn'),
    deleteAfter: after === 'DELETE',
  };
}

const arnOf = (group: string, name: string) => `arn:aws:scheduler:${REGION}:${ACCOUNT_ID}:schedule/${group}/${name}`;
const groupArn = (name: string) => `arn:aws:scheduler:${REGION}:${ACCOUNT_ID}:schedule-group/${name}`;
const instant = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;

const TOKEN = 'after ';
const tokenOf = (place: string) => Buffer.from(TOKEN + place).toString('base64url');

/** The place that a page begins behind. */
function placeIn(token: string | null): string | undefined {
  if (token === null) return undefined;
  const text = Buffer.from(token, 'base64url').toString();
  if (!text.startsWith(TOKEN)) throw invalid('Invalid NextToken.');
  return text.slice(TOKEN.length);
}

function named(name: string, path = 'name'): string {
  if (!NAME.test(name)) throw constraint(path, 'Member must satisfy regular expression pattern: ^[0-9a-zA-Z-_.]+$');
  return name;
}

/** One-time and recurring schedules that send to queues, kept until they are deleted. */
export function createScheduler(kernel: Kernel, queues: QueueEngine, fireAtSecond: number) {
  const { clock, store, timers } = kernel;
  const schedules = store.collection<KeptSchedule>('schedules');
  const groups = new Map<string, { readonly createdAt: number }>([[DEFAULT_GROUP, { createdAt: clock.now() }]]);
  const disarm = new Map<string, () => void>();
  const keyOf = (group: string, name: string) => `${group}/${name}`;

  /** AWS fires somewhere within the minute; here it is always the same second of it. */
  const inItsMinute = (at: number) => Math.floor(at / MINUTE_MS) * MINUTE_MS + fireAtSecond * 1000;

  const dueOf = (schedule: KeptSchedule, plan: Plan): number | undefined => {
    const { expression, timeZone, startAt = schedule.createdAt, endAt = Number.POSITIVE_INFINITY } = plan;
    if (!plan.enabled) return undefined;
    if (expression.kind === 'at') {
      return schedule.ranAt === undefined ? instantOf(expression.wall, timeZone).at : undefined;
    }
    const after = schedule.ranAt ?? Math.max(startAt - 1, schedule.changedAt);
    const at = nextRun(expression, after, startAt, timeZone);
    return at !== undefined && at <= endAt ? at : undefined;
  };

  const send = (schedule: KeptSchedule, plan: Plan, scheduledAt: number): void => {
    const scheduleArn = arnOf(schedule.group, schedule.name);
    const executionId = randomUUID();
    const context: Readonly<Record<string, string>> = {
      'schedule-arn': scheduleArn,
      'scheduled-time': instant(scheduledAt),
      'execution-id': executionId,
      'attempt-number': '1',
    };
    const body =
      plan.input?.replace(/<aws\.scheduler\.([a-z-]+)>/g, (whole, name: string) => context[name] ?? whole) ??
      JSON.stringify({
        version: '0',
        id: executionId,
        'detail-type': 'Scheduled Event',
        source: 'aws.scheduler',
        account: ACCOUNT_ID,
        time: instant(scheduledAt),
        region: REGION,
        resources: [scheduleArn],
        detail: '{}',
      });
    try {
      queues.enqueue(plan.targetArn, { body });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      if (plan.deadLetterArn === undefined || !queues.exists(plan.deadLetterArn)) {
        process.emitWarning(
          `Schedule ${schedule.name} cannot reach ${plan.targetArn} (${error.code}) and has no dead-letter queue: it is lost.`,
        );
        return;
      }
      const attribute = (StringValue: string) => ({ DataType: 'String', StringValue });
      queues.enqueue(plan.deadLetterArn, {
        body,
        messageAttributes: {
          ERROR_CODE: attribute(error.code),
          ERROR_MESSAGE: attribute(error.message),
          EXECUTION_ID: attribute(executionId),
          RETRY_ATTEMPTS: attribute('0'),
          SCHEDULE_ARN: attribute(scheduleArn),
          SCHEDULED_TIME: attribute(instant(scheduledAt)),
          TARGET_ARN: attribute(plan.targetArn),
        },
      });
    }
  };

  const stop = (key: string): void => {
    disarm.get(key)?.();
    disarm.delete(key);
  };

  const arm = (schedule: KeptSchedule, plan: Plan): void => {
    const key = keyOf(schedule.group, schedule.name);
    stop(key);
    const due = dueOf(schedule, plan);
    if (due === undefined) return;
    const oneTime = plan.expression.kind === 'at';
    disarm.set(
      key,
      timers.arm({
        at: inItsMinute(due),
        kind: oneTime ? 'schedule' : 'recurring',
        what: `schedule ${key}`,
        run: async () => {
          disarm.delete(key);
          send(schedule, plan, due);
          // After the message, so that a journal torn between the two fires it twice rather than never.
          const ran: KeptSchedule = { ...schedule, ranAt: Math.max(due, clock.now()) };
          const over = oneTime || dueOf(ran, plan) === undefined;
          if (over && plan.deleteAfter) schedules.delete(key);
          else schedules.put(key, ran);
          if (!over) arm(ran, plan);
          await store.flushed();
        },
      }),
    );
  };

  // Only once its queue stands: before that, what fell due while nothing ran would find no target.
  for (const schedule of schedules.values()) {
    const plan = planOf(fieldsOf(schedule.request));
    const key = keyOf(schedule.group, schedule.name);
    queues.whenDeclared([plan.targetArn], () => {
      const current = schedules.get(key);
      if (current !== undefined && !disarm.has(key)) arm(current, planOf(fieldsOf(current.request)));
    });
  }

  const find = (group: string, name: string): KeptSchedule => {
    const schedule = schedules.get(keyOf(group, name));
    if (schedule === undefined) {
      throw new AwsError('ResourceNotFoundException', `Schedule ${name} does not exist.`, 404);
    }
    return schedule;
  };

  const mustExist = (group: string): void => {
    if (!groups.has(group)) {
      throw new AwsError('ResourceNotFoundException', `Schedule group ${group} does not exist.`, 404);
    }
  };

  const write = async (name: string, fields: Fields, body: string, mode: 'create' | 'update') => {
    named(name);
    const group = named(fields.text('GroupName') ?? DEFAULT_GROUP, 'groupName');
    const clientToken = fields.text('ClientToken');
    if (clientToken !== undefined && !CLIENT_TOKEN.test(clientToken)) {
      throw constraint('clientToken', 'Member must satisfy regular expression pattern: ^[a-zA-Z0-9-_]+$');
    }
    const plan = planOf(fields);
    mustExist(group);
    const key = keyOf(group, name);
    const known = mode === 'update' ? find(group, name) : schedules.get(key);
    const fingerprint = createHash('sha256').update(body).digest('base64');
    const ScheduleArn = arnOf(group, name);
    if (mode === 'create' && known !== undefined) {
      if (clientToken !== undefined && known.clientToken === clientToken && known.fingerprint === fingerprint) {
        return { ScheduleArn };
      }
      throw new AwsError('ConflictException', `Schedule ${name} already exists.`, 409);
    }
    const schedule: KeptSchedule = {
      name,
      group,
      request: Object.fromEntries(
        fields.names().flatMap((each) => {
          const value = fields.raw(each);
          return value === undefined || each === 'ClientToken' ? [] : [[each, value]];
        }),
      ),
      fingerprint,
      ...(clientToken === undefined ? {} : { clientToken }),
      createdAt: known?.createdAt ?? clock.now(),
      changedAt: clock.now(),
    };
    schedules.put(key, schedule);
    arm(schedule, plan);
    await store.flushed();
    return { ScheduleArn };
  };

  const shown = (schedule: KeptSchedule) => {
    const fields = fieldsOf(schedule.request);
    return {
      Arn: arnOf(schedule.group, schedule.name),
      Name: schedule.name,
      GroupName: schedule.group,
      State: fields.text('State') ?? 'ENABLED',
      CreationDate: schedule.createdAt / 1000,
      LastModificationDate: schedule.changedAt / 1000,
    };
  };

  const get = (group: string, name: string) => {
    const schedule = find(group, name);
    const fields = fieldsOf(schedule.request);
    const copied = [
      'ActionAfterCompletion',
      'Description',
      'EndDate',
      'FlexibleTimeWindow',
      'KmsKeyArn',
      'ScheduleExpression',
      'StartDate',
      'Target',
    ];
    return {
      ActionAfterCompletion: 'NONE',
      ScheduleExpressionTimezone: fields.text('ScheduleExpressionTimezone') ?? 'UTC',
      ...Object.fromEntries(
        copied.flatMap((each) => (fields.raw(each) === undefined ? [] : [[each, fields.raw(each)]])),
      ),
      ...shown(schedule),
    };
  };

  /**
   * A page of `items` in the order of their places. The token holds the last place of the page before, opaquely: what is
   * made or deleted between two pages moves nothing from one into the other.
   */
  const page = <T>(items: readonly T[], placeOf: (item: T) => string, query: URLSearchParams) => {
    const max = Number(query.get('MaxResults') ?? 100);
    if (!Number.isInteger(max) || max < 1 || max > 100)
      throw constraint('maxResults', 'Member must be between 1 and 100');
    const after = placeIn(query.get('NextToken'));
    const left = items
      .filter((item) => after === undefined || placeOf(item) > after)
      .toSorted((one, other) => (placeOf(one) < placeOf(other) ? -1 : 1));
    const shown = left.slice(0, max);
    const last = shown.at(-1);
    const next = left.length > max && last !== undefined ? { NextToken: tokenOf(placeOf(last)) } : {};
    return { items: shown, next };
  };

  const list = (query: URLSearchParams) => {
    const group = query.get('ScheduleGroup') ?? query.get('groupName');
    if (group !== null) mustExist(group);
    const prefix = query.get('NamePrefix') ?? '';
    const state = query.get('State');
    const found = [...schedules.values()]
      .filter((schedule) => (group === null || schedule.group === group) && schedule.name.startsWith(prefix))
      .map((schedule) => ({
        ...shown(schedule),
        Target: { Arn: fieldsOf(schedule.request).object('Target')?.text('Arn') ?? '' },
      }))
      .filter((schedule) => state === null || schedule.State === state);
    const { items, next } = page(found, ({ GroupName, Name }) => keyOf(GroupName, Name), query);
    return { Schedules: items, ...next };
  };

  const shownGroup = (name: string) => ({
    Arn: groupArn(name),
    Name: name,
    State: 'ACTIVE',
    CreationDate: (groups.get(name)?.createdAt ?? 0) / 1000,
    LastModificationDate: (groups.get(name)?.createdAt ?? 0) / 1000,
  });

  const answer = async ({ method, path, query, body }: WireRequest): Promise<unknown> => {
    const [, kind = '', encoded, ...rest] = path.split('/');
    const unknown = new AwsError('UnknownOperationException', `The laptop cloud's Scheduler has no ${method} ${path}.`);
    if (rest.length > 0) throw unknown;
    const name = encoded === undefined || encoded === '' ? undefined : decodeURIComponent(encoded);
    if (kind === 'schedule-groups') {
      if (method !== 'GET') throw unknown;
      if (name !== undefined) {
        mustExist(name);
        return shownGroup(name);
      }
      const prefix = query.get('NamePrefix') ?? '';
      const found = [...groups.keys()].filter((each) => each.startsWith(prefix)).map(shownGroup);
      const { items, next } = page(found, ({ Name }) => Name, query);
      return { ScheduleGroups: items, ...next };
    }
    if (name === undefined) {
      if (method === 'GET') return list(query);
      throw unknown;
    }
    const group = query.get('groupName') ?? DEFAULT_GROUP;
    switch (method) {
      case 'POST':
        return write(name, fieldsOfBody(body), body, 'create');
      case 'PUT':
        return write(name, fieldsOfBody(body), body, 'update');
      case 'GET':
        return get(group, named(name));
      case 'DELETE':
        find(group, named(name));
        stop(keyOf(group, name));
        schedules.delete(keyOf(group, name));
        await store.flushed();
        return {};
      default:
        throw unknown;
    }
  };

  return {
    declareGroup: (name: string) => {
      if (!groups.has(name)) groups.set(named(name), { createdAt: clock.now() });
      return { arn: groupArn(name) };
    },
    isMine: (path: string) => /^\/schedule(s|-groups)(\/|$)/.test(path),
    handle: async (request: WireRequest): Promise<WireResponse> => {
      try {
        return jsonAnswer(await answer(request), CONTENT_TYPE);
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        return jsonError(error, CONTENT_TYPE);
      }
    },
  };
}
