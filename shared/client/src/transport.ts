import type { Asked, Call, IdempotentCallOptions, Operation } from './call';
import { NoAnswerError, ProblemError, type Circumstances } from './errors';

/** What an answer was, to be sent along with the next question. */
export interface KeptAnswer {
  readonly etag: string;
  readonly text: string;
}

/** Keeps answers by their addresses; a `Map` is one. */
export interface KeptAnswers {
  readonly get: (url: string) => KeptAnswer | undefined;
  readonly set: (url: string, answer: KeptAnswer) => unknown;
}

/** One attempt of a call, for logs: its request id is the one in the API's own. */
export interface Attempt {
  readonly operationId: string;
  /** From 1. */
  readonly attempt: number;
  /** Left out where there was no answer. */
  readonly status?: number;
  readonly requestId?: string;
}

/** The part of `fetch` that is used. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface TransportSettings {
  /** Where the API is, like `https://book.example.com`; `''` on a page of the same origin. */
  readonly baseUrl: string;
  /** @default the platform's */
  readonly fetch?: Fetch | undefined;
  /** How often a call that is safe to repeat is repeated. @default 3 */
  readonly retries?: number | undefined;
  /** How long one attempt may take, in milliseconds. @default 30000, which is what the API itself allows a request */
  readonly timeoutMs?: number | undefined;
  /** The longest wait before a repetition, in milliseconds; where the API asks for more, its answer is thrown at once. @default 20000 */
  readonly longestWaitMs?: number | undefined;
  /** Where answers are kept that the API then need not send again (`ETag`): a `Map`, say. @default none are kept */
  readonly etags?: KeptAnswers | undefined;
  /** Told of each attempt. */
  readonly onAttempt?: ((attempt: Attempt) => void) | undefined;
}

/** What is not the same twice. */
export interface Surroundings {
  /** Rejects with the signal's reason when it is aborted. */
  readonly wait: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly now: () => number;
  readonly newKey: () => string;
}

/** The staff's token, or where a fresh one comes from. */
export type StaffToken = string | (() => string | Promise<string>);

/** These say that nothing was done, or that nobody knows: both are safe to repeat where a repetition is. */
const REPEATED: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const FIRST_WAIT_MS = 250;

type Outcome =
  | { readonly kind: 'answer'; readonly status: number; readonly headers: Headers; readonly text: string }
  | { readonly kind: 'network'; readonly cause: unknown }
  | { readonly kind: 'timeout' };

/** Carries operations out over HTTP, and repeats what is safe to repeat: reading, and what has an `Idempotency-Key`. */
export function transport(
  settings: TransportSettings,
  staffToken: StaffToken | undefined,
  { wait, random, now, newKey }: Surroundings,
): Call {
  const { retries = 3, timeoutMs: usualTimeoutMs = 30_000, longestWaitMs = 20_000, etags, onAttempt } = settings;
  const fetch: Fetch = settings.fetch ?? ((url, init) => globalThis.fetch(url, init));
  const baseUrl = settings.baseUrl.replace(/\/+$/, '');

  /** How long to wait before the next attempt: longer each time, never the same, never less than was asked for. */
  const waitBefore = (attempt: number, retryAfterSeconds = 0) => {
    const step = FIRST_WAIT_MS * 2 ** (attempt - 1);
    return Math.max(retryAfterSeconds * 1000, step / 2 + (random() * step) / 2);
  };

  const attempted = async (
    url: string,
    init: RequestInit,
    { signal, timeoutMs = usualTimeoutMs }: IdempotentCallOptions,
  ): Promise<Outcome> => {
    try {
      const answer = await withinTime(timeoutMs, signal, async (signal) => {
        const response = await fetch(url, { ...init, signal });
        return { status: response.status, headers: response.headers, text: await response.text() };
      });
      return answer ? { kind: 'answer', ...answer } : { kind: 'timeout' };
    } catch (cause) {
      signal?.throwIfAborted();
      return { kind: 'network', cause };
    }
  };

  return async <T>(operation: Operation, asked: Asked, options: IdempotentCallOptions = {}): Promise<T> => {
    const { signal } = options;
    signal?.throwIfAborted();
    const parameters = new Map<string, unknown>(Object.entries(asked.parameters ?? {}));
    const url = `${baseUrl}${pathOf(operation, parameters)}`;
    const idempotencyKey = operation.idempotent ? (options.idempotencyKey ?? newKey()) : undefined;
    // What only one person may see is kept for nobody.
    const isKept = operation.conditional && operation.authorisation === 'nobody';
    const kept = isKept ? etags?.get(url) : undefined;
    const body = asked.body === undefined ? undefined : JSON.stringify(asked.body);
    const mayRepeat = operation.method === 'GET' || (operation.method === 'POST' && idempotencyKey !== undefined);
    const circumstances = { operationId: operation.id, idempotencyKey };
    // As the document describes it; what it has beyond that is left as it is.
    const answerIn = (text: string) => readJson(text, circumstances) as T;

    for (let attempt = 1; ; attempt += 1) {
      const init: RequestInit = {
        method: operation.method,
        credentials: 'omit',
        headers: {
          accept: 'application/json, application/problem+json',
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
          ...(kept && { 'if-none-match': kept.etag }),
          ...headersOf(operation, parameters),
          // Asked for anew each time: a token may have ended while we waited.
          ...(await authorisation(operation, parameters, staffToken)),
        },
        ...(body !== undefined && { body }),
      };
      const outcome = await attempted(url, init, options);
      const { requestId } = outcome.kind === 'answer' ? requestIdIn(outcome.headers) : {};
      onAttempt?.({
        operationId: operation.id,
        attempt,
        ...(outcome.kind === 'answer' && { status: outcome.status }),
        ...(requestId !== undefined && { requestId }),
      });
      const last = !mayRepeat || attempt > retries;
      if (outcome.kind !== 'answer') {
        if (last) throw new NoAnswerError(outcome.kind, circumstances, outcome.kind === 'network' ? outcome : {});
        await wait(waitBefore(attempt), signal);
        continue;
      }
      const { status, headers, text } = outcome;
      if (status === 304 && kept) return answerIn(kept.text);
      if (status >= 200 && status < 300) {
        const answer = answerIn(text);
        const etag = headers.get('etag');
        if (etag !== null && isKept) etags?.set(url, { etag, text });
        return answer;
      }
      const retryAfterSeconds = secondsOf(headers.get('retry-after'), now());
      const waitMs = waitBefore(attempt, retryAfterSeconds);
      if (last || !REPEATED.has(status) || waitMs > longestWaitMs) {
        throw new ProblemError({ status, text, requestId, retryAfterSeconds }, circumstances);
      }
      await wait(waitMs, signal);
    }
  };
}

