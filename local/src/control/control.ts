import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { TwilioSimulator } from '@appointments/twilio-simulator';
import * as z from 'zod';
import type { ArchivedEvent, AwsServices, Filed } from '../aws/types';
import { BodyTooLargeError, readBody, requestUrl, sendJson, sendProblem } from '../http/http';
import { parseDurationMs } from '../kernel/duration';
import { FaultSettings } from '../kernel/faults';
import type { FaultSource } from '../kernel/faults';
import { MoveRefusedError } from '../kernel/move';
import type { Move, Mover } from '../kernel/move';
import { NotQuietError } from '../kernel/settle';
import type { Clock } from '../kernel/types';
import type { Logs } from '../lambda/logs';
import { serveConsole, type ConsoleFiles } from './console-files';
import { deadLetters } from './dead-letters';
import { readLife } from './life';

const BODY_LIMIT_BYTES = 64 * 1024;
/** What `npm run events -- import` hands over at once may hold events as large as the bus takes. */
const ARCHIVE_LIMIT_BYTES = 256 * 1024 * 1024;

/** The phones, as the carrier on the laptop offers them. */
export interface Phones extends Pick<TwilioSimulator, 'phones' | 'calls' | 'conferences' | 'act' | 'setBehaviour'> {
  /** What its refusals mean: 409 what a phone cannot do now, 400 what makes no sense; `undefined` for any other error. */
  readonly statusOf: (error: unknown) => 400 | 409 | undefined;
}

export interface ControlPorts {
  readonly clock: Clock;
  readonly mover: Mover;
  readonly quiet: () => Promise<void>;
  /** What was put so far is on disk. */
  readonly flushed: () => Promise<void>;
  readonly faults: FaultSource;
  readonly logs: Logs;
  readonly aws: AwsServices;
  readonly phones: Phones;
  readonly staffToken: () => Promise<string>;
  /** Where the public API answers on this machine. */
  readonly apiUrl: string;
  /** What `/_local/health` tells beside `status` and `now` once everything stands. */
  readonly health: Readonly<Record<string, unknown>>;
  readonly console: ConsoleFiles;
  /** The bus into whose archive events are imported. */
  readonly eventBusName: string | undefined;
  readonly frontDoor: RequestListener | undefined;
}

type Answer = (request: IncomingMessage, response: ServerResponse, url: URL, parameter: string) => void | Promise<void>;

const After = z.coerce.number().int().min(0).default(0);
const MoveBody = z.union([
  z.strictObject({ advanceTo: z.iso.datetime({ offset: true }) }),
  z.strictObject({ advanceBy: z.string() }),
  z.strictObject({ toNextWakeUp: z.literal(true) }),
]);
const ArchiveBody = z.strictObject({
  events: z.array(
    z.strictObject({
      id: z.string().min(1),
      source: z.string().min(1),
      'detail-type': z.string().min(1),
      account: z.string(),
      time: z.iso.datetime(),
      region: z.string(),
      resources: z.array(z.string()),
      detail: z.looseObject({}),
    }),
  ),
});
const ActBody = z.strictObject({
  do: z.enum(['answer', 'decline', 'hangup', 'press']),
  digit: z.union([z.string(), z.number().int().transform(String)]).optional(),
});
const BehaviourBody = z.strictObject({
  behaviour: z.enum(['manual', 'accept', 'answer-silent', 'no-answer', 'busy', 'voicemail', 'unreachable']),
  times: z.number().int().positive().optional(),
});

const IncomingText = z.strictObject({
  from: z.string().regex(/^\+[1-9]\d{6,14}$/, 'must be in international form, like +12025550123'),
  text: z.string().min(1).max(1600),
});

/** A request that makes no sense; the message says why. */
class BadRequestError extends Error {
  override readonly name = 'BadRequestError';
}

export interface Control {
  readonly listener: RequestListener;
  /** Ends the answers that would go on for ever. */
  readonly endStreams: () => void;
}

