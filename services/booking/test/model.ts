import type { ReceivedCallEvent } from '../src/app/apply-call-event';
import type { BookingLimits } from '../src/app/limits';
import type { Status } from '../src/domain/appointment';
import type { Answered } from './api';

/*
 * What booking promises, said of a list of who has which time. It knows nothing of claims, conditions and transactions, and
 * works time out by itself: what it and the service agree on, two have found.
 */

export const AGENTS = ['agt_a', 'agt_b', 'agt_c'] as const;
export const DAYS = ['2026-12-01', '2026-12-02'] as const;
export const HOLD_MINUTES = 10;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** When somebody can be booked: from one minute of the day to another in UTC, on both days but for one. */
export interface Calendar {
  readonly from: number;
  readonly to: number;
  readonly slotMinutes: number;
  readonly bufferBeforeMinutes: number;
  readonly bufferAfterMinutes: number;
  readonly dayOff: (typeof DAYS)[number] | undefined;
  readonly active: boolean;
}

/** Time of an agent's, buffers included, in milliseconds since 1970. */
interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Booked extends Span {
  readonly id: string;
  readonly marker: string;
  readonly agentId: string;
  readonly start: number;
  readonly version: number;
  readonly revision: number;
  readonly status: Status;
}

export interface Held extends Span {
  readonly id: string;
  readonly agentId: string;
  readonly start: number;
  readonly until: number;
  /**
   * `held`: nobody else gets its time before it runs out. `returned`: it has nothing any more. `booked`: of what the
   * appointment did not take over something may be left until it runs out. `unsure`: a request about it was not answered, or
   * several came at once.
   */
  readonly state: 'held' | 'returned' | 'booked' | 'unsure';
}

/** What was done, and what was answered. */
export type Deed =
  | {
      readonly do: 'create';
      /** Tells the wish of this client from all others. */
      readonly marker: string;
      readonly client: number;
      readonly email: string;
      readonly phone: string;
      readonly start: number;
      readonly agentId: string | undefined;
      readonly holdId: string | undefined;
      readonly key: string | undefined;
      readonly answer: Answered;
    }
  | {
      readonly do: 'hold';
      readonly start: number;
      readonly agentId: string | undefined;
      readonly replaces: string | undefined;
      readonly answer: Answered;
    }
  | { readonly do: 'release'; readonly holdId: string; readonly answer: Answered }
  | {
      readonly do: 'move';
      readonly id: string;
      readonly start: number;
      /** Whom it is given to; without, it stays with whom it is. */
      readonly agentId: string | undefined;
      readonly answer: Answered;
    }
  | { readonly do: 'cancel' | 'amend'; readonly id: string; readonly marker: string; readonly answer: Answered }
  | {
      readonly do: 'call';
      readonly id: string;
      readonly version: number;
      readonly event: ReceivedCallEvent['detailType'];
      readonly eventId: string;
      readonly answer: Answered;
    }
  | {
      readonly do: 'edit';
      readonly agentId: string;
      readonly name: string;
      readonly calendar: Calendar;
      readonly answer: Answered;
    };

type Wish = Pick<Extract<Deed, { do: 'create' }>, 'marker' | 'client' | 'start' | 'agentId' | 'holdId'>;

export interface World {
  now: number;
  /** Rises with everything that is done, so that everything can have a name of its own. */
  serial: number;
  agents: ReadonlyMap<string, Calendar>;
  booked: ReadonlyMap<string, Booked>;
  holds: ReadonlyMap<string, Held>;
  /** What was answered to a key, and to which wish. */
  answers: ReadonlyMap<string, { readonly marker: string; readonly text: string }>;
  /** The outbox as it was. */
  told: ReadonlyMap<string, string>;
  /** What was heard of an appointment's call, by appointment and version. */
  heard: ReadonlyMap<string, readonly { readonly event: ReceivedCallEvent['detailType']; readonly isSure: boolean }[]>;
  readonly intents: Map<string, Wish>;
}

export function newWorld(now: number, calendars: readonly Calendar[]): World {
  return {
    now,
    serial: 0,
    agents: new Map(AGENTS.flatMap((agentId, place) => (calendars[place] ? [[agentId, calendars[place]]] : []))),
    booked: new Map(),
    holds: new Map(),
    answers: new Map(),
    told: new Map(),
    heard: new Map(),
    intents: new Map(),
  };
}

