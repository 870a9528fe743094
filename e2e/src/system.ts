import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  appointmentsClient,
  type Appointment,
  type CreatedAppointment as Booking,
  type PublicOperations,
  type Slot,
} from '@appointments/client';

const MAIN = join(__dirname, '../../local/dist/main.js');
/** Generous: two suites may start at once on two busy cores. */
const START_LIMIT_MS = 60_000;

export const AGENT = '+12025550100';

export interface Answer<T = unknown> {
  readonly status: number;
  readonly body: T;
  readonly headers: Headers;
}

export interface PhoneView {
  readonly number: string;
  readonly state: 'idle' | 'ringing' | 'in-call';
  readonly callSid: string | null;
  readonly with: readonly string[];
  readonly heard: readonly string[];
}
export interface CallView {
  readonly sid: string;
  readonly to: string;
  readonly from: string;
  readonly status: string;
  readonly url: string;
  readonly statusCallback: string;
  readonly createdAt: string;
  readonly answeredAt: string | null;
  readonly endedAt: string | null;
}
export interface EventView {
  readonly seq: number;
  readonly id: string;
  readonly time: string;
  readonly source: string;
  readonly detailType: string;
  readonly detail: { readonly metadata: Record<string, unknown>; readonly data: Record<string, unknown> };
}
export interface EmailView {
  readonly id: string;
  readonly at: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly attachments: readonly { readonly filename: string; readonly contentType: string; readonly text: string }[];
}
export interface AlertView {
  readonly id: string;
  readonly subject: string;
  readonly message: string;
}
export type { Appointment, CreatedAppointment as Booking, Slot } from '@appointments/client';

/** The whole system, as `npm start` runs it, on a free port and with state of its own. */
export interface System {
  readonly url: string;
  /** The process's id, for measuring its memory. */
  readonly pid: () => number;
  /** The public API in typed functions; nothing is repeated, so that a fault is seen. */
  readonly api: PublicOperations;
  readonly request: <T>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<Answer<T>>;
  readonly now: () => Promise<Date>;
  /** Waits until nothing is in flight. */
  readonly settle: () => Promise<void>;
  readonly advanceTo: (instant: Date | string) => Promise<void>;
  readonly advanceBy: (duration: string) => Promise<void>;
  readonly phone: (number: string) => Promise<PhoneView | undefined>;
  readonly person: (number: string, action: 'answer' | 'decline' | 'hangup' | 'press', digit?: string) => Promise<void>;
  readonly behaves: (number: string, behaviour: string, times?: number) => Promise<void>;
  readonly callsTo: (number: string) => Promise<readonly CallView[]>;
  readonly eventsOf: (appointmentId: string) => Promise<readonly EventView[]>;
  readonly emailsAbout: (appointmentId: string, since?: number) => Promise<readonly EmailView[]>;
  readonly list: <T>(path: string) => Promise<readonly T[]>;
  readonly slots: () => Promise<readonly Slot[]>;
  readonly book: (client?: Partial<BookingRequest>) => Promise<Booking & { readonly client: BookingRequest }>;
  readonly appointment: (booking: Pick<Booking, 'appointmentId' | 'manageToken'>) => Promise<Appointment>;
  /** Cuts the process off and starts it again over the same state, so many hours of virtual time later. */
  readonly outage: (hours: number) => Promise<void>;
  /** Ends the process and starts it again over the same state, from then on with these variables changed. */
  readonly restart: (signal?: 'SIGTERM' | 'SIGKILL', changes?: Readonly<Record<string, string>>) => Promise<void>;
  readonly stop: () => Promise<void>;
}

export interface BookingRequest {
  readonly name: string;
  readonly email: string;
  readonly phone: string;
  readonly startsAt: string;
  readonly timeZone: string;
  readonly agentId?: string;
  readonly notes?: string;
  readonly locale?: string;
  readonly smsConsent?: boolean;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}

let clients = 0;

/** A client nobody has used before, with a number and an address of its own. */
export function newClient(): Pick<BookingRequest, 'name' | 'email' | 'phone'> {
  clients += 1;
  const serial = String(clients).padStart(2, '0');
  return { name: `Ada Client ${serial}`, email: `ada${serial}@example.com`, phone: `+120255502${serial}` };
}

/** While the process is down, time passes at real speed; this lets it pass at once, by putting the kept clock ahead. */
function skipHours(state: string, hours: number): void {
  const journal = join(state, 'journal.jsonl');
  const kept = readFileSync(journal, 'utf8')
    .split('\n')
    .findLast((line) => line.startsWith('["p","clock","clock",'));
  const [, , , { offsetMs }] = JSON.parse(kept ?? '["p","clock","clock",{"offsetMs":0}]') as [
    string,
    string,
    string,
    { readonly offsetMs: number },
  ];
  appendFileSync(journal, `${JSON.stringify(['p', 'clock', 'clock', { offsetMs: offsetMs + hours * 3_600_000 }])}\n`);
}

