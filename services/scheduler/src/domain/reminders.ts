/** A reminder is due this long before the appointment. */
export interface Reminder {
  /** Its name on the bus: `24h`, `1h`. */
  readonly key: string;
  readonly beforeMs: number;
}

const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Reads a list like `24h,1h`; the empty string means none. @throws where an entry is not a whole number of `m`, `h` or `d`, or comes twice */
export function parseReminders(list: string): readonly Reminder[] {
  const keys = list
    .split(',')
    .map((key) => key.trim())
    .filter((key) => key !== '');
  if (new Set(keys).size !== keys.length) throw new Error(`a reminder is named twice in ${JSON.stringify(list)}`);
  return keys.map((key) => {
    const match = /^([1-9]\d{0,3})([mhd])$/.exec(key);
    const unit = match?.[2];
    if (unit !== 'm' && unit !== 'h' && unit !== 'd')
      throw new Error(`${JSON.stringify(key)} is no offset like 24h, 90m or 2d`);
    return { key, beforeMs: Number(match?.[1]) * UNIT_MS[unit] };
  });
}
