import { resolve } from 'node:path';
import { actAgain, occurredAt, phonesOf, sessionsOf } from './act-again';
import { caseOf, type Case } from './case';
import { compare, isDifferent, told, type Compared } from './difference';
import { effectsAbout, eventsAbout, published, type Effect } from './effects';
import type { Envelope } from './envelope';
import { historyOf, readFile } from './events';
import { findPlace, type Place } from './place';
import { startPrivateCloud } from './private-cloud';
import { CannotDo, counted } from './problem';
import type { Talk } from './run';
import { readInstant, shown } from './window';

const HOUR_MS = 3_600_000;
/** The clock of the cloud that acts stands so long before the first event: it takes a moment to start. */
const BEFORE_MS = 60_000;

export interface AgainstRequest {
  /** A built checkout whose code acts. */
  readonly folder: string;
  readonly appointment?: string | undefined;
  readonly file?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly until?: string | undefined;
  readonly stage?: string | undefined;
  readonly endpoint?: string | undefined;
}

interface Known {
  readonly events: readonly Envelope[];
  readonly until: number;
  /** What reached people then; absent where nobody kept it. */
  readonly reached: ((subject: Case) => Promise<Effect[] | undefined>) | undefined;
}

export interface Answer {
  readonly appointmentId: string;
  readonly fed: readonly { readonly at: string; readonly event: string }[];
  readonly until: string;
  readonly compared: readonly Compared[];
}

/** Lets the code of a checkout live through what an appointment lived through, and lays what it does beside what was done. */
export async function against(request: AgainstRequest, environment: NodeJS.ProcessEnv, talk: Talk): Promise<Answer> {
  const known = request.file === undefined ? await fromPlace(request, environment, talk) : fromFile(request, talk);
  const appointmentId = request.appointment ?? onlyOne(known.events);
  const subject = caseOf(appointmentId, known.events);
  const reached = await known.reached?.(subject);
  const then = [...(reached ?? []), ...subject.published.map(eventEffect)];
  const now = await live(subject, request.folder, known.until, environment);
  return {
    appointmentId,
    fed: subject.inputs.map((event) => ({ at: shown(occurredAt(event)), event: event['detail-type'] })),
    until: shown(known.until),
    compared: compare(then, now, (kind) => kind === 'event' || reached !== undefined),
  };
}

/** What a checkout does with a case, in a cloud of its own. */
export async function live(
  subject: Case,
  folder: string,
  until: number,
  environment: NodeJS.ProcessEnv,
): Promise<Effect[]> {
  const first = subject.inputs[0];
  const cloud = await startPrivateCloud(resolve(folder), (first ? occurredAt(first) : until) - BEFORE_MS, environment);
  try {
    return await actAgain(subject, cloud, until);
  } finally {
    await cloud.stop();
  }
}

/** The comparison, to be read. */
export function toldOf({ appointmentId, fed, until, compared }: Answer): string[] {
  return [
    `${appointmentId}, until ${until}`,
    ...fed.map(({ at, event }) => `  > ${at}  ${event}`),
    '',
    ...told(compared),
  ];
}

export { isDifferent };

async function fromPlace(request: AgainstRequest, environment: NodeJS.ProcessEnv, talk: Talk): Promise<Known> {
  if (request.appointment === undefined)
    throw new CannotDo('--appointment is missing: say whose events are to be fed.');
  const place = await findPlace(request, environment);
  try {
    const { events, now, window } = await historyOf(place, { ...request, events: [] }, talk);
    const until = request.until === undefined ? Math.min(now, window.to) : readInstant('--until', request.until, now);
    return { events, until, reached: place.laptop === undefined ? undefined : (subject) => reachedOn(place, subject) };
  } finally {
    place.close();
  }
}

/** What a laptop cloud did then; nobody knows where the case was lived elsewhere and imported. */
async function reachedOn({ laptop }: Place, subject: Case): Promise<Effect[] | undefined> {
  if (laptop === undefined) return undefined;
  const lived = await eventsAbout(laptop, subject.appointmentId);
  if (lived.length === 0) return undefined;
  const [first] = subject.inputs;
  return effectsAbout(laptop, {
    appointmentId: subject.appointmentId,
    phones: phonesOf(subject.calls),
    sessions: sessionsOf(subject.published.map(({ detail }) => detail.data)),
    since: first ? occurredAt(first) : 0,
  });
}

function fromFile(request: AgainstRequest, talk: Talk): Known {
  const events = readFile(request.file ?? '', { skipFaults: false }, talk);
  const last = Math.max(...events.map(occurredAt));
  const until = request.until === undefined ? last + HOUR_MS : readInstant('--until', request.until, Date.now());
  return { events, until, reached: undefined };
}

function onlyOne(events: readonly Envelope[]): string {
  const ids = new Set(
    events.flatMap(({ detail }) =>
      typeof detail.data?.['appointmentId'] === 'string' ? [detail.data['appointmentId']] : [],
    ),
  );
  const [only] = ids;
  if (only !== undefined && ids.size === 1) return only;
  throw new CannotDo(`The file tells of ${counted(ids.size, 'appointment')}: say which with --appointment.`);
}

function eventEffect(event: Envelope): Effect {
  return published({
    time: event.time,
    source: event.source,
    detailType: event['detail-type'],
    detail: event.detail,
  });
}
