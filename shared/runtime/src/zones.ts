import data from './zone-rules.json';

/** The version of the IANA time zone rules that this service resolves local times with. */
export const TZDB_VERSION: string = data.version;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

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

/** The offset in force at `instant` (milliseconds since 1970), in minutes east of UTC. */
export function offsetAt(zone: Zone, instant: number): number {
  let low = 0;
  let high = zone.untils.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (instant < (zone.untils[middle] ?? Infinity)) high = middle;
    else low = middle + 1;
  }
  return zone.offsets[low] ?? 0;
}

/** Wall time as milliseconds, as if it were UTC. */
export function localTime(zone: Zone, instant: number): number {
  return instant + offsetAt(zone, instant) * MINUTE;
}

/** The instants at which the clocks of the zone show `local`, in order: none in a gap, two in a repeated hour, else one. */
export function instantsOf(zone: Zone, local: number): number[] {
  const offsets = new Set([local - 26 * HOUR, local + 26 * HOUR].map((instant) => offsetAt(zone, instant)));
  for (const [index, until] of zone.untils.entries()) {
    if (Math.abs(until - local) <= 26 * HOUR) {
      offsets.add(zone.offsets[index] ?? 0);
      offsets.add(zone.offsets[index + 1] ?? 0);
    }
  }
  return [...offsets]
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

/** The last instant at which the clocks show `local`, or the end of the gap it is in. */
export function lastInstantAt(zone: Zone, local: number): number {
  return instantsOf(zone, local).at(-1) ?? endOfGap(zone, local);
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
