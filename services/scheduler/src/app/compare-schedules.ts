import { count, log } from '@appointments/runtime';
import { driftOfOpen, driftOfScheduled } from '../domain/drift';
import { routeOf } from '../domain/plan';
import { sweepAt } from '../domain/sweep';
import { isOpen, isOvertaken, type Intent, type WakeUp } from '../domain/wake-up';
import { inLanes } from './in-lanes';
import { withdraw, type PlanPorts, type Remembered } from './plan-wake-ups';
import { lookAfter, type OpenPorts, type Position } from './sweep-wake-ups';

/** Where a comparison stands. It goes through the schedules, then through the days on which wake-ups are due. */
export interface Comparison {
  /** When it began; ISO, UTC. It is named by this. */
  readonly run: string;
  /** Rises with each part that is done. */
  readonly step: number;
  /** When the last part was done; ISO, UTC. */
  readonly at: string;
  readonly next:
    | { readonly among: 'schedules'; readonly token?: string | undefined }
    /** The days before `day` are done, and of `day` what stands before `from`. */
    | { readonly among: 'days'; readonly day?: string | undefined; readonly from?: Position | undefined }
    | { readonly among: 'nothing' };
  readonly schedules: number;
  readonly wakeUps: number;
  readonly found: number;
  readonly repaired: number;
}

/** Begins the comparison of that name, or goes on with it. */
export interface CompareOrder {
  readonly run: string;
  readonly begins: boolean;
}

export interface ComparePorts
  extends OpenPorts, Pick<PlanPorts, 'read' | 'schedule' | 'unschedule' | 'delay' | 'mark' | 'now'> {
  /** A page of the names in the schedule group: one call of ListSchedules. */
  readonly listSchedules: (
    token: string | undefined,
  ) => Promise<{ readonly names: readonly string[]; readonly next?: string | undefined }>;
  /** The appointment a schedule's name seems to tell of; a long name tells of none. */
  readonly appointmentIn: (name: string) => string | undefined;
  readonly nameOf: (wakeUp: WakeUp) => string;
  /** What a schedule would hand over, `unreadable` where that is no wake-up, `gone` where there is no such schedule: one call of GetSchedule. */
  readonly handedOverBy: (name: string) => Promise<WakeUp | 'unreadable' | 'gone'>;
  readonly removeSchedule: (name: string) => Promise<boolean>;
  /** The UTC days on which wake-ups are due or were, in order; none that has open ones is left out. */
  readonly dueDays: () => Promise<readonly string[]>;
  readonly forgetDay: (day: string) => Promise<void>;
  readonly standing: () => Promise<Comparison | undefined>;
  /** Keeps where it stands; resolves `false`, with nothing kept, where another run was quicker. */
  readonly keep: (comparison: Comparison, before: Comparison | undefined) => Promise<boolean>;
  /** Has the comparison gone on with a second from now. */
  readonly goOn: (run: string) => Promise<void>;
}

/** A tenth of what ListSchedules allows in a second (50), and a second lies between two runs. */
const LISTS_PER_RUN = 5;
/** Wake-ups of one run: each may cost a CreateSchedule, of which a second allows thousands. */
const WAKE_UPS_PER_RUN = 400;
/** A part that comes sooner after the last one is of a second chain of runs, begun by a message that came twice: it ends here. */
const APART_MS = 500;
/** A comparison that has stood still for so long is given up for the next day's. */
const STANDS_STILL_MS = 15 * 60_000;
const AT_ONCE = 10;

/** What a run has found so far, and what it has seen. */
interface Tally {
  schedules: number;
  wakeUps: number;
  found: number;
  repaired: number;
  /** The names of the schedules that this very run has listed. */
  readonly seen: Set<string>;
}

/**
 * Compares every open wake-up with the schedule group, a part at a time: takes away schedules that nobody needs, and sets
 * those that are missing. What is under way is left alone.
 */
export function compareSchedules(ports: ComparePorts) {
  return async (order: CompareOrder): Promise<void> => {
    const before = await ports.standing();
    const from = toGoOnFrom(order, before, ports.now());
    if (from === undefined) return;
    const tally: Tally = { schedules: 0, wakeUps: 0, found: 0, repaired: 0, seen: new Set() };
    let { next } = from;
    if (next.among === 'schedules') next = await amongSchedules(ports, next.token, tally);
    if (next.among === 'days') next = await amongDays(ports, next, tally);
    const now: Comparison = {
      run: from.run,
      step: from.step + 1,
      at: ports.now().toISOString(),
      next,
      schedules: from.schedules + tally.schedules,
      wakeUps: from.wakeUps + tally.wakeUps,
      found: from.found + tally.found,
      repaired: from.repaired + tally.repaired,
    };
    if (!(await ports.keep(now, before))) return;
    if (next.among !== 'nothing') return ports.goOn(now.run);
    count('Comparisons');
    const { run, schedules, wakeUps, found, repaired } = now;
    log.info('Schedules compared with the table', { run, schedules, wakeUps, found, repaired });
  };
}

