import type { Effect } from './effects';
import { shown } from './window';

/** What becomes of an effect: done as it was, otherwise, no more, for the first time; or nobody knows what was done then. */
export type Verdict = 'same' | 'differs' | 'gone' | 'new' | 'unknown';

export interface Compared {
  readonly is: Verdict;
  readonly before?: Effect;
  readonly now?: Effect;
  /** What differs, in lines that begin with `-` (then) and `+` (now). */
  readonly lines: readonly string[];
}

/** By so much the instant of an effect may be another one: real time passes while people and machines act. */
const LEEWAY_MS = 60_000;
/** Seconds of ringing, of talking, of skew. */
const LEEWAY_SECONDS = 5;

const sameInstant = (a: number, b: number) => Math.abs(a - b) <= LEEWAY_MS;

/** Lays what would be done now beside what was done then. Kinds that nobody has kept then are told as unknown. */
export function compare(
  then: readonly Effect[],
  now: readonly Effect[],
  isKept: (kind: Effect['kind']) => boolean = () => true,
): Compared[] {
  const groups = new Map<string, { readonly before: Effect[]; readonly now: Effect[] }>();
  const groupOf = (effect: Effect) => {
    // An event is the same event by its name; anything else by whom it goes to.
    const key = `${effect.kind} ${effect.to} ${effect.kind === 'event' || effect.kind === 'schedule' ? effect.title : ''}`;
    const group = groups.get(key) ?? { before: [], now: [] };
    groups.set(key, group);
    return group;
  };
  for (const effect of then) groupOf(effect).before.push(effect);
  for (const effect of now) groupOf(effect).now.push(effect);
  return [...groups.values()]
    .flatMap((group) => pair(group.before, group.now, isKept))
    .toSorted((a, b) => instantOf(a) - instantOf(b));
}

const instantOf = ({ before, now }: Compared) => (before ?? now)?.at ?? 0;

function pair(then: Effect[], now: Effect[], isKept: (kind: Effect['kind']) => boolean): Compared[] {
  const found: Compared[] = [];
  const open = [...then];
  const left = now.filter((effect) => {
    const place = open.findIndex((one) => differences(one, effect).length === 0);
    const [same] = place < 0 ? [] : open.splice(place, 1);
    if (same !== undefined) found.push({ is: 'same', before: same, now: effect, lines: [] });
    return same === undefined;
  });
  for (const effect of left) {
    const other = open.shift();
    if (other !== undefined)
      found.push({ is: 'differs', before: other, now: effect, lines: differences(other, effect) });
    else found.push({ is: isKept(effect.kind) ? 'new' : 'unknown', now: effect, lines: [] });
  }
  return [...found, ...open.map((effect): Compared => ({ is: 'gone', before: effect, lines: [] }))];
}

function differences(then: Effect, now: Effect): string[] {
  const when = sameInstant(then.at, now.at) ? [] : [`- at ${shown(then.at)}`, `+ at ${shown(now.at)}`];
  const title = then.title === now.title ? [] : [`- ${then.title}`, `+ ${now.title}`];
  const body = now.data === undefined ? now.body : JSON.stringify(nearly(then.data, now.data), undefined, 2);
  return [...when, ...title, ...lineDifferences(then.body, body)];
}

/** Now's value, in which whatever is near enough to then's is then's. */
function nearly(then: unknown, now: unknown, key = ''): unknown {
  if (typeof then === 'string' && typeof now === 'string') {
    const isInstant = /^\d{4}-\d\d-\d\dT.*Z$/.test(then) && /^\d{4}-\d\d-\d\dT.*Z$/.test(now);
    return isInstant && sameInstant(Date.parse(then), Date.parse(now)) ? then : now;
  }
  if (typeof then === 'number' && typeof now === 'number')
    return key.endsWith('Seconds') && Math.abs(then - now) <= LEEWAY_SECONDS ? then : now;
  if (Array.isArray(then) && Array.isArray(now))
    return now.map((value: unknown, index) => nearly(then[index], value, key));
  if (!isRecord(then) || !isRecord(now)) return now;
  // In then's order, so that lines fall beside lines.
  const keys = [
    ...Object.keys(then).filter((name) => name in now),
    ...Object.keys(now).filter((name) => !(name in then)),
  ];
  return Object.fromEntries(keys.map((name) => [name, nearly(then[name], now[name], name)]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The lines that only one of two texts has, in order; by the longest sequence of lines that both have. */
export function lineDifferences(then: string, now: string): string[] {
  if (then === now) return [];
  const [a, b] = [then.split('\n'), now.split('\n')];
  const longest = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const row = longest[i];
      if (row === undefined) continue;
      row[j] = a[i] === b[j] ? (longest[i + 1]?.[j + 1] ?? 0) + 1 : Math.max(longest[i + 1]?.[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      i += 1;
      j += 1;
    } else if (j >= b.length || (i < a.length && (longest[i + 1]?.[j] ?? 0) >= (longest[i]?.[j + 1] ?? 0))) {
      lines.push(`- ${a[i] ?? ''}`);
      i += 1;
    } else {
      lines.push(`+ ${b[j] ?? ''}`);
      j += 1;
    }
  }
  return lines;
}

const SIGNS: Readonly<Record<Verdict, string>> = { same: '=', differs: '~', gone: '-', new: '+', unknown: '?' };
const SHOWN_LINES = 40;

function saying({ kind, to, title }: Effect): string {
  switch (kind) {
    case 'mail':
      return `mail to ${to}: ${title}`;
    case 'text':
      return `text to ${to}: ${title}`;
    case 'alert':
      return `alert: ${title}`;
    case 'dial':
      return `call to ${to}: ${title}`;
    case 'event':
      return `${title}, published by ${to}`;
    case 'schedule':
      return `scheduled: ${title}`;
    default:
      return kind satisfies never;
  }
}

/** The comparison, to be read. */
export function told(compared: readonly Compared[]): string[] {
  const lines = compared.flatMap(({ is, before, now, lines: differing }) => {
    const effect = now ?? before;
    if (effect === undefined) return [];
    const shownLines = differing.slice(0, SHOWN_LINES).map((line) => `        ${line}`);
    const rest = differing.length - shownLines.length;
    return [
      `  ${SIGNS[is]} ${shown(Math.floor(effect.at / 1000) * 1000)}  ${saying(effect)}`,
      ...shownLines,
      ...(rest > 0 ? [`        and ${rest} more lines`] : []),
    ];
  });
  const count = (is: Verdict) => compared.filter((one) => one.is === is).length;
  const sum = [
    [count('same'), '= as then'],
    [count('differs'), '~ otherwise'],
    [count('gone'), '- no more'],
    [count('new'), '+ for the first time'],
    [count('unknown'), '? of which nobody kept what was done then'],
  ] as const;
  const parts = sum.filter(([number]) => number > 0).map(([number, words]) => `${number} ${words}`);
  return [...lines, '', parts.join(' · ') || 'Nothing was done then, and nothing would be now.'];
}

/** Whether the present code does otherwise than was done. */
export function isDifferent(compared: readonly Compared[]): boolean {
  return compared.some(({ is }) => is === 'differs' || is === 'gone' || is === 'new');
}
