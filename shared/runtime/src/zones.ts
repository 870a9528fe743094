import data from './zone-rules.json';

/** The version of the IANA time zone rules that this service resolves local times with. */
export const TZDB_VERSION: string = data.version;

/** The day on which the package that brings these rules was released. */
export const TZDB_RELEASED: string = data.released;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** How old the rules are, in days, and whether newer ones have probably come since. */
export function ageOfRules(now: Date): { readonly days: number; readonly old: boolean } {
  const days = Math.floor((now.getTime() - Date.parse(TZDB_RELEASED)) / (24 * HOUR));
  return { days, old: days > data.oldAfterDays };
}

/** The offsets of one zone: `offsets[i]` (minutes east of UTC) holds until the instant `untils[i]`, the last one for good. */
export interface Zone {
  readonly name: string;
  readonly offsets: readonly number[];
  /** Milliseconds since 1970; one fewer than offsets. */
  readonly untils: readonly number[];
}

const decoded = new Map<string, Zone>();
const indexes = new Map(Object.entries(data.zones));

/** The zone of that IANA name, old names included, or `undefined` when there is none. */
export function zoneNamed(name: string): Zone | undefined {
  const known = decoded.get(name);
  if (known) return known;
  const index = indexes.get(name);
  const rule = index === undefined ? undefined : data.rules[index];
  if (rule === undefined) return undefined;
  const [first = '0', ...changes] = rule.split(' ');
  const offsets = [Number(first)];
  const untils: number[] = [];
  let minute = 0;
  for (const change of changes) {
    const [delta = '0', offset = '0'] = change.split(':');
    minute += Number.parseInt(delta, 36);
    untils.push(minute * MINUTE);
    offsets.push(Number(offset));
  }
  const zone = { name, offsets, untils };
  decoded.set(name, zone);
  return zone;
}

/** Every zone's name, old names included. */
export function zoneNames(): string[] {
  return [...indexes.keys()];
}

/** The place in `offsets` of what is in force at `instant` (milliseconds since 1970). */
function placeAt(zone: Zone, instant: number): number {
  let low = 0;
  let high = zone.untils.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (instant < (zone.untils[middle] ?? Infinity)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The offset in force at `instant` (milliseconds since 1970), in minutes east of UTC. */
export function offsetAt(zone: Zone, instant: number): number {
  return zone.offsets[placeAt(zone, instant)] ?? 0;
}

/** Wall time as milliseconds, as if it were UTC. */
export function localTime(zone: Zone, instant: number): number {
  return instant + offsetAt(zone, instant) * MINUTE;
}

/** The instants at which the clocks of the zone show `local`, in order: none in a gap, two in a repeated hour, else one. */
export function instantsOf(zone: Zone, local: number): number[] {
  // Whatever the offset, the instant is not further away than this.
  const around = zone.offsets.slice(placeAt(zone, local - 26 * HOUR), placeAt(zone, local + 26 * HOUR) + 1);
  return [...new Set(around)]
    .map((offset) => ({ offset, instant: local - offset * MINUTE }))
    .filter(({ offset, instant }) => offsetAt(zone, instant) === offset)
    .map(({ instant }) => instant)
    .toSorted((a, b) => a - b);
}

/** The first instant at which the clocks of the zone show `local` or later: a gap is left at its end. */
export function firstInstantAtOrAfter(zone: Zone, local: number): number {
  const [first] = instantsOf(zone, local);
  return first ?? endOfGap(zone, local);
}

/**
 * The instant at which hours that last until the wall time `local` are over: the last at which the clocks show it, but where a
 * stretch that is repeated only begins with it, the first: nothing of that stretch belongs to them.
 */
export function endOfHours(zone: Zone, local: number): number {
  const [first, second] = instantsOf(zone, local);
  if (first === undefined) return endOfGap(zone, local);
  return second === undefined || zone.untils.includes(second) ? first : second;
}

function endOfGap(zone: Zone, local: number): number {
  const change = zone.untils.find((until, index) => {
    const before = zone.offsets[index] ?? 0;
    const after = zone.offsets[index + 1] ?? 0;
    return local >= until + before * MINUTE && local < until + after * MINUTE;
  });
  return change ?? local - offsetAt(zone, local) * MINUTE;
}

/**
 * The instants nearest to a wall time that people could have meant: its readings where it exists;
 * where it falls in a gap, the times as far before and as far after as the clocks jump.
 */
export function nearestInstants(zone: Zone, local: number): number[] {
  const existing = instantsOf(zone, local);
  if (existing.length > 0) return existing;
  const change = endOfGap(zone, local);
  const before = offsetAt(zone, change - 1);
  const after = offsetAt(zone, change);
  return [local - after * MINUTE, local - before * MINUTE];
}

/** `+02:00`. */
export function offsetText(minutesEast: number): string {
  const absolute = Math.abs(minutesEast);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${minutesEast < 0 ? '-' : '+'}${two(Math.floor(absolute / 60))}:${two(absolute % 60)}`;
}

/** `2026-12-01T16:00:00+01:00`: the wall time of the zone with its offset. */
export function isoInZone(zone: Zone, instant: number): string {
  return `${new Date(localTime(zone, instant)).toISOString().slice(0, 19)}${offsetText(offsetAt(zone, instant))}`;
}

const IS_UTC = new Set(['UTC', 'UCT', 'Universal', 'Zulu'].flatMap((name) => [name, `Etc/${name}`]));

/** As {@link isoInZone}, but UTC itself is written `Z`: who asked for UTC sends an instant on, which every zone understands. */
export function isoToSend(zone: Zone, instant: number): string {
  const text = isoInZone(zone, instant);
  return IS_UTC.has(zone.name) ? text.replace('+00:00', 'Z') : text;
}

/** `2026-12-01`: the day that the zone's calendar shows. */
export function dateInZone(zone: Zone, instant: number): string {
  return new Date(localTime(zone, instant)).toISOString().slice(0, 10);
}