/** When the appointments begin that this calendar offers. */
export function startsOf(calendar: Calendar | undefined): number[] {
  if (!calendar?.active) return [];
  const { from, to, slotMinutes, dayOff } = calendar;
  const starts: number[] = [];
  for (const day of DAYS) {
    if (day === dayOff) continue;
    for (let at = from; at + slotMinutes <= to; at += slotMinutes) starts.push(Date.parse(day) + at * MINUTE);
  }
  return starts;
}

const offers = (calendar: Calendar, start: number) => startsOf(calendar).includes(start);

function spanOf(calendar: Calendar, start: number, minutes = calendar.slotMinutes): Span {
  return {
    from: start - calendar.bufferBeforeMinutes * MINUTE,
    to: start + (minutes + calendar.bufferAfterMinutes) * MINUTE,
  };
}

const overlap = (a: Span, b: Span) => a.from < b.to && b.from < a.to;
const isSame = (a: Span, b: Span) => a.from === b.from && a.to === b.to;

const MAY: Readonly<Record<'move' | 'cancel' | 'amend', readonly Status[]>> = {
  move: ['scheduled', 'failed'],
  cancel: ['scheduled', 'calling'],
  amend: ['scheduled', 'calling', 'failed'],
};
const REACHES = {
  AgentAnswered: { status: 'calling', rank: 1 },
  CallConnected: { status: 'connected', rank: 2 },
  CallCompleted: { status: 'completed', rank: 3 },
  CallFailed: { status: 'failed', rank: 3 },
} as const;

type Item = Readonly<Record<string, unknown>>;

/** What the outbox tells of an appointment. */
interface Told {
  readonly detailType: string;
  readonly isNew: boolean;
  readonly id: string;
  readonly version: number;
  readonly revision: number;
  readonly agentId: string;
  readonly start: number;
  readonly minutes: number;
  readonly previousStart: number;
  readonly marker: string;
}

interface EventData {
  readonly appointmentId: string;
  readonly appointmentVersion: number;
  readonly revision: number;
  readonly startsAt?: string;
  readonly previousStartsAt?: string;
  readonly durationMinutes?: number;
  readonly reason?: string;
  readonly notes?: string;
  readonly client?: { readonly name: string };
  readonly agent?: { readonly agentId: string };
  readonly agentId?: string;
  readonly agentVersion?: number;
  readonly name?: string;
}

const isUnsure = ({ answer }: Deed) => answer.status >= 500;
const isRefused = ({ answer }: Deed) => answer.status >= 400 && answer.status < 500;
const slugOf = ({ answer }: Deed) =>
  String((answer.json as { type?: string } | undefined)?.type)
    .split('/')
    .at(-1);
const markerOf = (name: unknown) => String(name).split(' ').at(-1) ?? '';

