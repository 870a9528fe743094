import type { Problem, ProblemSlug } from './api.generated';

/** Where and how a call failed. */
export interface Circumstances {
  readonly operationId: string;
  /** With it the same request can be made again without being carried out twice. */
  readonly idempotencyKey?: string | undefined;
}

/** The API answered that it did not do what was asked (RFC 9457), and why. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly operationId: string;
  readonly idempotencyKey: string | undefined;
  /** The last part of `type`: it never changes, so compare it. Of an answer that is not the API's own, its status in words. */
  readonly slug: ProblemSlug;
  /** Leads to an explanation; `about:blank` where the answer is not the API's own. */
  readonly type: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string | undefined;
  /** Every fault of the request; `path` is empty where no field is to blame. */
  readonly errors: Problem['errors'];
  /** The nearest slots: free ones, or times that exist. */
  readonly nearest: NonNullable<Problem['nearest']>;
  /** The state that forbids the change. */
  readonly state: Problem['state'] | undefined;
  /** By this the API's operators find the request in their logs. */
  readonly requestId: string | undefined;
  /** How long to wait before the same request may succeed, in seconds. */
  readonly retryAfterSeconds: number | undefined;
  /** The whole body of the answer, with members that this release does not know; text where it is not JSON. */
  readonly body: unknown;

  constructor(answer: ProblemAnswer, { operationId, idempotencyKey }: Circumstances) {
    const { status, text: sent, requestId, retryAfterSeconds } = answer;
    const body = jsonOr(sent);
    const members = membersOf(body);
    const text = (name: string) => textOf(members.get(name));
    const type = text('type') ?? 'about:blank';
    const title = text('title') ?? text('message') ?? `The API answered ${status}`;
    const errors = objectsOf(members.get('errors')).flatMap((fault) => {
      const [path, message] = [textOf(fault.get('path')), textOf(fault.get('message'))];
      return message === undefined ? [] : [{ path: path ?? '', message }];
    });
    const faults = errors.filter(({ path }) => path !== '').map(({ path, message }) => `${path} ${message}`);
    super(`${operationId}: ${text('detail') ?? title}${faults.length > 0 ? ` (${faults.join('; ')})` : ''}`);
    this.operationId = operationId;
    this.idempotencyKey = idempotencyKey;
    this.slug = slugOf(type) ?? STATUS_SLUGS[status] ?? `http-${status}`;
    this.type = type;
    this.status = status;
    this.title = title;
    this.detail = text('detail');
    this.errors = errors;
    this.nearest = objectsOf(members.get('nearest')).flatMap((slot) => {
      const [startsAt, endsAt] = [textOf(slot.get('startsAt')), textOf(slot.get('endsAt'))];
      return startsAt === undefined || endsAt === undefined ? [] : [{ startsAt, endsAt }];
    });
    this.state = text('state');
    this.requestId = text('requestId') ?? requestId;
    this.retryAfterSeconds = retryAfterSeconds;
    this.body = body;
  }
}

export interface ProblemAnswer {
  readonly status: number;
  readonly text: string;
  readonly requestId: string | undefined;
  readonly retryAfterSeconds: number | undefined;
}

/** What stands before the API answers without a `type`: API Gateway, a proxy. */
const STATUS_SLUGS: Readonly<Record<number, ProblemSlug>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
  413: 'too-large',
  429: 'too-many-requests',
  500: 'internal-error',
  502: 'bad-gateway',
  503: 'service-unavailable',
  504: 'gateway-timeout',
};

/**
 * No answer that can be used: whether a change was carried out is not known. A call that is safe to repeat has been
 * repeated before.
 */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
  readonly operationId: string;
  readonly idempotencyKey: string | undefined;

  constructor(
    /** `unreadable`: there was an answer, and it was not JSON. */
    readonly reason: 'network' | 'timeout' | 'unreadable',
    { operationId, idempotencyKey }: Circumstances,
    options?: { readonly cause?: unknown },
  ) {
    super(`${operationId}: ${SAID[reason]}`, options);
    this.operationId = operationId;
    this.idempotencyKey = idempotencyKey;
  }
}

const SAID = {
  network: 'the API could not be reached',
  timeout: 'the API did not answer in time',
  unreadable: 'what answered is not the API',
} as const;

/** Whether an error is a problem that the API answered with, and, where a slug is given, that one. */
export function isProblem(error: unknown, slug?: ProblemSlug): error is ProblemError {
  return error instanceof ProblemError && (slug === undefined || error.slug === slug);
}

/** A proxy in between may answer in HTML: its status has to do. */
function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function slugOf(type: string): string | undefined {
  return /\/([a-z0-9-]+)\/?$/.exec(type)?.[1];
}

function membersOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map<string, unknown>(typeof value === 'object' && value !== null ? Object.entries(value) : []);
}

function objectsOf(value: unknown): readonly ReadonlyMap<string, unknown>[] {
  return Array.isArray(value) ? value.map(membersOf) : [];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