/** The front door: control interface, console, and behind them the public API. */
export function createControl(ports: ControlPorts): Control {
  const { aws } = ports;
  const streaming = new Set<ServerResponse>();

  const routes: readonly { readonly method: string; readonly path: RegExp; readonly answer: Answer }[] = [
    {
      method: 'GET',
      path: /^\/_local\/health$/,
      answer: (_, response) =>
        sendJson(response, 200, { status: 'ready', now: iso(ports.clock.now()), ...ports.health }),
    },
    {
      method: 'GET',
      path: /^\/_local\/logs$/,
      answer: (_, response, url) => sendJson(response, 200, ports.logs.after(afterIn(url))),
    },
    {
      method: 'GET',
      path: /^\/_local\/clock$/,
      answer: (_, response) => sendJson(response, 200, { now: iso(ports.clock.now()) }),
    },
    {
      method: 'POST',
      path: /^\/_local\/clock$/,
      answer: async (request, response) => {
        const { now, skippedRuns } = await ports.mover.move(toMove(await jsonBody(request, MoveBody)));
        await ports.flushed();
        sendJson(response, 200, { now: iso(now), ...(skippedRuns > 0 ? { skippedRuns } : {}) });
      },
    },
    {
      method: 'GET',
      path: /^\/_local\/events$/,
      answer: (request, response, url) => {
        if (request.headers.accept?.includes('text/event-stream') === true) streamEvents(request, response, url);
        else sendJson(response, 200, aws.buses.events(afterIn(url)).map(toEventView));
      },
    },
    { method: 'GET', path: /^\/_local\/emails$/, answer: (_, response) => sendJson(response, 200, aws.mail.sent()) },
    { method: 'GET', path: /^\/_local\/sms$/, answer: (_, response) => sendJson(response, 200, aws.topics.texts()) },
    {
      method: 'POST',
      path: /^\/_local\/sms$/,
      answer: async (request, response) => {
        const { from, text } = await jsonBody(request, IncomingText);
        await aws.topics.receive(from, text);
        await ports.quiet();
        await ports.flushed();
        sendJson(response, 200, {});
      },
    },
    {
      method: 'GET',
      path: /^\/_local\/alerts$/,
      answer: (_, response) => sendJson(response, 200, aws.topics.alerts()),
    },
    {
      method: 'GET',
      path: /^\/_local\/phones$/,
      answer: (_, response) => sendJson(response, 200, ports.phones.phones()),
    },
    {
      method: 'GET',
      path: /^\/_local\/calls$/,
      answer: (_, response) => sendJson(response, 200, ports.phones.calls()),
    },
    {
      method: 'GET',
      path: /^\/_local\/conferences$/,
      answer: (_, response) => sendJson(response, 200, ports.phones.conferences()),
    },
    {
      method: 'POST',
      path: /^\/_local\/phones\/([^/]+)$/,
      answer: async (request, response, _, number) => {
        const { do: verb, digit } = await jsonBody(request, ActBody);
        await ports.phones.act(toNumber(number), { do: verb, ...(digit === undefined ? {} : { digit }) });
        await ports.quiet();
        await ports.flushed();
        sendJson(response, 200, phoneNow(toNumber(number)) ?? {});
      },
    },
    {
      method: 'PUT',
      path: /^\/_local\/phones\/([^/]+)\/behaviour$/,
      answer: async (request, response, _, number) => {
        const { behaviour, times } = await jsonBody(request, BehaviourBody);
        ports.phones.setBehaviour(toNumber(number), { behaviour, ...(times === undefined ? {} : { times }) });
        await ports.quiet();
        await ports.flushed();
        sendJson(response, 200, phoneNow(toNumber(number)) ?? {});
      },
    },
    {
      method: 'GET',
      path: /^\/_local\/dead-letters$/,
      answer: (_, response) => sendJson(response, 200, deadLetters(aws)),
    },
    {
      method: 'POST',
      path: /^\/_local\/faults$/,
      answer: async (request, response) => {
        const inForce = ports.faults.set(await jsonBody(request, FaultSettings));
        await ports.quiet();
        sendJson(response, 200, inForce);
      },
    },
    {
      method: 'GET',
      path: /^\/_local\/faults$/,
      answer: (_, response) => {
        const { inForce, struck, active } = ports.faults;
        sendJson(response, 200, active ? { ...inForce(), struck: struck() } : {});
      },
    },
    {
      method: 'POST',
      path: /^\/_local\/archive$/,
      answer: async (request, response) => {
        const { events } = await jsonBody(request, ArchiveBody, ARCHIVE_LIMIT_BYTES);
        const became = await aws.buses.file(ports.eventBusName ?? '', events);
        const count = (what: Filed) => became.filter((one) => one === what).length;
        sendJson(response, 200, {
          filed: count('filed'),
          known: count('known'),
          expired: count('expired'),
          unfit: count('unfit'),
        });
      },
    },
    {
      method: 'GET',
      path: /^\/_local\/appointments\/([A-Za-z0-9_-]{1,64})\/life$/,
      answer: async (_, response, __, appointmentId) => {
        const { aws: services, apiUrl, staffToken, clock } = ports;
        const life = await readLife(appointmentId, { aws: services, apiUrl, staffToken, now: () => clock.now() });
        sendJson(response, 200, life);
      },
    },
    {
      method: 'GET',
      path: /^\/_local\/staff-token$/,
      answer: async (_, response) => sendJson(response, 200, { token: await ports.staffToken() }),
    },
  ];

  const phoneNow = (number: string) => ports.phones.phones().find((phone) => phone.number === number);

  const streamEvents = (request: IncomingMessage, response: ServerResponse, url: URL) => {
    const lastSeen = Number(request.headers['last-event-id']);
    const after =
      Number.isInteger(lastSeen) && request.headers['last-event-id'] !== undefined ? lastSeen : afterIn(url);
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    const write = (event: ArchivedEvent) =>
      response.write(`id: ${event.seq}\ndata: ${JSON.stringify(toEventView(event))}\n\n`);
    response.write(': events on the bus\n\n');
    for (const event of aws.buses.events(after)) write(event);
    const stop = aws.buses.onEvent(write);
    streaming.add(response);
    response.on('close', () => {
      stop();
      streaming.delete(response);
    });
  };

  const control = async (request: IncomingMessage, response: ServerResponse, url: URL) => {
    const here = routes.flatMap((route) => {
      const match = route.path.exec(url.pathname);
      return match === null ? [] : [{ ...route, parameter: match[1] ?? '' }];
    });
    const found = here.find(({ method }) => method === request.method);
    if (found !== undefined) await found.answer(request, response, url, found.parameter);
    else if (here.length > 0)
      sendProblem(response, 405, 'Method not allowed', {
        detail: `It takes ${here.map(({ method }) => method).join(', ')}.`,
      });
    else
      sendProblem(response, 404, 'Not found', {
        detail: `The control interface has no ${request.method} ${url.pathname}.`,
      });
  };

  const listener: RequestListener = (request, response) => {
    const url = requestUrl(request);
    if (url.pathname === '/console' || url.pathname.startsWith('/console/')) {
      serveConsole(ports.console, url.pathname, response);
    } else if (url.pathname.startsWith('/_local/')) {
      control(request, response, url).catch((error: unknown) => {
        if (response.headersSent) response.destroy();
        else sendFailure(response, error, ports.phones.statusOf);
      });
    } else if (ports.frontDoor === undefined) {
      sendProblem(response, 404, 'Not found', { detail: 'No stack whose name ends in -booking has an HTTP API.' });
    } else {
      ports.frontDoor(request, response);
    }
  };
  return {
    listener,
    endStreams: () => {
      for (const response of streaming) response.end();
    },
  };
}