/** What of the world was otherwise than promised after deeds that were done at the same time, and the world as it now is. */
export function judge(
  world: World,
  deeds: readonly Deed[],
  items: readonly Item[],
  { limits, isCalm }: { readonly limits: BookingLimits; readonly isCalm: boolean },
): { readonly violations: readonly string[]; readonly world: World } {
  const violations: string[] = [];
  const broken = (what: string) => violations.push(what);
  const ofKind = (kind: string) => items.filter((item) => item['kind'] === kind);
  const stored = new Map(ofKind('appointment').map((item) => [String(item['appointmentId']), item]));
  const all = <D extends Deed['do']>(kind: D) => deeds.filter((deed) => deed.do === kind) as Extract<Deed, { do: D }>[];

  // ── What was told ─────────────────────────────────────────────────────────────────────────────────────────────────

  const outbox = ofKind('outbox').map((item) => ({ pk: String(item['pk']), body: String(item['body']) }));
  const seen = new Map(outbox.map(({ pk, body }) => [pk, body]));
  for (const [pk, body] of world.told) if (seen.get(pk) !== body) broken(`the event ${pk} was lost or overwritten`);
  const events = outbox.map(({ pk, body }) => {
    const { detailType, detail } = JSON.parse(body) as { detailType: string; detail: { data: EventData } };
    return { detailType, data: detail.data, isNew: !world.told.has(pk) };
  });
  const told: Told[] = events
    .filter(({ detailType }) => detailType !== 'AgentChanged')
    .map(({ detailType, data, isNew }) => ({
      detailType,
      isNew,
      id: data.appointmentId,
      version: data.appointmentVersion,
      revision: data.revision,
      agentId: data.agent?.agentId ?? '',
      start: Date.parse(data.startsAt ?? ''),
      minutes: data.durationMinutes ?? 0,
      previousStart: Date.parse(data.previousStartsAt ?? ''),
      marker:
        detailType === 'AppointmentCancelled'
          ? (data.reason ?? '')
          : detailType === 'AppointmentAmended'
            ? (data.notes ?? '')
            : markerOf(data.client?.name),
    }))
    .toSorted((a, b) => a.revision - b.revision);
  const toldOf = (id: string) => told.filter((event) => event.id === id);
  const news = (detailType: string) => told.filter((event) => event.isNew && event.detailType === detailType);

  // ── The agents ────────────────────────────────────────────────────────────────────────────────────────────────────

  const edits = all('edit');
  /** The calendars that were in force at some time of the round. */
  const calendarsOf = (agentId: string): Calendar[] => {
    const before = world.agents.get(agentId);
    const changed = edits.filter((edit) => edit.agentId === agentId && !isRefused(edit));
    return [...(before ? [before] : []), ...changed.map(({ calendar }) => calendar)];
  };
  const always = (agentId: string, start: number) => calendarsOf(agentId).every((calendar) => offers(calendar, start));
  const ever = (agentId: string, start: number) => calendarsOf(agentId).some((calendar) => offers(calendar, start));
  const spansOf = (agentId: string, start: number): Span[] =>
    calendarsOf(agentId)
      .filter((calendar) => offers(calendar, start))
      .map((calendar) => spanOf(calendar, start));

  const agents = new Map(world.agents);
  for (const agentId of AGENTS) {
    const versions = events
      .filter(({ detailType, data }) => detailType === 'AgentChanged' && data.agentId === agentId)
      .map(({ data }) => data)
      .toSorted((a, b) => (a.agentVersion ?? 0) - (b.agentVersion ?? 0));
    const item = ofKind('agent').find((one) => one['agentId'] === agentId);
    if (versions.some(({ agentVersion }, place) => agentVersion !== place + 1))
      broken(
        `the versions of ${agentId} do not rise by one: ${versions.map(({ agentVersion }) => agentVersion).join()}`,
      );
    if (item?.['version'] !== versions.length || item['name'] !== versions.at(-1)?.name)
      broken(`${agentId} is not as was told last`);
    for (const edit of edits.filter((one) => one.agentId === agentId)) {
      if (isUnsure(edit)) continue;
      if (edit.answer.status !== 200) broken(`an agent was refused: ${edit.answer.text}`);
      const { agentVersion } = edit.answer.json as { agentVersion: number };
      if (versions[agentVersion - 1]?.name !== edit.name) broken(`an acknowledged edit of ${agentId} was lost`);
    }
    const last = edits.find(({ name }) => name === item?.['name']);
    if (last) agents.set(agentId, last.calendar);
  }

  // ── The appointments ──────────────────────────────────────────────────────────────────────────────────────────────

  const booked = new Map<string, Booked>();
  const creates = all('create');
  for (const [id, item] of stored) {
    const history = toldOf(id);
    const before = world.booked.get(id);
    const marker = markerOf((item['client'] as { name: string }).name);
    if (!before) {
      const wanted = creates.filter((deed) => deed.marker === marker);
      const acknowledged = wanted.find((deed) => (deed.answer.json as Item | undefined)?.['appointmentId'] === id);
      if (!acknowledged && !wanted.some(isUnsure)) broken(`${marker} was refused, or never asked for, and is booked`);
    }
    history.forEach((event, place) => {
      const former = history[place - 1];
      const rises = event.detailType === 'AppointmentAmended' ? 0 : 1;
      if (event.revision !== place + 1) broken(`the revisions of ${marker} do not rise by one`);
      if (event.version !== (former?.version ?? 0) + rises) broken(`the versions of ${marker} do not rise by one`);
    });
    const timed = history.filter(({ start }) => !Number.isNaN(start));
    const moves = history.filter(({ detailType }) =>
      ['AppointmentCreated', 'AppointmentRescheduled'].includes(detailType),
    );
    moves.forEach((event, place) => {
      if (place > 0 && event.previousStart !== moves[place - 1]?.start) broken(`${marker} moved from where it was not`);
    });
    const last = history.at(-1);
    const time = timed.at(-1);
    const status = item['status'] as Status;
    const isCancelled = last?.detailType === 'AppointmentCancelled';
    if (
      !last ||
      !time ||
      item['version'] !== last.version ||
      item['revision'] !== last.revision ||
      Date.parse(String(item['startsAt'])) !== time.start ||
      (status === 'cancelled') !== isCancelled
    ) {
      broken(`${marker} is not as was told last`);
      continue;
    }
    const from = Date.parse(String(item['claimedFrom']));
    const to = Date.parse(String(item['claimedTo']));
    const span = { from, to };
    const isMoved = moves.some(({ isNew }) => isNew);
    const expected = isMoved ? spansOf(time.agentId, time.start) : before ? [before] : [];
    if (!expected.some((one) => isSame(one, span)))
      broken(`${marker} takes other time than the agent's length and buffers say`);
    const entries = items.filter(({ pk, kind }) => pk === `apt#${id}` && kind === 'history');
    const changes = entries.filter(({ type }) => ['rescheduled', 'cancelled', 'amended'].includes(String(type)));
    if (changes.length !== history.length - 1) broken(`the history of ${marker} does not tell what was told`);
    booked.set(id, {
      id,
      marker,
      agentId: time.agentId,
      start: time.start,
      ...span,
      version: last.version,
      revision: last.revision,
      status,
    });
  }
  for (const id of world.booked.keys()) if (!stored.has(id)) broken('an appointment is gone');
  const markers = [...booked.values()].map(({ marker }) => marker);
  if (new Set(markers).size !== markers.length) broken('one wish made two appointments');

  const standing = [...booked.values()].filter(({ status }) => status !== 'cancelled');
  for (const [place, one] of standing.entries()) {
    for (const other of standing.slice(place + 1)) {
      if (one.agentId === other.agentId && overlap(one, other)) broken(`${one.marker} and ${other.marker} overlap`);
    }
  }

  const agentBefore = ({ id, revision }: Told) =>
    told.findLast((event) => event.id === id && event.revision < revision && event.agentId !== '')?.agentId;
  // Everything that was told was asked for.
  for (const event of told.filter(({ isNew }) => isNew)) {
    const askers = deeds.filter((deed) => {
      if (isRefused(deed)) return false;
      if (event.detailType === 'AppointmentCreated') return deed.do === 'create' && deed.marker === event.marker;
      if (event.detailType === 'AppointmentRescheduled')
        return (
          deed.do === 'move' &&
          deed.id === event.id &&
          deed.start === event.start &&
          (deed.agentId ?? agentBefore(event)) === event.agentId
        );
      return (deed.do === 'cancel' || deed.do === 'amend') && deed.id === event.id && deed.marker === event.marker;
    });
    if (askers.length === 0) broken(`${event.detailType} was told, and asked for by nobody who was not refused`);
  }

  // ── The holds ─────────────────────────────────────────────────────────────────────────────────────────────────────

  const holdItems = new Map(ofKind('hold').map((item) => [String(item['holdId']), item]));
  const holdAsked = all('hold');
  const known = new Map(world.holds);
  for (const deed of holdAsked.filter(({ answer }) => answer.status === 201)) {
    const { holdId, agent, startsAt, expiresAt } = deed.answer.json as {
      readonly holdId: string;
      readonly agent: { readonly agentId: string };
      readonly startsAt: string;
      readonly expiresAt: string;
    };
    const start = Date.parse(startsAt);
    const until = Date.parse(expiresAt);
    const item = holdItems.get(holdId);
    const spans = spansOf(agent.agentId, start);
    const span = spans.find(({ from, to }) => from === item?.['claimedFrom'] && to === item['claimedTo']);
    const isReplaced = touching(deeds, holdId).length > 0;
    if (!span && !isReplaced) broken('a hold has other time than the agent’s length and buffers say, or is not there');
    if (start !== deed.start || until !== world.now + HOLD_MINUTES * MINUTE) broken('a hold is not what was asked for');
    known.set(holdId, {
      id: holdId,
      agentId: agent.agentId,
      start,
      until,
      ...(span ?? spans[0] ?? { from: start, to: start }),
      state: 'held',
    });
  }
  const unknown = [...holdItems].filter(([id]) => !known.has(id));
  if (unknown.length > holdAsked.filter(isUnsure).length) broken('there is a hold that nobody was given');
  for (const [id, item] of unknown) {
    known.set(id, {
      id,
      agentId: String(item['agentId']),
      start: Number(item['start']),
      until: Number(item['until']),
      from: Number(item['claimedFrom']),
      to: Number(item['claimedTo']),
      state: 'unsure',
    });
  }
  const holds = new Map(
    [...known].map(([id, hold]) => {
      const touched = touching(deeds, id);
      const by = touched.filter((deed) => !isRefused(deed));
      if (hold.state === 'unsure' || by.some(isUnsure) || by.length > 1)
        return [id, { ...hold, state: 'unsure' as const }];
      const [deed] = by;
      if (!deed || hold.state !== 'held') return [id, hold];
      return [id, { ...hold, state: deed.do === 'create' ? ('booked' as const) : ('returned' as const) }];
    }),
  );
  const isLive = ({ state, until }: Held) => state === 'held' && until > world.now;
  const mayCount = ({ state, until }: Held) => state !== 'returned' && until > world.now;
  const live = [...holds.values()].filter(isLive);
  for (const hold of live) {
    if (!holdItems.has(hold.id)) broken('a hold is gone before it ran out');
    for (const other of [...standing, ...live]) {
      if (other.id !== hold.id && other.agentId === hold.agentId && overlap(hold, other))
        broken('a held time went to somebody else');
    }
  }
  for (const { id, state, until } of holds.values()) {
    if (holdItems.has(id) && (state === 'returned' || state === 'booked') && until > world.now)
      broken(`a hold that was ${state} is still there`);
  }

  // ── What is left over ─────────────────────────────────────────────────────────────────────────────────────────────

  const owned = new Map<string, Set<number>>();
  for (const claim of ofKind('claim')) {
    const owner = String(claim['heldBy']);
    const piece = Date.parse(String(claim['sk']));
    const agentId = String(claim['pk']).replace('claims#', '');
    owned.set(owner, (owned.get(owner) ?? new Set()).add(piece));
    const holder = 'holdUntil' in claim ? holds.get(owner) : standing.find(({ id }) => id === owner);
    if (!holder || holder.agentId !== agentId || piece < holder.from || piece >= holder.to) {
      broken(`a claim is left over: ${agentId} at ${String(claim['sk'])} by ${owner}`);
    } else if ('until' in holder) {
      if (claim['holdUntil'] !== holder.until) broken('a claim of a hold ends at another time than the hold');
      if (holder.state === 'returned' && holder.until > world.now) broken('a hold was given back, and keeps a claim');
    }
  }
  for (const { id, from, to } of [...standing, ...live]) {
    if ((owned.get(id)?.size ?? 0) !== (to - from) / (5 * MINUTE)) broken(`a claim of ${id} is missing`);
  }

  // ── The limits ────────────────────────────────────────────────────────────────────────────────────────────────────

  const countedAs = (item: Item) => {
    const { email, phone } = item['client'] as { email: string; phone: string };
    const at = Date.parse(String(item['createdAt']));
    return {
      perAddress: `${email.toLowerCase()} ${Math.floor(at / DAY)}`,
      perNumber: `${phone} ${Math.floor(at / DAY)}`,
      perNetwork: `${Math.floor(at / (60 * MINUTE))}`,
    };
  };
  const counts = (['perAddress', 'perNumber', 'perNetwork'] as const).map((what) => {
    const numbers = new Map<string, number>();
    for (const item of stored.values())
      numbers.set(countedAs(item)[what], (numbers.get(countedAs(item)[what]) ?? 0) + 1);
    const kept = ofKind('count').filter(({ pk }) => String(pk).startsWith(`count#${what}#`));
    if ([...numbers.values()].some((number) => number > limits[what])) broken(`more was booked than ${what} allows`);
    if (sorted(kept.map(({ n }) => Number(n))) !== sorted([...numbers.values()]))
      broken(`${what} is not counted rightly`);
    return { what, numbers };
  });
  const hasReachedALimit = ({ email, phone }: { readonly email: string; readonly phone: string }) => {
    const keys = countedAs({ client: { email, phone }, createdAt: new Date(world.now).toISOString() });
    return counts.some(({ what, numbers }) => (numbers.get(keys[what]) ?? 0) >= limits[what]);
  };

  // ── What was refused, and what was granted ────────────────────────────────────────────────────────────────────────

  /** Whatever had time of an agent's at some moment of the round. */
  const had: readonly { readonly owner: string; readonly agentId: string; readonly spans: readonly Span[] }[] = [
    ...[...world.booked.values()]
      .filter(({ status }) => status !== 'cancelled')
      .map((one) => ({ owner: one.id, agentId: one.agentId, spans: [one] })),
    ...[...news('AppointmentCreated'), ...news('AppointmentRescheduled')].map(({ id, agentId, start }) => ({
      owner: id,
      agentId,
      spans: spansOf(agentId, start),
    })),
    ...[...known.values()].filter(mayCount).map((one) => ({
      owner: one.id,
      agentId: one.agentId,
      spans: world.holds.has(one.id) ? [one] : spansOf(one.agentId, one.start),
    })),
  ];
  const isHad = (agentId: string, start: number, mine: readonly (string | undefined)[]) => {
    const spans = spansOf(agentId, start);
    return had.some(
      (one) =>
        one.agentId === agentId &&
        !mine.includes(one.owner) &&
        one.spans.some((span) => spans.some((other) => overlap(span, other))),
    );
  };
  /** Whom a wish may mean, by what it names and by the state of its hold. */
  const meant = (agentId: string | undefined, start: number, holdId?: string): readonly (readonly string[])[] => {
    if (agentId !== undefined) return [[agentId]];
    const hold = world.holds.get(holdId ?? '');
    if (!hold || hold.start !== start || hold.until <= world.now) return [AGENTS];
    if (hold.state === 'returned' || hold.state === 'booked') return [AGENTS];
    const isSure = isLive(hold) && touching(deeds, hold.id).length <= 1 && always(hold.agentId, start);
    return isSure ? [[hold.agentId]] : [[hold.agentId], AGENTS];
  };
  const mayBeUnoffered = (whom: readonly string[], start: number) => whom.every((agentId) => !always(agentId, start));
  const mayBeTaken = (whom: readonly string[], start: number, mine: readonly (string | undefined)[]) =>
    whom.some((agentId) => ever(agentId, start)) &&
    whom.every((agentId) => !always(agentId, start) || isHad(agentId, start, mine));

  /** Whose time a move asks for: whoever it names, else whoever had the appointment at some moment of the round. */
  const whoseTime = ({ id, agentId }: Extract<Deed, { do: 'move' }>): readonly string[] =>
    agentId === undefined
      ? [
          world.booked.get(id)?.agentId ?? '',
          ...news('AppointmentRescheduled').flatMap((event) => (event.id === id ? event.agentId : [])),
        ]
      : [agentId];

  const records = new Map(ofKind('idempotency').map((item) => [String(item['key']), item]));
  const answers = new Map(world.answers);
  for (const [key, record] of records) {
    const marker = booked.get(String(record['appointmentId']))?.marker;
    const before = world.answers.get(key);
    const answer = { marker: marker ?? '', text: String(record['answer']) };
    if (marker === undefined) broken(`an answer is kept for ${key}, and its appointment is not`);
    if (before && before.text !== answer.text) broken(`the answer that was kept for ${key} changed`);
    answers.set(key, answer);
  }
  for (const key of world.answers.keys()) if (!records.has(key)) broken(`the answer that was kept for ${key} is gone`);

  const unavailable = (deed: Deed) => {
    if (isUnsure(deed) && isCalm) broken(`${deed.do} failed: ${deed.answer.text}`);
    return isUnsure(deed);
  };

  for (const deed of deeds) {
    if (unavailable(deed)) continue;
    const { answer } = deed;
    const json = answer.json as Item | undefined;
    const refused = `${deed.do} was refused without a reason: ${answer.status} ${slugOf(deed)}`;
    switch (deed.do) {
      case 'create': {
        const { key, marker, start, agentId, holdId } = deed;
        const before = key === undefined ? undefined : world.answers.get(key);
        const kept = key === undefined ? undefined : answers.get(key);
        const twin = kept?.marker === marker ? [...booked.values()].find((one) => one.marker === marker) : undefined;
        if (before && answer.status !== (before.marker === marker ? 201 : 422))
          broken(`${key} was answered ${answer.status} the second time`);
        if (answer.status === 201) {
          if (key !== undefined && answer.text !== kept?.text) broken(`${key} has two answers`);
          if (before) break;
          const one = booked.get(String(json?.['appointmentId']));
          if (!one || one.marker !== marker) {
            broken('an acknowledged booking was lost');
            break;
          }
          const event = toldOf(one.id)[0];
          const whom = meant(agentId, start, holdId);
          if (event?.start !== start || !whom.some((ids) => ids.includes(event.agentId)))
            broken('another time or agent was booked than was asked for');
          else if (!ever(event.agentId, start)) broken('a time was booked that was not offered');
        } else if (answer.status === 400) {
          if (twin || !meant(agentId, start, holdId).some((whom) => mayBeUnoffered(whom, start))) broken(refused);
        } else if (answer.status === 409 && slugOf(deed) === 'slot-taken') {
          if (!meant(agentId, start, holdId).some((whom) => mayBeTaken(whom, start, [holdId, twin?.id])))
            broken(refused);
        } else if (answer.status === 422) {
          if (!kept || kept.marker === marker) broken(refused);
        } else if (answer.status === 429) {
          if (twin || !hasReachedALimit(deed)) broken(refused);
        } else broken(refused);
        break;
      }
      case 'hold': {
        const { start, agentId, replaces } = deed;
        const [whom = AGENTS] = meant(agentId, start);
        if (answer.status === 201) {
          const given = json?.['agent'] as { agentId: string } | undefined;
          if (!given || !whom.includes(given.agentId) || !ever(given.agentId, start))
            broken('a time was held that was not offered');
        } else if (answer.status === 400) {
          if (!mayBeUnoffered(whom, start)) broken(refused);
        } else if (answer.status !== 409 || !mayBeTaken(whom, start, [replaces])) broken(refused);
        break;
      }
      case 'release':
        if (answer.status !== 204) broken(refused);
        break;
      case 'move':
      case 'cancel':
      case 'amend': {
        const { id } = deed;
        const before = world.booked.get(id);
        const history = toldOf(id);
        const isNews = (detailType: string) => history.some((event) => event.isNew && event.detailType === detailType);
        if (!before) broken('what was not booked was changed');
        if (!before) break;
        if (answer.status === 200) {
          const version = json?.['version'];
          const acknowledged =
            deed.do === 'move'
              ? history.some(
                  (event) =>
                    event.version === version &&
                    event.start === deed.start &&
                    (deed.agentId ?? event.agentId) === event.agentId &&
                    event.detailType !== 'AppointmentAmended',
                )
              : deed.do === 'cancel'
                ? history.some((event) => event.version === version && event.detailType === 'AppointmentCancelled')
                : history.some((event) => event.version === version && event.marker === deed.marker);
          if (!acknowledged) broken(`an acknowledged ${deed.do} was lost`);
          if (
            Date.parse(String(json?.['startsAt'])) !==
            history.findLast((event) => event.version <= Number(version) && !Number.isNaN(event.start))?.start
          )
            broken(`${deed.do} was answered with another time than the appointment had`);
        } else if (answer.status === 409 && slugOf(deed) === 'state-forbids') {
          const state = json?.['state'] as Status;
          const others = history.filter(
            (event) => event.isNew && event.marker !== ('marker' in deed ? deed.marker : ''),
          );
          const could =
            state === before.status ||
            (state === 'scheduled' && isNews('AppointmentRescheduled')) ||
            (state === 'cancelled' && others.some((event) => event.detailType === 'AppointmentCancelled')) ||
            all('call').some((call) => call.id === id && REACHES[call.event].status === state);
          if (MAY[deed.do].includes(state) || !could) broken(`${refused}, in state ${state}`);
        } else if (deed.do === 'move' && answer.status === 400) {
          if (!whoseTime(deed).some((agentId) => mayBeUnoffered([agentId], deed.start))) broken(refused);
        } else if (deed.do === 'move' && answer.status === 409) {
          if (!whoseTime(deed).some((agentId) => mayBeTaken([agentId], deed.start, [id]))) broken(refused);
        } else broken(refused);
        break;
      }
      case 'call': {
        const entries = items.filter(
          ({ pk, sk }) => pk === `apt#${deed.id}` && String(sk).endsWith(`#${deed.eventId}`),
        );
        if (entries.length !== 1) broken(`an event of a call is in the history ${entries.length} times`);
        break;
      }
      case 'edit':
        break;
      default:
        deed satisfies never;
    }
  }

  // Fairly: whoever is alone with their wish is given to who has least.
  const [only, ...more] = deeds;
  const mine = only?.do === 'create' ? only.holdId : only?.do === 'hold' ? only.replaces : undefined;
  if (
    (only?.do === 'create' || only?.do === 'hold') &&
    more.length === 0 &&
    only.agentId === undefined &&
    only.answer.status === 201 &&
    meant(undefined, only.start, only.do === 'create' ? mine : undefined)[0] === AGENTS &&
    !(only.do === 'create' && only.key !== undefined) &&
    [...world.holds.values()].every((hold) => hold.until <= world.now || isLive(hold) || hold.state === 'returned')
  ) {
    const busy = (agentId: string) =>
      had.filter((one) => one.agentId === agentId && world.booked.has(one.owner)).length +
      [...world.holds.values()].filter((hold) => isLive(hold) && hold.agentId === agentId && hold.id !== mine).length;
    const given = (only.answer.json as { agent: { agentId: string } }).agent.agentId;
    const free = AGENTS.filter(
      (agentId) =>
        ever(agentId, only.start) &&
        !had.some(
          (one) =>
            one.agentId === agentId &&
            one.owner !== mine &&
            (world.booked.has(one.owner) || world.holds.has(one.owner)) &&
            one.spans.some((span) => spansOf(agentId, only.start).some((other) => overlap(span, other))),
        ),
    );
    if (busy(given) > Math.min(...free.map(busy))) broken('whoever is free was not who has least');
  }

  // ── The calls ─────────────────────────────────────────────────────────────────────────────────────────────────────

  const heard = new Map(world.heard);
  for (const { id, version, event, answer } of all('call')) {
    const key = `${id} ${version}`;
    heard.set(key, [...(heard.get(key) ?? []), { event, isSure: answer.status === 200 }]);
  }
  for (const { id, version, status, marker } of booked.values()) {
    if (status === 'cancelled') continue;
    const words = heard.get(`${id} ${version}`) ?? [];
    const least = Math.max(0, ...words.filter(({ isSure }) => isSure).map(({ event }) => REACHES[event].rank));
    const possible = words.map(({ event }) => REACHES[event]).filter(({ rank }) => rank >= least);
    if (!possible.some((one) => one.status === status) && (status !== 'scheduled' || least > 0))
      broken(`${marker} is ${status}, whatever was heard of its call`);
  }

  return { violations, world: { ...world, agents, booked, holds, answers, told: seen, heard } };
}

