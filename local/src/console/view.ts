/** What the control interface answers, as far as the console shows it, and what the console reads out of it. */
export interface BusEvent {
  readonly seq: number;
  readonly id: string;
  readonly time: string;
  readonly source: string;
  readonly detailType: string;
  readonly detail: unknown;
}

export interface Phone {
  readonly number: string;
  readonly state: 'idle' | 'ringing' | 'in-call';
  readonly with: readonly string[];
  readonly heard: readonly string[];
}

export interface Person {
  readonly name: string;
  readonly role: 'agent' | 'client';
}

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? { ...value } : {});
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

export const dataOf = (event: BusEvent): Fields => fieldsOf(fieldsOf(event.detail)['data']);

export const appointmentOf = (event: BusEvent): string => textOf(dataOf(event)['appointmentId']);

/** Whose each number is, by the newest event that said so. */
export function peopleOf(events: readonly BusEvent[]): Map<string, Person> {
  const people = new Map<string, Person>();
  const learn = (value: unknown, role: Person['role']) => {
    const { phone, name } = fieldsOf(value);
    if (typeof phone === 'string' && typeof name === 'string') people.set(phone, { name, role });
  };
  for (const event of events) {
    const data = dataOf(event);
    learn(data['client'], 'client');
    learn(data['agent'], 'agent');
    if (event.detailType === 'AgentChanged') learn(data, 'agent');
  }
  return people;
}

/** What the control interface answers of the faults in force; empty where there are none. */
export type Faults = Readonly<Record<string, unknown>>;

/** `duplicate 20 % (34 so far), crash 5 %`: what misbehaves on purpose; empty where nothing does. */
export function faultsOf(faults: Faults): string {
  const { struck, delaySeconds } = faults;
  return FAULTS.flatMap((name) => {
    const chance = faults[name];
    if (typeof chance !== 'number' || chance === 0) return [];
    const most = name === 'reorder' && typeof delaySeconds === 'number' ? ` by up to ${delaySeconds} s` : '';
    const times = fieldsOf(struck)[name];
    const soFar = typeof times === 'number' ? ` (${times} so far)` : '';
    return [`${name} ${Number((chance * 100).toFixed(1))} %${most}${soFar}`];
  }).join(', ');
}

const FAULTS = ['duplicate', 'reorder', 'drop', 'dropAws', 'throttle', 'crash'];

const said = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';

/** The few words of an event that tell it from its like. */
export function summaryOf(event: BusEvent): string {
  const data = dataOf(event);
  const client = textOf(fieldsOf(data['client'])['name']);
  const attempts = data['attempts'];
  const parts = [
    client,
    data['startsAt'] === undefined ? '' : `starts ${shortTime(textOf(data['startsAt']))}`,
    said(data['reminder']),
    said(data['leg']),
    said(data['reason']),
    data['attempt'] === undefined ? '' : `attempt ${said(data['attempt'])}`,
    Array.isArray(attempts) ? `${attempts.length} attempts` : '',
    data['durationSeconds'] === undefined ? '' : `${said(data['durationSeconds'])} s`,
    data['endedBy'] === undefined ? '' : `ended by ${said(data['endedBy'])}`,
    data['cancelledBy'] === undefined ? '' : `by ${said(data['cancelledBy'])}`,
    data['skewSeconds'] === undefined ? '' : `${said(data['skewSeconds'])} s after its time`,
    said(data['channel']),
    Array.isArray(data['channels']) ? `by ${data['channels'].map(said).join(', ')} alone` : '',
    said(data['template']),
  ];
  return parts.filter(Boolean).join(' · ');
}

/** Good news, bad news, or neither: what the eye should find first. */
export function toneOf(detailType: string): 'good' | 'bad' | 'plain' {
  if (/Failed|Cancelled/.test(detailType)) return 'bad';
  return /Connected|Completed|Answered/.test(detailType) ? 'good' : 'plain';
}

/** The next appointment that still stands, by the events alone. */
export function nextAppointment(
  events: readonly BusEvent[],
  now: number,
): { appointmentId: string; startsAt: string } | undefined {
  const starts = new Map<string, string>();
  for (const event of events) {
    const { startsAt } = dataOf(event);
    const id = appointmentOf(event);
    if (event.detailType === 'AppointmentCancelled') starts.delete(id);
    else if (/^Appointment(Created|Rescheduled)/.test(event.detailType) && typeof startsAt === 'string') {
      starts.set(id, startsAt);
    }
  }
  return [...starts]
    .map(([appointmentId, startsAt]) => ({ appointmentId, startsAt }))
    .filter(({ startsAt }) => Date.parse(startsAt) > now)
    .toSorted((a, b) => Date.parse(a.startsAt) - Date.parse(b.startsAt))[0];
}

/** What a refused request said, whether it answered a problem, plain text or nothing. */
export function refusalOf(status: number, text: string): string {
  let body: Fields = {};
  try {
    body = fieldsOf(JSON.parse(text));
  } catch {
    return `${status}: ${text.trim().slice(0, 300) || 'no answer'}`;
  }
  const busy = Array.isArray(body['busy'])
    ? `Busy: ${body['busy'].map((one) => said(one) || JSON.stringify(one)).join(', ')}`
    : '';
  const words = [textOf(body['title']), textOf(body['detail']) || textOf(body['message']), busy].filter(Boolean);
  return `${status}: ${words.length > 0 ? words.map((word) => word.replace(/\.$/, '')).join('. ') : text.slice(0, 300)}`;
}

/** `2026-12-01T15:00:41.123Z` as `15:00:41`; with the day where it is not the day of `today`. */
export function shortTime(instant: string, today?: string): string {
  const match = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}(?::\d{2})?)/.exec(instant);
  if (match === null) return instant;
  const [, date = '', time = ''] = match;
  return today?.startsWith(date) === true ? time : `${date.slice(5)} ${time}`;
}

/** How far ahead an instant is, in the two largest units: `2 d 3 h`, `14 min 5 s`. */
export function ahead(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const units: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ];
  const first = units.findIndex(([count]) => count > 0);
  if (first === -1) return '0 s';
  return units
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}

/** What was typed as an instant: a time without an offset is UTC, as all the console's times are. */
export function typedInstant(typed: string): string | undefined {
  const text = typed.trim().replace(' ', 'T');
  const instant = new Date(/(Z|[+-]\d{2}:?\d{2})$/.test(text) ? text : `${text}Z`);
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text) && !Number.isNaN(instant.getTime())
    ? instant.toISOString()
    : undefined;
}