function sendFailure(response: ServerResponse, error: unknown, statusOf: Phones['statusOf']) {
  const detail = error instanceof Error ? error.message : String(error);
  if (error instanceof NotQuietError) sendProblem(response, 503, 'Not quiet', { detail, busy: error.busyWith });
  else if (error instanceof MoveRefusedError) sendProblem(response, error.status, 'The clock stays', { detail });
  else if (error instanceof BadRequestError) sendProblem(response, 400, 'Bad request', { detail });
  else if (error instanceof BodyTooLargeError) sendProblem(response, 413, 'Too large', { detail });
  else {
    const status = statusOf(error) ?? 500;
    sendProblem(
      response,
      status,
      status === 409 ? 'The phone cannot do that now' : status === 400 ? 'Bad request' : 'Failed',
      { detail },
    );
  }
}

async function jsonBody<T>(request: IncomingMessage, schema: z.ZodType<T>, limitBytes = BODY_LIMIT_BYTES): Promise<T> {
  const text = (await readBody(request, limitBytes)).toString('utf8');
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new BadRequestError('The body is not JSON.');
  }
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new BadRequestError(z.prettifyError(parsed.error));
  return parsed.data;
}

function toMove(body: z.infer<typeof MoveBody>): Move {
  if ('advanceTo' in body) return { advanceTo: Date.parse(body.advanceTo) };
  if ('toNextWakeUp' in body) return { toNextWakeUp: true };
  const advanceByMs = parseDurationMs(body.advanceBy);
  if (advanceByMs === undefined)
    throw new BadRequestError(`${JSON.stringify(body.advanceBy)} is no ISO 8601 duration such as PT90S or P1DT2H.`);
  return { advanceByMs };
}

function afterIn(url: URL): number {
  const parsed = After.safeParse(url.searchParams.get('after') ?? undefined);
  if (!parsed.success) throw new BadRequestError('`after` is a number, 0 or above.');
  return parsed.data;
}

/** With or without `%2B`, the `+` belongs to the number. */
function toNumber(segment: string): string {
  let number = segment;
  try {
    number = decodeURIComponent(segment);
  } catch {
    throw new BadRequestError(`${segment} is no phone number.`);
  }
  return number.startsWith('+') ? number : `+${number.trim()}`;
}

function toEventView({ seq, event }: ArchivedEvent) {
  return {
    seq,
    id: event.id,
    time: event.time,
    source: event.source,
    detailType: event['detail-type'],
    detail: event.detail,
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
