import type { Cause } from '@appointments/events';
import { within, type OutboxItem } from '@appointments/runtime';
import type { QuietHours } from '@appointments/runtime/quiet-hours';
import { appointmentIn, scheduleName } from '../src/adapters/schedules';
import { compareSchedules, type Comparison, type CompareOrder } from '../src/app/compare-schedules';
import { handOver } from '../src/app/hand-over';
import { planWakeUps, PLANNED_BY, type Change } from '../src/app/plan-wake-ups';
import { sweepWakeUps, type Position, type RestOfSweep } from '../src/app/sweep-wake-ups';
import { wakeUp } from '../src/app/wake-up';
import type { Reminder } from '../src/domain/reminders';
import { dueDay, isOpen, type AppointmentState, type Intent, type WakeUp } from '../src/domain/wake-up';

type BookingEvent = Parameters<ReturnType<typeof planWakeUps>>[0];

const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;
/** As the queues have it. */
const MAX_RECEIVES = 5;

/** An event as the consumer gets it. */
export function received(
  detailType: (typeof PLANNED_BY)[number]['detailType'],
  data: Record<string, unknown>,
  occurredAt: string,
): BookingEvent {
  const contract = PLANNED_BY.find((candidate) => candidate.detailType === detailType);
  if (!contract) throw new Error(detailType);
  const merged = { ...contract.example.data, ...data };
  const { detail } = contract.create(merged as never, { occurredAt });
  return { ...contract.parse(JSON.parse(JSON.stringify(detail))), detailType } as BookingEvent;
}

/** Thrown where a test wants the process to die. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

interface SaidEvent {
  readonly detailType: string;
  readonly detail: {
    readonly metadata: { readonly causationId?: string };
    readonly data: {
      readonly appointmentId: string;
      readonly appointmentVersion: number;
      readonly startsAt: string;
      readonly reminder?: string;
      readonly channels?: readonly string[];
    };
  };
}

interface Timed {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => Promise<void>;
}

/** What the provider does with a schedule: it fires, fires twice, never fires and stands on, or is gone without a word. */
export type Fate = 'fires' | 'fires-twice' | 'stands' | 'vanishes';

export interface WorldOptions {
  readonly startsMs: number;
  readonly reminders?: readonly Reminder[];
  /** @default none */
  readonly quietHours?: QuietHours;
  /** The numbers of the effects before or after which the process dies, once each. */
  readonly crashes?: readonly { readonly effect: number; readonly when: 'before' | 'after' }[];
  /** How long after its minute begins EventBridge Scheduler fires. @default at once */
  readonly schedulerLagMs?: number;
  /** What becomes of the n-th schedule that is set. @default each fires */
  readonly fates?: readonly Fate[];
  /** Between these instants no schedule can be deleted. */
  readonly deletesFail?: { readonly fromMs: number; readonly toMs: number };
  /** Between these instants nothing runs, nor does any timer of the provider. */
  readonly outage?: { readonly fromMs: number; readonly toMs: number };
  /** Sweeps every five minutes, and compares every day at this time of it. @default neither is done */
  readonly compareAtMs?: number;
  /** @default 1 */
  readonly compareEveryDays?: number;
  /** How many schedules, and how many wake-ups, a page holds. @default 100 */
  readonly page?: number;
}

