import type { Slot } from './wall-time';
import { problemOf, type Problem } from './problem';

export interface Booked {
  readonly appointmentId: string;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly timeZone: string;
  readonly agent: { readonly name: string };
  readonly manageUrl: string;
}

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

export interface Words {
  readonly unreachable: string;
  readonly other: string;
}

const giveUpAfterMs = 30_000;

async function call<T>(
  path: string,
  init: RequestInit,
  words: Words,
  fields: readonly string[] = [],
): Promise<Answer<T>> {
  let response: Response;
  let body: unknown;
  try {
    const waiting = [AbortSignal.timeout(giveUpAfterMs), ...(init.signal ? [init.signal] : [])];
    response = await fetch(path, { ...init, signal: AbortSignal.any?.(waiting) ?? init.signal ?? null });
    const text = await response.text();
    body = text === '' ? undefined : parse(text);
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    return {
      ok: false,
      problem: { kind: 'unreachable', message: words.unreachable, fieldErrors: {}, nearest: [] },
    };
  }
  // Our own API, behind the same origin and the same release: its answers have the shape the caller names.
  if (response.ok) return { ok: true, value: body as T };
  return { ok: false, problem: problemOf(response.status, body, fields, words.other) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A gateway in between may answer in HTML: the status alone has to do.
    return undefined;
  }
}

export function freeSlots(
  from: string,
  to: string,
  timeZone: string,
  words: Words,
  signal?: AbortSignal,
): Promise<Answer<{ slots: Slot[] }>> {
  const query = new URLSearchParams({ from, to, timeZone });
  return call(`/availability?${query.toString()}`, signal ? { signal } : {}, words);
}

export const bookingFields = ['name', 'email', 'phone', 'notes', 'smsConsent', 'startsAt', 'timeZone'];

export function book(body: string, idempotencyKey: string, words: Words): Promise<Answer<Booked>> {
  return call(
    '/appointments',
    { method: 'POST', headers: { 'Content-Type': 'application/json', 'Idempotency-Key': idempotencyKey }, body },
    words,
    bookingFields,
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
    {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    },
    words,
    ['reason', 'startsAt'],
  );
}
