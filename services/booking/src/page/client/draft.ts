import type { Hold } from './hold';
import type { FormValues, Submission } from './submission';
import type { Slot } from './wall-time';

/** What a visitor has chosen and typed so far. */
export interface Draft {
  readonly view: 'time' | 'details';
  readonly zone: string;
  readonly agentId: string;
  readonly slot?: Slot | undefined;
  readonly hold?: Hold | undefined;
  readonly values: FormValues;
  /** What was sent and not answered yet: sent again, it makes no second booking. */
  readonly sent?: Submission | undefined;
}

/** Where a draft is kept: the tab's own storage, which ends with the tab. */
export interface Drafts {
  readonly read: () => Draft | undefined;
  readonly write: (draft: Draft) => void;
  readonly clear: () => void;
}

const key = 'booking';

/** Keeps what was typed over a reload and a change of language; where the browser keeps nothing, nothing is kept. */
export function drafts(storage: () => Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>): Drafts {
  return {
    read: () => attempt(() => draftOf(JSON.parse(storage().getItem(key) ?? 'null'))),
    write: (draft) => attempt(() => storage().setItem(key, JSON.stringify(draft))),
    clear: () => attempt(() => storage().removeItem(key)),
  };
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    // No storage, a full one, or not JSON: the form works without.
    return undefined;
  }
}

type Fields = Readonly<Record<string, unknown>>;
const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : undefined;
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Texts by their names, or nothing where one is missing. */
function textsOf<Name extends string>(value: unknown, names: readonly Name[]): ((name: Name) => string) | undefined {
  const fields = fieldsOf(value);
  if (fields === undefined || !names.every((name) => typeof fields[name] === 'string')) return undefined;
  return (name) => textOf(fields[name]);
}

function slotOf(value: unknown): Slot | undefined {
  const text = textsOf(value, ['startsAt', 'endsAt']);
  return text && { startsAt: text('startsAt'), endsAt: text('endsAt') };
}

function holdOf(value: unknown): Hold | undefined {
  const text = textsOf(value, ['holdId', 'startsAt', 'expiresAt']);
  return text && { holdId: text('holdId'), startsAt: text('startsAt'), expiresAt: text('expiresAt') };
}

function submissionOf(value: unknown): Submission | undefined {
  const text = textsOf(value, ['asked', 'key', 'body']);
  return text && { asked: text('asked'), key: text('key'), body: text('body') };
}

function draftOf(value: unknown): Draft | undefined {
  const fields = fieldsOf(value);
  const typed = fieldsOf(fields?.['values']);
  if (fields === undefined || typed === undefined) return undefined;
  // Every date is formatted in it: one that the browser does not know throws here, and nowhere else.
  const zone = new Intl.DateTimeFormat('en', { timeZone: textOf(fields['zone']) }).resolvedOptions().timeZone;
  return {
    view: fields['view'] === 'details' ? 'details' : 'time',
    zone,
    agentId: textOf(fields['agentId']),
    slot: slotOf(fields['slot']),
    hold: holdOf(fields['hold']),
    values: {
      name: textOf(typed['name']),
      email: textOf(typed['email']),
      country: textOf(typed['country']),
      phone: textOf(typed['phone']),
      notes: textOf(typed['notes']),
      smsConsent: typed['smsConsent'] === true,
      callConsent: typed['callConsent'] === true,
    },
    sent: submissionOf(fields['sent']),
  };
}