/** The service with everything around it in memory, on a clock of its own. A message whose handling fails comes again a minute later, five times in all. */
export function world(options: WorldOptions) {
  const { page: pageSize = 100, outage } = options;
  let nowMs = options.startsMs;
  const now = () => new Date(nowMs);
  const states = new Map<string, AppointmentState>();
  const intents = new Map<string, Map<string, Intent>>();
  const open = new Map<string, Map<string, Intent>>();
  const days = new Set<string>();
  const schedules = new Map<string, { readonly wakeUp: WakeUp; readonly at: string }>();
  const timeline = createTimeline();
  const said: { readonly atMs: number; readonly event: SaidEvent }[] = [];
  const delays: number[] = [];
  const dead: string[] = [];
  const heardMs = new Map<string, number>();
  let comparison: Comparison | undefined;
  let effects = 0;
  let set = 0;
  let lists = 0;

  let meanwhile: (() => void) | undefined;
  const effect = async <T>(work: () => T): Promise<T> => {
    const crash = options.crashes?.find((candidate) => candidate.effect === effects);
    effects += 1;
    if (crash?.when === 'before') throw new Crash();
    const result = work();
    if (crash?.when === 'after') throw new Crash();
    return result;
  };
  const key = (of: WakeUp) => `${of.dueAt}#${of.appointmentId}#${of.version}#${of.purpose}`;
  const of = (appointmentId: string) => [...(intents.get(appointmentId)?.values() ?? [])];
  const known = (woken: WakeUp) => intents.get(woken.appointmentId)?.get(key(woken));
  const keep = (intent: Intent) => {
    const own = intents.get(intent.appointmentId) ?? new Map<string, Intent>();
    intents.set(intent.appointmentId, own.set(key(intent), intent));
    const day = open.get(dueDay(intent)) ?? new Map<string, Intent>();
    open.set(dueDay(intent), day);
    if (isOpen(intent)) day.set(key(intent), intent);
    else day.delete(key(intent));
  };
  const pageOf = <T>(items: readonly T[], keyOf: (item: T) => string, after: string | undefined) => {
    const left = after === undefined ? items : items.filter((item) => keyOf(item) > after);
    const page = left.slice(0, pageSize);
    const last = page.at(-1);
    return { page, next: left.length > pageSize && last !== undefined ? keyOf(last) : undefined };
  };

  const deliver = (atMs: number, what: string, cause: Cause | undefined, handle: () => Promise<void>) => {
    let receives = 0;
    const run = async () => {
      receives += 1;
      try {
        await within({ cause }, handle);
      } catch (error) {
        // Anything but what was wished for is a fault of the code.
        if (!(error instanceof Crash) && !(error instanceof Error && error.name === 'InternalServerException'))
          throw error;
        if (receives < MAX_RECEIVES) timeline.add(nowMs + MINUTE_MS, run);
        else dead.push(what);
      }
    };
    timeline.add(atMs, run);
  };

  const ports = {
    now,
    record: (change: Change) =>
      effect(() => {
        const { appointmentId, version, cancelled, heardAt } = change;
        const before = states.get(appointmentId);
        for (const planned of change.wakeUps) days.add(dueDay(planned));
        if (before && before.version >= version) return false;
        states.set(appointmentId, { version, cancelled, heardAt, startsAt: change.startsAt ?? before?.startsAt });
        for (const planned of change.wakeUps) keep({ ...planned, state: 'planned' });
        return true;
      }),
    read: (appointmentId: string) => effect(() => ({ state: states.get(appointmentId), intents: of(appointmentId) })),
    schedule: (woken: WakeUp, at: string) =>
      effect(() => {
        meanwhile?.();
        const name = scheduleName(woken);
        if (schedules.has(name)) return false;
        if (Date.parse(at) <= nowMs) throw new Error('ValidationException: a schedule in the past');
        const schedule = { wakeUp: woken, at };
        const fate = options.fates?.[set] ?? 'fires';
        set += 1;
        if (fate === 'vanishes') return true;
        schedules.set(name, schedule);
        if (fate === 'stands') return true;
        timeline.add(Date.parse(at) + (options.schedulerLagMs ?? 0), async () => {
          if (schedules.get(name) !== schedule) return;
          schedules.delete(name);
          for (let times = fate === 'fires-twice' ? 2 : 1; times > 0; times -= 1)
            deliver(nowMs, 'hand-over', woken.cause, () => handOver(ports)(woken));
        });
        return true;
      }),
    removeSchedule: (name: string) =>
      effect(() => {
        const { deletesFail } = options;
        if (deletesFail && nowMs >= deletesFail.fromMs && nowMs < deletesFail.toMs)
          throw Object.assign(new Error('no schedule can be deleted'), { name: 'InternalServerException' });
        return schedules.delete(name);
      }),
    unschedule: (woken: WakeUp): Promise<boolean> => ports.removeSchedule(scheduleName(woken)),
    delay: (woken: WakeUp, delaySeconds: number) =>
      effect(() => {
        if (!Number.isInteger(delaySeconds) || delaySeconds < 0 || delaySeconds > 900) throw new Error('bad delay');
        delays.push(delaySeconds);
        deliver(nowMs + delaySeconds * 1000, 'wake-up', woken.cause, () => wakeUp(ports)(woken));
      }),
    mark: (woken: WakeUp, state: 'handed-over' | 'withdrawn' | 'dropped') =>
      effect(() => {
        const intent = known(woken);
        if (!intent || !isOpen(intent)) return;
        if (state === 'handed-over' && intent.state !== 'planned') return;
        keep({ ...intent, state });
      }),
    say: (woken: WakeUp, event: OutboxItem) =>
      effect(() => {
        const state = states.get(woken.appointmentId);
        const intent = known(woken);
        if (state?.version !== woken.version || state.cancelled || (intent && !isOpen(intent))) return false;
        keep({ ...(intent ?? woken), state: 'said' });
        said.push({ atMs: nowMs, event: JSON.parse(event.body) as SaidEvent });
        return true;
      }),
    openOn: (day: string, from: Position | undefined, until?: string) =>
      effect(() => {
        const due = [...(open.get(day) ?? [])]
          .filter(([, { dueAt }]) => until === undefined || dueAt <= until)
          .toSorted(([one], [other]) => (one < other ? -1 : 1));
        const { page, next } = pageOf(due, ([place]) => place, from?.['key']);
        return { intents: page.map(([, intent]) => intent), next: next === undefined ? undefined : { key: next } };
      }),
    listSchedules: (token: string | undefined) =>
      effect(() => {
        lists += 1;
        const { page, next } = pageOf([...schedules.keys()].toSorted(), (name) => name, token);
        return { names: page, next };
      }),
    handedOverBy: (name: string) => effect(() => schedules.get(name)?.wakeUp ?? ('gone' as const)),
    appointmentIn,
    nameOf: scheduleName,
    dueDays: () => effect(() => [...days].toSorted()),
    forgetDay: (day: string) =>
      effect(() => {
        days.delete(day);
      }),
    standing: () => effect(() => comparison),
    keep: (next: Comparison, before: Comparison | undefined) =>
      effect(() => {
        if (comparison?.run !== before?.run || comparison?.step !== before?.step) return false;
        comparison = next;
        return true;
      }),
  };

  const runSweep = sweepWakeUps({ ...ports, goOn: (left) => effect(() => sweep(nowMs, left)) });
  function sweep(atMs: number, rest?: RestOfSweep): void {
    deliver(atMs, 'sweep', undefined, () => runSweep(rest));
  }
  const compare = (atMs: number, order: CompareOrder): void =>
    deliver(atMs, 'compare', undefined, () =>
      compareSchedules({
        ...ports,
        goOn: (run) => effect(() => compare(nowMs + 1000, { run, begins: false })),
      })(order),
    );
  /** As a rule of EventBridge runs: what an outage has kept from running is not made up for but once. */
  const every = (periodMs: number, firstMs: number, begin: () => void) => {
    timeline.add(firstMs, async () => {
      begin();
      every(periodMs, firstMs + (Math.floor((nowMs - firstMs) / periodMs) + 1) * periodMs, begin);
    });
  };
  if (options.compareAtMs !== undefined) {
    const midnight = Math.floor(nowMs / DAY_MS) * DAY_MS;
    every(5 * MINUTE_MS, nowMs + 2.5 * MINUTE_MS, () => sweep(nowMs));
    const first = midnight + options.compareAtMs;
    every((options.compareEveryDays ?? 1) * DAY_MS, first < nowMs ? first + DAY_MS : first, () =>
      compare(nowMs, { run: now().toISOString(), begins: true }),
    );
  }

  return {
    said,
    schedules,
    states,
    /** What happens just before a schedule is set from now on. */
    beforeScheduling: (work: () => void) => {
      meanwhile = work;
    },
    intents: () => [...intents.values()].flatMap((own) => [...own.values()]),
    delays,
    days,
    /** What ended in a dead-letter queue. */
    dead,
    /** When the service was first delivered each version, successfully or not, by `<appointmentId>#<version>`. */
    heardMs,
    comparison: () => comparison,
    effects: () => effects,
    /** Calls of ListSchedules. */
    lists: () => lists,
    deliverBookingEvent(atMs: number, event: BookingEvent) {
      const { metadata, data } = event;
      const cause = { eventId: metadata.eventId, hops: metadata.hops };
      const version = `${data.appointmentId}#${data.appointmentVersion}`;
      deliver(atMs, event.detailType, cause, () => {
        if (!heardMs.has(version)) heardMs.set(version, nowMs);
        return planWakeUps(ports, { reminders: options.reminders ?? [], quietHours: options.quietHours })(event);
      });
    },
    sweep,
    compare,
    async runUntil(untilMs: number) {
      for (;;) {
        const next = timeline.takeUntil(untilMs);
        if (!next) break;
        nowMs = Math.max(nowMs, next.atMs);
        if (outage && nowMs >= outage.fromMs && nowMs < outage.toMs) nowMs = outage.toMs;
        await next.run();
      }
      nowMs = Math.max(nowMs, untilMs);
    },
  };
}