function toGoOnFrom(order: CompareOrder, before: Comparison | undefined, now: Date): Comparison | undefined {
  const { run } = order;
  if (before?.run === run) {
    const isAnothers = now.getTime() - Date.parse(before.at) < APART_MS;
    return isAnothers || before.next.among === 'nothing' ? undefined : before;
  }
  if (!order.begins || (before !== undefined && before.run > run)) return undefined;
  if (before !== undefined && before.next.among !== 'nothing') {
    const stillMs = now.getTime() - Date.parse(before.at);
    if (stillMs < STANDS_STILL_MS) {
      log.warn('The last comparison still goes on', { run, goesOn: before.run });
      return undefined;
    }
    log.warn('The last comparison was given up', { run, givenUp: before.run });
  }
  return { run, step: 0, at: run, next: { among: 'schedules' }, schedules: 0, wakeUps: 0, found: 0, repaired: 0 };
}

async function amongSchedules(
  ports: ComparePorts,
  first: string | undefined,
  tally: Tally,
): Promise<Comparison['next']> {
  let token = first;
  for (let lists = 0; lists < LISTS_PER_RUN; lists += 1) {
    const { names, next } = await ports.listSchedules(token);
    tally.schedules += names.length;
    for (const name of names) tally.seen.add(name);
    const read = readingOnce(ports);
    await inLanes(AT_ONCE, names, (name) => checkSchedule(ports, name, read, tally));
    if (next === undefined) return { among: 'days' };
    token = next;
  }
  return { among: 'schedules', token };
}

async function checkSchedule(ports: ComparePorts, name: string, read: Read, tally: Tally): Promise<void> {
  const intentIn = ({ intents }: Remembered) => intents.find((intent) => ports.nameOf(intent) === name);
  const named = ports.appointmentIn(name);
  let known = named === undefined ? undefined : await read(named);
  let intent = known && intentIn(known);
  if (intent === undefined) {
    // A name alone condemns nothing: what it would hand over says whose it is.
    const handedOver = await ports.handedOverBy(name);
    if (handedOver === 'gone') return;
    known = handedOver === 'unreadable' ? undefined : await read(handedOver.appointmentId);
    intent = known && intentIn(known);
  }
  if (intent !== undefined && driftOfScheduled(intent, known?.state, ports.now()) === 'none') return;
  found(tally, 'A schedule that nobody needs', { name, state: intent?.state });
  if (intent === undefined) await ports.removeSchedule(name);
  else if (isOpen(intent)) await withdraw(ports, intent);
  else await ports.unschedule(intent);
  repaired(tally);
}

async function amongDays(
  ports: ComparePorts,
  begun: Extract<Comparison['next'], { among: 'days' }>,
  tally: Tally,
): Promise<Comparison['next']> {
  const [oldestSwept = ''] = sweepAt(ports.now()).days;
  for (const day of await ports.dueDays()) {
    if (begun.day !== undefined && day < begun.day) continue;
    let from = day === begun.day ? begun.from : undefined;
    let empty = from === undefined;
    do {
      if (tally.wakeUps >= WAKE_UPS_PER_RUN) return { among: 'days', day, from };
      const page = await ports.openOn(day, from);
      tally.wakeUps += page.intents.length;
      empty &&= page.intents.length === 0;
      const read = readingOnce(ports);
      await inLanes(AT_ONCE, page.intents, (intent) => checkOpen(ports, intent, read, tally, day < oldestSwept));
      from = page.next;
    } while (from !== undefined);
    if (empty && day < oldestSwept) await ports.forgetDay(day);
  }
  return { among: 'nothing' };
}

async function checkOpen(
  ports: ComparePorts,
  intent: Intent,
  read: Read,
  tally: Tally,
  beyondSweeps: boolean,
): Promise<void> {
  const { state } = await read(intent.appointmentId);
  const hasSchedule = tally.seen.has(ports.nameOf(intent));
  switch (driftOfOpen(intent, state, hasSchedule, ports.now())) {
    case 'none':
      if (beyondSweeps) await lookAfter(ports, intent);
      return;
    case 'orphan':
      found(tally, 'A wake-up that was overtaken and is open still', fieldsOf(intent));
      await withdraw(ports, intent);
      return repaired(tally);
    case 'missing':
      return setAgain(ports, intent, tally);
  }
}

/** Only the attempt to set a schedule tells surely whether it is missing; what was seen to be there is not tried. */
async function setAgain(ports: ComparePorts, intent: Intent, tally: Tally): Promise<void> {
  const route = routeOf(intent, ports.now());
  if (route.by === 'delay' || !(await ports.schedule(intent, route.at))) return;
  found(tally, 'A schedule was missing', fieldsOf(intent));
  // Meanwhile the appointment may have been moved, and what was taken away then is there again now.
  const { state } = await ports.read(intent.appointmentId);
  if (state && isOvertaken(intent, state)) await ports.unschedule(intent);
  repaired(tally);
}

type Read = (appointmentId: string) => Promise<Remembered>;

/** Reads each appointment once, for the items of one page. */
function readingOnce(ports: Pick<PlanPorts, 'read'>): Read {
  const told = new Map<string, Promise<Remembered>>();
  return (appointmentId) => {
    const known = told.get(appointmentId) ?? ports.read(appointmentId);
    told.set(appointmentId, known);
    return known;
  };
}

function fieldsOf({ appointmentId, version, purpose, dueAt }: WakeUp) {
  return { appointmentId, version, purpose, dueAt };
}

function found(tally: Tally, what: string, fields: Record<string, unknown>): void {
  tally.found += 1;
  count('DriftFound');
  log.warn(what, fields);
}

function repaired(tally: Tally): void {
  tally.repaired += 1;
  count('DriftRepaired');
}
