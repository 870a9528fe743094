import type { Slot } from './wall-time';

/** What a refused request tells the visitor. */
export interface Problem {
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

/** Reads an RFC 9457 answer: faults go to their fields, the rest becomes one message. */
export function problemOf(status: number, body: unknown, fields: readonly string[], fallback: string): Problem {
  const record = isRecord(body) ? body : {};
  const type = typeof record['type'] === 'string' ? record['type'] : '';
  const fieldErrors: Record<string, string> = {};
  const unplaced: string[] = [];
  for (const fault of Array.isArray(record['errors']) ? record['errors'] : []) {
    if (!isRecord(fault) || typeof fault['message'] !== 'string') continue;
    const field = fieldOf(fault['path'], fields);
    const message = sentence(fault['message']);
    if (field === undefined) unplaced.push(message);
    else fieldErrors[field] = fieldErrors[field] === undefined ? message : `${fieldErrors[field]} ${message}`;
  }
  const detail = [record['detail'], record['title']].find((text) => typeof text === 'string' && text !== '');
  const general = typeof detail === 'string' ? sentence(detail) : fallback;
  const everythingPlaced = Object.keys(fieldErrors).length > 0 && unplaced.length === 0;
  const nearest = Array.isArray(record['nearest']) ? record['nearest'].filter(isSlot) : [];
  return {
    kind: kindOf(status, type),
    message: unplaced.length > 0 ? unplaced.join(' ') : everythingPlaced ? '' : general,
    fieldErrors,
    nearest,
  };
}

function kindOf(status: number, type: string): Problem['kind'] {
  if (type.endsWith('/slot-taken')) return 'slot-taken';
  if (status === 401 || status === 403 || status === 404) return 'not-found';
  if (status === 409) return 'conflict';
  return status >= 400 && status < 500 ? 'invalid' : 'other';
}
