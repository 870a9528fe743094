import type { Fault } from './texts-en';
import type { Slot } from './wall-time';

/** How refusals are told in the visitor's language, as far as there are words for them. */
export interface Telling {
  /** What is said where an answer says nothing. */
  readonly other: string;
  /** By the last part of a problem's type. */
  readonly problems: Readonly<Record<string, string>>;
  readonly faults: readonly Fault[];
}

/** What a refused request tells the visitor. */
export interface Problem {
  /** The last part of its type; empty where there is none. */
  readonly slug: string;
  readonly status: number;
  readonly kind: 'slot-taken' | 'invalid' | 'not-found' | 'conflict' | 'unreachable' | 'other';
  /** What to say when no field is to blame; empty when every fault has its field. */
  readonly message: string;
  readonly fieldErrors: Readonly<Record<string, string>>;
  /** Free times close to the one that was asked for. */
  readonly nearest: readonly Slot[];
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isSlot = (value: unknown): value is Slot =>
  isRecord(value) && typeof value['startsAt'] === 'string' && typeof value['endsAt'] === 'string';

/** `/client/email`, `client.email` and `email` all mean the field `email` of this form. */
function fieldOf(path: unknown, fields: readonly string[]): string | undefined {
  const segments = (Array.isArray(path) ? path.map(String) : String(path).split(/[./]/)).filter(Boolean);
  return segments.find((segment) => fields.includes(segment));
}

/** Our API's messages go on from the field's name, which stands above them already: "must be …", "is a number in …". */
function sentence(text: string): string {
  const whole = text.trim().replace(/^(?=(?:is|must|has|belongs)\b)/, 'This ');
  const capital = whole.replace(/^\p{Ll}/u, (first) => first.toUpperCase());
  return capital === '' || /[.!?…]$/.test(capital) ? capital : `${capital}.`;
}

function spoken(message: string, faults: readonly Fault[]): string {
  for (const [said, here] of faults) {
    const found = said.exec(message.trim());
    if (found !== null) return here(...found.slice(1));
  }
  return sentence(message);
}

/** How a gateway that is in the way says that too much is asked: in its own words, which are no problem of ours. */
const TOO_MUCH: ReadonlySet<number> = new Set([429, 503]);

/** Reads an RFC 9457 answer: faults go to their fields, the rest becomes one message. */
export function problemOf(status: number, body: unknown, fields: readonly string[], telling: Telling): Problem {
  const record = isRecord(body) ? body : {};
  const type = typeof record['type'] === 'string' ? record['type'] : '';
  const slug = type.slice(type.lastIndexOf('/') + 1);
  const fieldErrors: Record<string, string> = {};
  const unplaced: string[] = [];
  for (const fault of Array.isArray(record['errors']) ? record['errors'] : []) {
    if (!isRecord(fault) || typeof fault['message'] !== 'string') continue;
    const field = fieldOf(fault['path'], fields);
    const message = spoken(fault['message'], telling.faults);
    if (field === undefined) unplaced.push(message);
    else fieldErrors[field] = fieldErrors[field] === undefined ? message : `${fieldErrors[field]} ${message}`;
  }
  const detail = [record['detail'], record['title']].find((text) => typeof text === 'string' && text !== '');
  const general = typeof detail === 'string' ? sentence(detail) : telling.other;
  const meant = slug === '' && TOO_MUCH.has(status) ? 'busy' : slug;
  const known = Object.hasOwn(telling.problems, meant) ? telling.problems[meant] : undefined;
  const everythingPlaced = Object.keys(fieldErrors).length > 0 && unplaced.length === 0;
  const nearest = Array.isArray(record['nearest']) ? record['nearest'].filter(isSlot) : [];
  return {
    slug,
    status,
    kind: kindOf(status, slug),
    message: known ?? (unplaced.length > 0 ? unplaced.join(' ') : everythingPlaced ? '' : general),
    fieldErrors,
    nearest,
  };
}

function kindOf(status: number, slug: string): Problem['kind'] {
  if (slug === 'slot-taken') return 'slot-taken';
  if (status === 401 || status === 403 || status === 404) return 'not-found';
  if (status === 409) return 'conflict';
  return status >= 400 && status < 500 ? 'invalid' : 'other';
}
