import { randomUUID } from 'node:crypto';
import type { HttpMethod } from './records';
import type { FormParameters } from './signature';
import { sign, signedUrl } from './signature';
import type { Transport } from './transport';
import { NoAnswer } from './transport';

type RetryOn = 'ct' | 'rt' | '4xx' | '5xx' | 'all';

/** A callback URL without its fragment, and the connection overrides that stood in it. */
export interface Target {
  readonly url: URL;
  readonly connectMs: number;
  readonly readMs: number;
  readonly totalMs: number;
  readonly retries: number;
  readonly retryOn: readonly RetryOn[];
}

/** Twilio waits no longer than this for anything that concerns a call. */
const CEILING_MS = 15_000;

/** Reads `#ct=…&rt=…&tt=…&rc=…&rp=…`; an override out of range or unknown is left at its default, as Twilio does. */
export function parseTarget(address: string): Target {
  const url = new URL(address);
  const overrides = new URLSearchParams(url.hash.slice(1));
  url.hash = '';
  const number = (name: string, low: number, high: number, fallback: number): number => {
    const value = Number(overrides.get(name) ?? Number.NaN);
    return Number.isInteger(value) && value >= low && value <= high ? value : fallback;
  };
  const policies = (overrides.get('rp') ?? 'ct').split(',').filter(isRetryOn);
  return {
    url,
    connectMs: number('ct', 100, 10_000, 5000),
    readMs: number('rt', 100, CEILING_MS, CEILING_MS),
    totalMs: number('tt', 100, CEILING_MS, CEILING_MS),
    retries: number('rc', 0, 5, 1),
    retryOn: policies.length > 0 ? policies : ['ct'],
  };
}

function isRetryOn(word: string): word is RetryOn {
  return word === 'ct' || word === 'rt' || word === '4xx' || word === '5xx' || word === 'all';
}

export interface Webhook {
  readonly url: string;
  readonly method: HttpMethod;
  readonly parameters: Readonly<Record<string, string>>;
  /** The same for every delivery of one webhook. @default a new one */
  readonly token?: string;
}
export interface WebhookAnswer {
  /** 0 when nobody answered. */
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  /** The document's own address, after redirects: relative URLs resolve against it. */
  readonly url: string;
  /** Why there is no answer. */
  readonly failure: string | null;
}

export type SendWebhook = (webhook: Webhook) => Promise<WebhookAnswer>;

/** Sends signed webhooks, again where the URL's fragment asks for it; the token is the same for each try of one webhook. */
export function createWebhooks(options: { readonly authToken: string; readonly transport: Transport }): SendWebhook {
  const attempt = async (
    target: Target,
    webhook: Webhook,
    token: string,
    leftMs: number,
  ): Promise<WebhookAnswer & { readonly phase: 'ct' | 'rt' | null }> => {
    let url = new URL(target.url);
    let method = webhook.method;
    let form: FormParameters = webhook.parameters;
    for (let redirects = 0; ; redirects += 1) {
      // Relative URLs resolve against the address as it was named, not as a GET spells out its parameters.
      const documentUrl = url.href;
      if (method === 'GET')
        for (const [name, value] of Object.entries(form)) url.searchParams.append(name, String(value));
      const body = method === 'POST' ? new URLSearchParams(webhook.parameters).toString() : null;
      const address = signedUrl(url);
      const headers: Record<string, string> = {
        Accept: '*/*',
        'User-Agent': 'TwilioProxy/1.1',
        'X-Twilio-Signature': sign(options.authToken, address, method === 'POST' ? form : {}),
        'I-Twilio-Idempotency-Token': token,
      };
      if (body !== null) {
        headers['Content-Type'] = 'application/x-www-form-urlencoded; charset=UTF-8';
        headers['Content-Length'] = String(Buffer.byteLength(body));
      }
      if (url.username !== '') {
        headers['Authorization'] =
          `Basic ${Buffer.from(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`).toString('base64')}`;
      }
      const sent = new URL(url);
      sent.username = '';
      sent.password = '';
      try {
        const answer = await options.transport({
          url: sent,
          method,
          headers,
          body,
          connectMs: Math.min(target.connectMs, leftMs),
          readMs: Math.min(target.readMs, leftMs),
        });
        const location = answer.headers['location'];
        if ((answer.status === 301 || answer.status === 302) && location !== undefined && redirects < 10) {
          // Twilio follows with GET and leaves the form behind; the signature then covers the new URL alone.
          url = new URL(location, url);
          method = 'GET';
          form = {};
          continue;
        }
        return {
          status: answer.status,
          contentType: answer.headers['content-type'] ?? '',
          body: answer.body,
          url: documentUrl,
          failure: null,
          phase: null,
        };
      } catch (fault) {
        if (!(fault instanceof NoAnswer)) throw fault;
        return { status: 0, contentType: '', body: '', url: documentUrl, failure: fault.message, phase: fault.phase };
      }
    }
  };

  return async (webhook) => {
    const target = parseTarget(webhook.url);
    const token = webhook.token ?? randomUUID();
    const startedAt = performance.now();
    for (let tries = 0; ; tries += 1) {
      const answer = await attempt(
        target,
        webhook,
        token,
        Math.max(1, target.totalMs - (performance.now() - startedAt)),
      );
      const mayRetry = tries < target.retries && performance.now() - startedAt < target.totalMs;
      if (!mayRetry || !wantsRetry(target.retryOn, answer)) return answer;
    }
  };
}

function wantsRetry(
  policies: readonly RetryOn[],
  answer: WebhookAnswer & { readonly phase: 'ct' | 'rt' | null },
): boolean {
  if (answer.status >= 200 && answer.status < 400) return false;
  const kind = answer.phase ?? (answer.status >= 500 ? '5xx' : '4xx');
  return policies.includes('all') || policies.includes(kind);
}

/** Keeps the webhooks of one call, or of one conference, in the order in which they were fired. */
export function createOrder(
  begin: (what: string) => () => void,
): <T>(key: string, job: () => Promise<T>) => Promise<T> {
  const tails = new Map<string, Promise<unknown>>();
  return (key, job) => {
    const done = begin(`webhook of ${key}`);
    const result = (tails.get(key) ?? Promise.resolve()).then(job);
    const tail = result
      .catch(() => undefined)
      .finally(() => {
        if (tails.get(key) === tail) tails.delete(key);
        done();
      });
    tails.set(key, tail);
    return result;
  };
}