/** What is to run, by time and then in the order in which it was added. */
function createTimeline() {
  const heap: Timed[] = [];
  let order = 0;
  const before = (one: Timed | undefined, other: Timed | undefined) =>
    one !== undefined &&
    other !== undefined &&
    (one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order));
  const swap = (one: number, other: number) => {
    [heap[one], heap[other]] = [heap[other] as Timed, heap[one] as Timed];
  };
  return {
    add(atMs: number, run: () => Promise<void>) {
      heap.push({ atMs, order: order++, run });
      for (let at = heap.length - 1; at > 0 && before(heap[at], heap[(at - 1) >> 1]); at = (at - 1) >> 1)
        swap(at, (at - 1) >> 1);
    },
    takeUntil(untilMs: number): Timed | undefined {
      const [first] = heap;
      if (!first || first.atMs > untilMs) return undefined;
      const last = heap.pop();
      if (last !== undefined && heap.length > 0) heap[0] = last;
      for (let at = 0; ;) {
        const children = [2 * at + 1, 2 * at + 2].filter((child) => child < heap.length);
        const [left, right] = children;
        const child = right !== undefined && before(heap[right], heap[left ?? 0]) ? right : left;
        if (child === undefined || !before(heap[child], heap[at])) return first;
        swap(at, child);
        at = child;
      }
    },
  };
}
