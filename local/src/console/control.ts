import { refusalOf, type BusEvent, type Faults, type Phone } from './view';

export interface Email {
  readonly id: string;
  readonly at: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly attachments: readonly { readonly filename: string; readonly contentType: string; readonly text: string }[];
  readonly raw: string;
}

export interface Sms {
  readonly id: string;
  readonly at: string;
  readonly to: string;
  readonly text: string;
}

export interface AlertNote {
  readonly id: string;
  readonly at: string;
  readonly subject: string;
  readonly message: string;
}

export interface Call {
  readonly sid: string;
  readonly to: string;
  readonly from: string;
  readonly status: string;
  readonly answeredBy?: string | null;
  readonly createdAt: string;
  readonly answeredAt?: string | null;
  readonly endedAt?: string | null;
}

export interface Conference {
  readonly sid: string;
  readonly name: string;
  readonly status: string;
  readonly participants: readonly {
    readonly callSid: string;
    readonly number: string;
    readonly label?: string | null;
    readonly joinedAt: string;
    readonly leftAt?: string | null;
  }[];
}

export interface DeadLetter {
  readonly queue: string;
  readonly id: string;
  readonly at: string;
  readonly reason: string | null;
  readonly receiveCount: number;
  readonly body: unknown;
}

export interface LogLine {
  readonly seq: number;
  readonly at?: string;
  readonly service: string;
  readonly function: string;
  readonly level: string;
  readonly message: string;
  readonly correlationId?: string;
  readonly fields?: unknown;
}

export interface Lists {
  readonly '/_local/phones': Phone[];
  readonly '/_local/emails': Email[];
  readonly '/_local/sms': Sms[];
  readonly '/_local/alerts': AlertNote[];
  readonly '/_local/calls': Call[];
  readonly '/_local/conferences': Conference[];
  readonly '/_local/dead-letters': DeadLetter[];
  readonly '/_local/events': BusEvent[];
  readonly '/_local/logs': LogLine[];
}

export interface PreviewedEmail {
  readonly name: string;
  readonly situation: string;
  readonly to: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly calendar?: string;
}

/** Every message in one language, with sample data. */
export interface PreviewedLanguage {
  readonly language: string;
  readonly emails: readonly PreviewedEmail[];
  readonly texts: readonly { readonly name: string; readonly text: string }[];
}

/** An action that was refused; its message says why. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

async function request<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await fetch(path, init);
  const text = await response.text();
  if (!response.ok) throw new Refused(refusalOf(response.status, text));
  // The control interface of the very process that serves this page.
  return JSON.parse(text) as T;
}

export const list = <P extends keyof Lists>(path: P, query = ''): Promise<Lists[P]> => request(`${path}${query}`);

export const readPreviews = (): Promise<readonly PreviewedLanguage[]> => request('/console/previews.json');

export const readClock = (): Promise<{ now: string }> => request('/_local/clock');

const send = <T>(method: 'POST' | 'PUT', path: string, body: unknown): Promise<T> =>
  request(path, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

export const readFaults = (): Promise<Faults> => request('/_local/faults');

export const endFaults = (): Promise<Faults> => send('POST', '/_local/faults', {});

export const moveClock = (move: unknown): Promise<{ now: string }> => send('POST', '/_local/clock', move);

export const doWithPhone = (number: string, what: string, digit?: string): Promise<unknown> =>
  send('POST', `/_local/phones/${encodeURIComponent(number)}`, { do: what, ...(digit !== undefined && { digit }) });

/** What somebody writes back. */
export const answerText = (from: string, text: string): Promise<unknown> => send('POST', '/_local/sms', { from, text });

export const behaviours = [
  'manual',
  'accept',
  'answer-silent',
  'no-answer',
  'busy',
  'voicemail',
  'unreachable',
] as const;

export const setBehaviour = (number: string, behaviour: string, times?: number): Promise<unknown> =>
  send('PUT', `/_local/phones/${encodeURIComponent(number)}/behaviour`, {
    behaviour,
    ...(times !== undefined && { times }),
  });

/** What `/_local/appointments/<id>/life` answers, as far as the page shows it. */
export interface Life {
  readonly appointmentId: string;
  readonly status: string;
  readonly zones: { readonly client: string | null; readonly agent: string | null };
  readonly verdict: string;
  readonly findings: readonly { readonly text: string; readonly runbook?: string }[];
  readonly lines: readonly {
    readonly at: string;
    readonly local: { readonly client?: string; readonly agent?: string };
    readonly kind: string;
    readonly what: string;
    readonly lateSeconds?: number;
  }[];
  readonly unread: readonly { readonly what: string; readonly why: string }[];
}

export async function readLife(appointmentId: string): Promise<Life> {
  const answer = await fetch(`/_local/appointments/${appointmentId}/life`);
  if (!answer.ok) throw new Error(`the laptop answered ${answer.status}`);
  return (await answer.json()) as Life;
}