const sorted = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b).join();

/** What of the deeds gives a hold back, or books it. */
function touching(deeds: readonly Deed[], holdId: string): readonly Deed[] {
  return deeds.filter(
    (deed) =>
      (deed.do === 'release' && deed.holdId === holdId) ||
      (deed.do === 'hold' && deed.replaces === holdId) ||
      (deed.do === 'create' && deed.holdId === holdId),
  );
}

/** The starts that must be offered as free, and those that may be as well: what is left of a booked hold is free to be told so or not. */
export function freeStarts(
  { agents, booked, holds, now }: World,
  agentId: string,
): { readonly must: number[]; readonly may: number[] } {
  const calendar = agents.get(agentId);
  const mine = <T extends { readonly agentId: string }>(all: Iterable<T>) =>
    [...all].filter((one) => one.agentId === agentId);
  const standing = mine(booked.values()).filter(({ status }) => status !== 'cancelled');
  const unexpired = mine(holds.values()).filter(({ until, state }) => until > now && state !== 'returned');
  const free = (taken: readonly Span[]) =>
    startsOf(calendar).filter((start) => calendar && !taken.some((span) => overlap(span, spanOf(calendar, start))));
  return {
    must: free([...standing, ...unexpired]),
    may: free([...standing, ...unexpired.filter(({ state }) => state === 'held')]),
  };
}
