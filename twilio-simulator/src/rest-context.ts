import type { Calls } from './calls';
import type { Conferences } from './conferences';
import { RestError } from './errors';
import type { Form } from './form';
import type { Kept } from './lag';
import type { NumberRules } from './numbers';
import type { CallRecord, ConferenceRecord, Store } from './records';

/** A request that was authenticated, as routes see it. */
export interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
}

export interface Answer {
  readonly status: number;
  readonly json: Record<string, unknown> | null;
  /** Done once the answer is on its way: a call is dialled after its create is acknowledged. */
  readonly afterwards?: () => void;
}

/** What the routes work on. */
export interface RestContext {
  readonly accountSid: string;
  readonly now: () => number;
  readonly store: Store;
  /** What GET sees: the records as they are, or as they were a while ago. */
  readonly seen: { readonly calls: Kept<CallRecord>; readonly conferences: Kept<ConferenceRecord> };
  readonly calls: Calls;
  readonly conferences: Conferences;
  readonly numbers: NumberRules;
  readonly pricePerMinute: number;
  readonly warn: (code: number, message: string, callSid: string | null) => void;
}

export type Route<Args extends readonly unknown[] = []> = (request: Request, form: Form, ...args: Args) => Answer;

export const ok = (json: Record<string, unknown>): Answer => ({ status: 200, json });
export const gone: Answer = { status: 204, json: null };

export function notFound(path: string): RestError {
  return new RestError(404, 20_404, `The requested resource ${path} was not found`);
}

export function allow(request: Request, ...methods: readonly string[]): void {
  if (!methods.includes(request.method)) throw new RestError(405, 20_004, 'Method not allowed');
}
