/**
 * A reminder is due so long before the appointment by elapsed time, or so many days before it at the same wall time of
 * the client, which is an hour more or less where the clocks change in between.
 */
export type Reminder = {
  /** Its name on the bus: `24h`, `1h`, `1d-wall`. */
  readonly key: string;
} & ({ readonly beforeMs: number } | { readonly daysBefore: number });

const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Each reminder is an item in the transaction that plans an appointment, and a message to a client. */
const MOST = 10;

/**
 * Reads a list like `24h,1h` or `1d@wall,1h`; `none` and the empty string mean none.
 * @throws where an entry is not a whole number of `m`, `h` or `d`, or of `d@wall`, where one comes twice, or where there are more than ten
 */
export function parseReminders(list: string): readonly Reminder[] {
  if (list.trim() === 'none') return [];
  const entries = list
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  if (new Set(entries).size !== entries.length) throw new Error(`a reminder is named twice in ${JSON.stringify(list)}`);
  if (entries.length > MOST) throw new Error(`${entries.length} reminders are more than ${MOST}`);
  return entries.map(parseReminder);
}

function parseReminder(entry: string): Reminder {
  const days = /^([1-9]\d{0,2})d@wall$/.exec(entry)?.[1];
  if (days !== undefined) return { key: `${days}d-wall`, daysBefore: Number(days) };
  const match = /^([1-9]\d{0,3})([mhd])$/.exec(entry);
  const unit = match?.[2];
  if (unit !== 'm' && unit !== 'h' && unit !== 'd')
    throw new Error(`${JSON.stringify(entry)} is no offset like 24h, 90m or 2d, nor like 1d@wall`);
  return { key: entry, beforeMs: Number(match?.[1]) * UNIT_MS[unit] };
}
