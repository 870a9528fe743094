import { createServer } from 'node:http';
import twilio from 'twilio';
import type { Twilio } from 'twilio';
import { createClock, createTwilioSimulator, webhookKindOf, webhookSchemas } from '../src/index';
import type { Clock, SimulatorOptions, TwilioSimulator } from '../src/index';
import type { Exchanges } from './watched-client';
import { watchedClient } from './watched-client';
import { memoryCollection } from '../src/ports';
import type { Collection } from '../src/ports';

export const ACCOUNT = 'AC00000000000000000000000000000001';
export const TOKEN = 'a-secret-token';
export const FROM = '+15005550006';
export const AGENT = '+12025550100';
export const CLIENT = '+12025550199';
export const START = Date.parse('2026-03-12T11:48:25.000Z');

/** A clock that moves only when told, by whole seconds or parts of them. */
export interface World extends Omit<Clock, 'advance'> {
  readonly advance: (seconds: number) => Promise<void>;
}

export function createWorld(kept: Map<string, Collection<unknown>> = new Map()): World {
  const clock = createClock({
    startAt: START,
    speed: 0,
    collection: <T>(name: string) => {
      const found = kept.get(name) ?? memoryCollection<unknown>();
      kept.set(name, found);
      return found as Collection<T>;
    },
  });
  return { ...clock, advance: (seconds) => clock.advance(Math.round(seconds * 1000)) };
}

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly params: Record<string, string>;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly signed: boolean;
}

/** Webhooks whose signature the real SDK refuses, or whose parameters are not those that Twilio sends. */
export function unsound(received: readonly Received[]): string[] {
  return received.flatMap(({ path, method, params, signed }) => {
    const kind = webhookKindOf(params);
    // By GET, the parameters of the address stand beside those of the webhook.
    const { schema } = webhookSchemas[kind];
    const read = (method === 'GET' ? schema.loose() : schema).safeParse(params);
    const wrong = read.success ? [] : read.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`);
    return [...wrong, ...(signed ? [] : ['not signed'])].map((fault) => `${kind} at ${path}: ${fault}`);
  });
}

type Reply =
  | string
  | { readonly status?: number; readonly type?: string; readonly body?: string; readonly location?: string };

/** The application: answers with the TwiML it was given, remembers and verifies every webhook. */
export interface App {
  readonly url: string;
  readonly received: Received[];
  readonly at: (path: string) => Received[];
  readonly answer: (path: string, reply: Reply | ((received: Received) => Reply | Promise<Reply>)) => void;
  readonly close: () => Promise<void>;
}

export async function startApp(): Promise<App> {
  const replies = new Map<string, Reply | ((received: Received) => Reply | Promise<Reply>)>();
  const received: Received[] = [];
  let base = '';
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const params = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
      const path = (request.url ?? '').split('?')[0] ?? '';
      const webhook: Received = {
        method: request.method ?? '',
        path,
        params:
          request.method === 'GET'
            ? Object.fromEntries(new URLSearchParams((request.url ?? '').split('?')[1]))
            : params,
        headers: request.headers,
        signed: twilio.validateRequest(
          TOKEN,
          String(request.headers['x-twilio-signature']),
          base + (request.url ?? ''),
          params,
        ),
      };
      received.push(webhook);
      const known = replies.get(path) ?? { status: 204, body: '' };
      void Promise.resolve(typeof known === 'function' ? known(webhook) : known).then(respond);
    });
    const respond = (reply: Reply): void => {
      const {
        status = 200,
        type = 'text/xml',
        body = '',
        location,
      } = typeof reply === 'string' ? { body: reply } : reply;
      response.writeHead(status, { 'content-type': type, ...(location === undefined ? {} : { location }) });
      response.end(body);
    };
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  base = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  return {
    url: base,
    received,
    at: (path) => received.filter((webhook) => webhook.path === path),
    answer: (path, reply) => void replies.set(path, reply),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export interface Laboratory {
  readonly world: World;
  readonly app: App;
  readonly simulator: TwilioSimulator;
  readonly url: string;
  /** The real SDK, pointed at the simulator. */
  readonly client: Twilio;
  readonly heard: (number: string) => readonly string[];
  readonly state: (number: string) => string | undefined;
  readonly statuses: (callSid: string) => string[];
  readonly close: () => Promise<void>;
}

const open = new Set<{ readonly simulator: TwilioSimulator; readonly app: App }>();
const exchanges: Exchanges = { count: 0, faults: [] };

/**
 * After each test, also one that failed: a server left open would keep the run from ending. Throws where an exchange
 * of the test did not fit Twilio's specification.
 */
export async function closeLaboratories(): Promise<void> {
  const left = [...open];
  open.clear();
  for (const { simulator, app } of left) {
    await simulator.close();
    await app.close();
  }
  const faults = exchanges.faults.splice(0);
  if (faults.length > 0) throw new Error(`Not as Twilio specifies:\n${faults.join('\n')}`);
}

export async function openLaboratory(
  options: Partial<SimulatorOptions> & { readonly kept?: Map<string, Collection<unknown>> } = {},
): Promise<Laboratory> {
  const { kept, ...rest } = options;
  const world = createWorld(kept);
  const app = await startApp();
  const simulator = createTwilioSimulator({ accountSid: ACCOUNT, authToken: TOKEN, ports: world.ports, ...rest });
  const { url } = await simulator.listen();
  const servers = { simulator, app };
  open.add(servers);
  const client = sdk(url);
  const phone = (number: string) => simulator.phones().find((one) => one.number === number);
  return {
    world,
    app,
    simulator,
    url,
    client,
    heard: (number) => phone(number)?.heard ?? [],
    state: (number) => phone(number)?.state,
    statuses: (callSid) =>
      app
        .at('/status')
        .filter(({ params }) => params['CallSid'] === callSid)
        .map(({ params }) => params['CallStatus'] ?? ''),
    close: async () => {
      await world.quiet();
      open.delete(servers);
      await simulator.close();
      await app.close();
    },
  };
}

export function sdk(url: string, password = TOKEN, user = ACCOUNT): Twilio {
  return watchedClient(url, ACCOUNT, { user, password }, exchanges);
}

export const ALL_EVENTS = ['initiated', 'ringing', 'answered', 'completed'];

export function response(...verbs: string[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?><Response>${verbs.join('')}</Response>`;
}