/** `apps` are folders of other apps that run beside ours. */
export async function startSystem(
  environment: Record<string, string> = {},
  apps: readonly string[] = [],
): Promise<System> {
  const state = mkdtempSync(join(tmpdir(), 'appointments-'));
  const port = await freePort();
  const url = `http://localhost:${port}`;
  // Whether a reminder falls between booking and call hangs on the hour at which the tests run.
  const variables: Record<string, string> = { REMINDERS: 'none', ...environment };
  let child: ChildProcess;
  let output = '';

  const start = async () => {
    output = '';
    child = spawn(process.execPath, [MAIN, ...apps.flatMap((folder) => ['--with', folder])], {
      env: {
        ...process.env,
        NODE_ENV: 'production',
        TZ: 'UTC',
        // As `npm start` sets it.
        MALLOC_ARENA_MAX: '2',
        PORT: String(port),
        LOCAL_STATE: state,
        ...variables,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const collect = (chunk: Buffer) => (output += chunk.toString());
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    const deadline = Date.now() + START_LIMIT_MS;
    while (Date.now() < deadline) {
      if (child.exitCode !== null) throw new Error(`the system stopped while starting (${child.exitCode}):\n${output}`);
      const health = await fetch(`${url}/_local/health`).catch(() => undefined);
      if (health?.status === 200) return;
      await health?.body?.cancel();
      await new Promise((resolve) => setImmediate(resolve));
    }
    throw new Error(`the system was not ready in ${START_LIMIT_MS} ms:\n${output}`);
  };

  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  };

  const request = async <T>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    return { status: response.status, body: (isJson ? JSON.parse(text) : text) as T, headers: response.headers };
  };

  const must = async <T>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<T> => {
    const answer = await request<T>(method, path, body, headers);
    if (answer.status >= 300)
      throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };

  const api = appointmentsClient({ baseUrl: url, retries: 0 });
  const list = <T>(path: string) => must<readonly T[]>('GET', path);
  const now = async () => new Date((await must<{ now: string }>('GET', '/_local/clock')).now);
  const settle = async () => void (await must('POST', '/_local/clock', { advanceBy: 'PT0S' }));

  const slots = async () => {
    const from = await now();
    const day = (offset: number) => new Date(from.getTime() + offset * 86_400_000).toISOString().slice(0, 10);
    const answer = await api.getAvailability({ from: day(0), to: day(3), timeZone: 'UTC' });
    return answer.slots.filter((slot) => new Date(slot.startsAt).getTime() > from.getTime() + 10 * 60_000);
  };

  await start();
  return {
    url,
    pid: () => child.pid ?? -1,
    api,
    request,
    now,
    settle,
    list,
    slots,
    advanceTo: async (instant) =>
      void (await must('POST', '/_local/clock', { advanceTo: new Date(instant).toISOString() })),
    advanceBy: async (duration) => void (await must('POST', '/_local/clock', { advanceBy: duration })),
    phone: async (number) => (await list<PhoneView>('/_local/phones')).find((phone) => phone.number === number),
    person: async (number, action, digit) =>
      void (await must('POST', `/_local/phones/${number}`, { do: action, ...(digit !== undefined && { digit }) })),
    behaves: async (number, behaviour, times) =>
      void (await must('PUT', `/_local/phones/${number}/behaviour`, {
        behaviour,
        ...(times !== undefined && { times }),
      })),
    callsTo: async (number) => (await list<CallView>('/_local/calls')).filter((call) => call.to === number),
    eventsOf: async (appointmentId) =>
      (await list<EventView>('/_local/events')).filter((event) => event.detail.data['appointmentId'] === appointmentId),
    emailsAbout: async (appointmentId, since = 0) =>
      (await list<EmailView>('/_local/emails'))
        .slice(since)
        .filter(
          (email) =>
            email.attachments.some((part) => part.text.includes(appointmentId)) ||
            email.text.includes(appointmentId) ||
            email.html.includes(appointmentId),
        ),
    book: async (wishes = {}) => {
      const client: BookingRequest = {
        ...newClient(),
        timeZone: 'Europe/Berlin',
        ...wishes,
        startsAt: wishes.startsAt ?? new Date((await slots())[0]?.startsAt ?? '').toISOString(),
      };
      const booking = await api.createAppointment(client);
      await settle();
      return { ...booking, client };
    },
    appointment: api.getAppointment,
    outage: async (hours) => {
      await end('SIGKILL');
      skipHours(state, hours);
      await start();
    },
    restart: async (signal = 'SIGTERM', changes = {}) => {
      await end(signal);
      Object.assign(variables, changes);
      await start();
    },
    stop: async () => {
      await end('SIGTERM');
      rmSync(state, { recursive: true, force: true });
    },
  };
}
