import type { Agent } from './agent';
import { startOfDate } from './instants';
import { dateInZone, endOfHours, firstInstantAtOrAfter } from '@appointments/runtime/zones';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Time is claimed in pieces of five minutes, counted in UTC. */
export const GRID = 5 * MINUTE;

/** An appointment's time, from `start` to before `end`, in milliseconds since 1970. */
export interface Slot {
  readonly start: number;
  readonly end: number;
}

/** The five-minute pieces of an agent's time that a slot takes, buffers included. */
export function piecesOf(slot: Slot, agent: Pick<Agent, 'bufferBeforeMinutes' | 'bufferAfterMinutes'>): number[] {
  return piecesBetween(slot.start - agent.bufferBeforeMinutes * MINUTE, slot.end + agent.bufferAfterMinutes * MINUTE);
}

export function piecesBetween(from: number, to: number): number[] {
  const pieces: number[] = [];
  for (let piece = pieceAt(from); piece < to; piece += GRID) pieces.push(piece);
  return pieces;
}

/** What a move does to the claimed pieces: those that both times share stay as they are. */
export function swap(old: readonly number[], fresh: readonly number[]) {
  return {
    kept: old.filter((piece) => fresh.includes(piece)),
    released: old.filter((piece) => !fresh.includes(piece)),
    claimed: fresh.filter((piece) => !old.includes(piece)),
  };
}

/**
 * The slots of one day of the agent's calendar (`YYYY-MM-DD`). They begin where the hours begin and follow each other in
 * elapsed time, so that on a day of 23, 23.5 or 25 hours none overlaps another or lasts shorter.
 */
export function slotsOfDate(agent: Agent, date: string): Slot[] {
  const midnight = startOfDate(date);
  if (midnight === undefined) return [];
  const monday0 = (new Date(midnight).getUTCDay() + 6) % 7;
  const length = agent.slotMinutes * MINUTE;
  const slots: Slot[] = [];
  let lastEnd = -Infinity;
  for (const window of agent.exceptions.get(date) ?? agent.workingHours[monday0] ?? []) {
    const ends = midnight + window.to * MINUTE;
    // Hours that begin or end in a repeated hour take all of it, but never what belongs to earlier hours or to the next day.
    const from = Math.max(lastEnd, firstInstantAtOrAfter(agent.zone, midnight + window.from * MINUTE));
    const to = window.to < 24 * 60 ? endOfHours(agent.zone, ends) : firstInstantAtOrAfter(agent.zone, ends);
    for (let start = from; start + length <= to; start += length) slots.push({ start, end: start + length });
    lastEnd = to;
  }
  return slots;
}

/** The slots that begin from `from` to before `to`, whether taken or not. */
export function slotsBetween(agent: Agent, from: number, to: number): Slot[] {
  const slots: Slot[] = [];
  const last = dateInZone(agent.zone, to);
  // A day may be 25 hours long, or skipped: step by less than a day and leave out what was already seen.
  let seen = '';
  for (let at = from; ; at += DAY / 2) {
    const date = dateInZone(agent.zone, at);
    if (date > last) break;
    if (date !== seen) slots.push(...slotsOfDate(agent, date));
    seen = date;
  }
  return slots.filter((slot) => slot.start >= from && slot.start < to);
}

/** From when to when a slot may begin, as it is now: until its start, with the notice the agent wants, up to the horizon. */
export function bookable(agent: Agent, slot: Slot, now: number): boolean {
  return (
    slot.start > now &&
    slot.start - now >= agent.minimumNoticeMinutes * MINUTE &&
    slot.start - now <= agent.horizonDays * DAY
  );
}

export type OfferedOrNot =
  | { readonly offered: true; readonly slot: Slot }
  | { readonly offered: false; readonly because: 'past' | 'short-notice' | 'beyond-horizon' | 'not-a-slot' };

/** Whether the agent offers a slot that begins at `start`, taken or not. */
export function offered(agent: Agent, start: number, now: number): OfferedOrNot {
  if (start <= now) return { offered: false, because: 'past' };
  if (start - now > agent.horizonDays * DAY) return { offered: false, because: 'beyond-horizon' };
  const slot = slotsOfDate(agent, dateInZone(agent.zone, start)).find((candidate) => candidate.start === start);
  if (!slot) return { offered: false, because: 'not-a-slot' };
  return bookable(agent, slot, now) ? { offered: true, slot } : { offered: false, because: 'short-notice' };
}

/** The slots that can be booked now and of which no piece is claimed. */
export function freeSlots(agent: Agent, slots: readonly Slot[], claimed: ReadonlySet<number>, now: number): Slot[] {
  return slots.filter((slot) => bookable(agent, slot, now) && isUnclaimed(slot, agent, claimed));
}

/** This is asked of thousands of slots for one answer, so it makes no list of their pieces. */
function isUnclaimed(slot: Slot, agent: Agent, claimed: ReadonlySet<number>): boolean {
  if (claimed.size === 0) return true;
  const to = slot.end + agent.bufferAfterMinutes * MINUTE;
  for (let piece = pieceAt(slot.start - agent.bufferBeforeMinutes * MINUTE); piece < to; piece += GRID) {
    if (claimed.has(piece)) return false;
  }
  return true;
}

const pieceAt = (instant: number) => Math.floor(instant / GRID) * GRID;

/** The `count` slots nearest to `start`, the earlier first where two are as near, told in the order of time. */
export function nearestSlots(slots: readonly Slot[], start: number, count: number): Slot[] {
  return slots
    .toSorted((a, b) => Math.abs(a.start - start) - Math.abs(b.start - start) || a.start - b.start)
    .slice(0, count)
    .toSorted((a, b) => a.start - b.start);
}
