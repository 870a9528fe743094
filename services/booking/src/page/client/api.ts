import { clock } from './parts';
import type { Hold, HoldWish } from './hold';
import { t } from './language';
import { problemOf, type Problem } from './problem';
import type { Slot } from './wall-time';

export interface Booked {
  readonly appointmentId: string;
  readonly version: number;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly timeZone: string;
  readonly agent: { readonly name: string };
  readonly unproven?: readonly string[];
  readonly manageUrl: string;
}

/** What stands after something was confirmed. */
export type Confirmed = Omit<Booked, 'manageUrl' | 'unproven'> & { readonly unproven: readonly string[] };

export interface Appointment {
  readonly appointmentId: string;
  readonly version: number;
  readonly status: string;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly timeZone: string;
  readonly agent: { readonly agentId?: string; readonly name: string };
  readonly client: { readonly name: string; readonly email: string; readonly phone: string };
  readonly notes?: string;
  readonly unproven?: readonly string[];
  readonly call: null | {
    readonly outcome: string | null;
    readonly reason?: string;
    readonly attempts?: { readonly agent: number; readonly client: number };
    readonly connectedAt?: string;
    readonly durationSeconds?: number;
  };
  /** Oldest first. */
  readonly history: readonly { readonly at: string; readonly type: string; readonly text: string }[];
}

export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

/** One of those who take appointments. */
export interface AgentChoice {
  readonly agentId: string;
  readonly name: string;
}

/** What is said where no answer came, and where an answer says nothing. */
export interface Words {
  readonly unreachable: string;
  readonly other?: string;
}

const giveUpAfterMs = 30_000;
/** Nobody waits for a hold: a booking goes without. */
const giveUpHoldAfterMs = 8_000;

async function call<T>(
  path: string,
  init: RequestInit,
  words: Words,
  { fields = [], limitMs = giveUpAfterMs }: { readonly fields?: readonly string[]; readonly limitMs?: number } = {},
): Promise<Answer<T>> {
  let response: Response;
  let body: unknown;
  try {
    const waiting = [AbortSignal.timeout(limitMs), ...(init.signal ? [init.signal] : [])];
    response = await fetch(path, { ...init, signal: AbortSignal.any?.(waiting) ?? init.signal ?? null });
    // What was read may have been kept by the browser, with the time at which it was.
    if (init.method !== undefined) clock.learn(response.headers.get('Date'));
    const text = await response.text();
    body = text === '' ? undefined : parse(text);
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    return {
      ok: false,
      problem: {
        slug: '',
        status: 0,
        kind: 'unreachable',
        message: words.unreachable,
        fieldErrors: {},
        nearest: [],
      },
    };
  }
  // Our own API, behind the same origin and the same release: its answers have the shape the caller names.
  if (response.ok) return { ok: true, value: body as T };
  const telling = { other: words.other ?? t.somethingWrong, problems: t.problems, faults: t.faults };
  return { ok: false, problem: problemOf(response.status, body, fields, telling) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A gateway in between may answer in HTML: the status alone has to do.
    return undefined;
  }
}

const posted = (body: string, headers: Readonly<Record<string, string>> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json', ...headers },
  body,
});

/** What narrows the free times down, besides the days. */
export interface Narrowed {
  /** Empty for whoever is free. */
  readonly agentId: string;
  /** Times that this hold keeps count as free. */
  readonly holdId?: string | undefined;
}

export function freeSlots(
  days: { readonly from: string; readonly to: string; readonly timeZone: string },
  { agentId, holdId }: Narrowed,
  words: Words,
  signal?: AbortSignal,
): Promise<Answer<{ slots: Slot[] }>> {
  const query = new URLSearchParams({
    ...days,
    ...(agentId !== '' && { agentId }),
    ...(holdId !== undefined && { holdId }),
  });
  return call(`/availability?${query.toString()}`, signal ? { signal } : {}, words);
}

/** More than these no visitor chooses from a list. */
const agentPages = 10;

/** Everybody who can be chosen; nobody where the list cannot be had, for who is free can always be booked. */
export async function allAgents(): Promise<AgentChoice[]> {
  const agents: AgentChoice[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < agentPages; page += 1) {
    const query = new URLSearchParams({ limit: '100', ...(cursor !== undefined && { cursor }) });
    const answer = await call<{ agents: AgentChoice[]; next?: string }>(
      `/agents?${query.toString()}`,
      {},
      { unreachable: '' },
      { limitMs: giveUpHoldAfterMs },
    );
    if (!answer.ok) return [];
    agents.push(...answer.value.agents);
    cursor = answer.value.next;
    if (cursor === undefined) break;
  }
  return agents;
}

const bookingFields = [
  'name',
  'email',
  'phone',
  'notes',
  'smsConsent',
  'callConsent',
  'startsAt',
  'timeZone',
  'agentId',
];

export function book(body: string, idempotencyKey: string): Promise<Answer<Booked>> {
  return call(
    '/appointments',
    posted(body, { 'Idempotency-Key': idempotencyKey }),
    { unreachable: t.notSent },
    { fields: bookingFields },
  );
}

export function takeHold(
  { slot, timeZone, agentId = '' }: HoldWish,
  replaces: string | undefined,
): Promise<Answer<Hold>> {
  const body = {
    startsAt: slot.startsAt,
    timeZone,
    ...(agentId !== '' && { agentId }),
    ...(replaces !== undefined && { replaces }),
  };
  return call('/holds', posted(JSON.stringify(body)), { unreachable: '' }, { limitMs: giveUpHoldAfterMs });
}

export function releaseHold(holdId: string): Promise<Answer<unknown>> {
  // It is sent even if the page is left at this moment.
  const init = { ...posted('{}'), keepalive: true };
  return call(
    `/holds/${encodeURIComponent(holdId)}/release`,
    init,
    { unreachable: '' },
    { limitMs: giveUpHoldAfterMs },
  );
}

export function readAppointment(id: string, token: string, words: Words): Promise<Answer<Appointment>> {
  return call(`/appointments/${encodeURIComponent(id)}`, { headers: { Authorization: `Bearer ${token}` } }, words);
}

export function changeAppointment(
  id: string,
  token: string,
  change: 'cancel' | 'reschedule',
  body: Readonly<Record<string, string>>,
  words: Words,
): Promise<Answer<Appointment>> {
  return call(
    `/appointments/${encodeURIComponent(id)}/${change}`,
    posted(JSON.stringify(body), { Authorization: `Bearer ${token}` }),
    words,
    { fields: ['reason', 'startsAt'] },
  );
}

/** Takes no token of the page's: whoever has the mail's, or the texted code, may confirm. */
export function confirmAppointment(
  id: string,
  proof: { readonly emailToken: string } | { readonly phoneCode: string },
): Promise<Answer<Confirmed>> {
  return call(
    `/appointments/${encodeURIComponent(id)}/confirm`,
    posted(JSON.stringify(proof)),
    { unreachable: t.notReached },
    { fields: ['phoneCode'] },
  );
}