function pathOf({ id, path, query }: Operation, parameters: ReadonlyMap<string, unknown>): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = textOf(parameters.get(name));
    // An empty part, or dots, would be another path.
    if (value === undefined || /^\.{0,2}$/.test(value)) throw new TypeError(`${id} needs ${name}`);
    return encodeURIComponent(value);
  });
  const asked = new URLSearchParams();
  for (const name of query) {
    const value = textOf(parameters.get(name));
    if (value !== undefined) asked.append(name, value);
  }
  const text = asked.toString();
  return text === '' ? filled : `${filled}?${text}`;
}

function headersOf(operation: Operation, parameters: ReadonlyMap<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(operation.headers).flatMap(([name, header]) => {
      const value = textOf(parameters.get(name));
      return value === undefined ? [] : [[header, value]];
    }),
  );
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

async function authorisation(
  { id, authorisation }: Operation,
  parameters: ReadonlyMap<string, unknown>,
  staffToken: StaffToken | undefined,
): Promise<Record<string, string>> {
  if (authorisation === 'nobody') return {};
  const token =
    authorisation === 'staff'
      ? typeof staffToken === 'function'
        ? await staffToken()
        : staffToken
      : textOf(parameters.get('manageToken'));
  if (token === undefined || token === '') throw new TypeError(`${id} needs a token`);
  return { authorization: `Bearer ${token}` };
}

/** Our function's id of the request, or API Gateway's. */
function requestIdIn(headers: Headers): { readonly requestId?: string } {
  const requestId = headers.get('x-request-id') ?? headers.get('apigw-requestid');
  return requestId === null ? {} : { requestId };
}

/** `Retry-After` in seconds, whether it says seconds or a date. */
function secondsOf(retryAfter: string | null, now: number): number | undefined {
  if (retryAfter === null) return undefined;
  if (/^\d+$/.test(retryAfter.trim())) return Number(retryAfter);
  const at = Date.parse(retryAfter);
  return Number.isNaN(at) ? undefined : Math.max(0, (at - now) / 1000);
}

function readJson(text: string, circumstances: Circumstances): unknown {
  try {
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  } catch (cause) {
    throw new NoAnswerError('unreadable', circumstances, { cause });
  }
}

/** Ends the work when the time is up, which resolves `undefined`, or when the caller's signal says so, which rejects. */
async function withinTime<T>(
  milliseconds: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  // It may have happened while a token was asked for.
  signal?.throwIfAborted();
  // AbortSignal.any would say it shorter, but not every browser in use has it.
  const controller = new AbortController();
  const abort = () => controller.abort(signal?.reason);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    controller.abort();
  }, milliseconds);
  signal?.addEventListener('abort', abort, { once: true });
  try {
    return await work(controller.signal);
  } catch (error) {
    if (late && signal?.aborted !== true) return undefined;
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}
