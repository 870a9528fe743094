import Domain from 'twilio/lib/base/Domain';
import Version from 'twilio/lib/base/Version';
import type { Client, RequestOpts } from 'twilio/lib/base/BaseTwilio';
import { CallListInstance } from 'twilio/lib/rest/api/v2010/account/call';
import { ConferenceListInstance } from 'twilio/lib/rest/api/v2010/account/conference';
import type V2010 from 'twilio/lib/rest/api/V2010';
import * as z from 'zod';
import { UNAVAILABLE, type CallState, type Carrier } from '../app/ports';
import { sortFault, type CarrierFault } from '../domain/carrier-fault';

const TWILIO_API = 'https://api.twilio.com';
/** Longer than Twilio takes, shorter than the function may run. */
const REQUEST_TIMEOUT_MS = 10_000;
/** A call of ours is never far down the list of calls to one number. */
const FIND_PAGE = 20;

export interface Credentials {
  readonly accountSid: string;
  readonly authToken: string;
}

interface Options {
  readonly credentials: () => Promise<Credentials>;
  readonly from: string;
  /** @default Twilio's own */
  readonly baseUrl?: string | undefined;
}

/**
 * Twilio, by its own client's call and conference resources alone: the whole client takes five times as long to start.
 * These deep paths are no promised interface, so the version is pinned and a test drives them over HTTP.
 */
export function twilioCarrier(options: Options): Carrier {
  const api = async () => {
    const { accountSid, authToken } = await options.credentials();
    const version = narrowVersion({ accountSid, authToken }, options.baseUrl ?? TWILIO_API);
    return {
      calls: CallListInstance(version, accountSid),
      conferences: ConferenceListInstance(version, accountSid),
    };
  };

  return {
    create: async (call) => {
      const { calls } = await api();
      const result = await attempt(() =>
        calls.create({
          to: call.to,
          from: options.from,
          url: call.url,
          method: 'POST',
          fallbackUrl: call.fallbackUrl,
          fallbackMethod: 'GET',
          statusCallback: call.statusCallback,
          statusCallbackMethod: 'POST',
          // One parameter each: a single one with spaces is accepted, and nothing is ever called back.
          statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
          timeout: call.ringSeconds,
          timeLimit: call.timeLimitSeconds,
          ...(call.detectMachine && { machineDetection: 'Enable' }),
        }),
      );
      if ('answer' in result) {
        const { sid, queueTime } = result.answer;
        return { type: 'created', callSid: sid, queueMs: Number(queueTime) || 0 };
      }
      switch (result.fault.kind) {
        case 'not-placed':
          return { type: 'not-placed' };
        case 'ambiguous':
          return { type: 'unknown' };
        case 'account':
        case 'refused':
          return {
            type: 'refused-account',
            code: result.fault.code,
            surely: result.fault.kind === 'account',
          };
        case 'invalid-number':
        case 'unreachable':
          return { type: 'refused', outcome: result.fault.kind };
        default:
          return result.fault.kind satisfies never;
      }
    },

    end: async (callSid) => {
      const { calls } = await api();
      // `canceled` would do nothing to a call that was answered a moment ago.
      return stateOf(await attempt(() => calls(callSid).update({ status: 'completed' })));
    },

    say: async (callSid, twiml) => {
      const { calls } = await api();
      return stateOf(await attempt(() => calls(callSid).update({ twiml })));
    },

    fetch: async (callSid) => {
      const { calls } = await api();
      return stateOf(await attempt(() => calls(callSid).fetch()));
    },

    find: async (to, from, until) => {
      const { calls } = await api();
      // Without a start time in the request: a call still in Twilio's queue has none.
      const result = await attempt(() => calls.page({ to, from: options.from, pageSize: FIND_PAGE }));
      if (!('answer' in result)) return UNAVAILABLE;
      // Twilio's times are whole seconds, and its clock is not ours.
      const earliest = from.getTime() - 5000;
      const latest = until.getTime();
      const [newest] = result.answer.instances
        .filter(({ dateCreated }) => {
          const created = dateCreated?.getTime() ?? latest;
          return created >= earliest && created <= latest;
        })
        .toSorted((a, b) => (b.dateCreated?.getTime() ?? 0) - (a.dateCreated?.getTime() ?? 0));
      return newest ? { callSid: newest.sid, status: newest.status } : null;
    },

    isRoomInProgress: async (room) => {
      const { conferences } = await api();
      const result = await attempt(() => conferences.page({ friendlyName: room, status: 'in-progress', pageSize: 1 }));
      return 'answer' in result ? result.answer.instances.length > 0 : UNAVAILABLE;
    },
  };
}

/** Twilio says so of a call that is over, or not yet answered. */
const NOT_IN_PROGRESS = 21220;
const NOT_FOUND = 20404;

interface Failure {
  readonly kind: CarrierFault;
  readonly code?: number | undefined;
}

function stateOf(
  result: { readonly answer: { readonly sid: string; readonly status: string } } | { readonly fault: Failure },
): CallState | null | typeof UNAVAILABLE {
  if ('answer' in result) return { callSid: result.answer.sid, status: result.answer.status };
  return result.fault.code === NOT_IN_PROGRESS || result.fault.code === NOT_FOUND ? null : UNAVAILABLE;
}

async function attempt<T>(ask: () => Promise<T>): Promise<{ readonly answer: T } | { readonly fault: Failure }> {
  try {
    return { answer: await ask() };
  } catch (error) {
    // Each kind of failure has a meaning for the call; one that says nothing about itself is ambiguous, which harms least.
    const fault = Fault.parse(error);
    return { fault: { kind: sortFault({ ...fault, network: fault.cause?.code }), code: fault.code } };
  }
}

const Maybe = <Schema extends z.ZodType>(schema: Schema) => schema.optional().catch(undefined);

/** Twilio's exceptions have a status and a code; `fetch` hides what the network did in its cause. */
const Fault = z
  .object({
    status: Maybe(z.number()),
    code: Maybe(z.number()),
    cause: Maybe(z.object({ code: Maybe(z.string()) })),
  })
  .catch({ status: undefined, code: undefined, cause: undefined });

/** The version object that Twilio's resources are built on, with plain `fetch` below it in place of axios. */
function narrowVersion(credentials: Credentials, baseUrl: string): V2010 {
  const client = { request: (request: RequestOpts) => send(credentials, request) };
  // The resources use nothing of client and version but what is here; the smoke test would notice.
  const domain = new Domain(client as unknown as Client, baseUrl);
  return new Version(domain, '2010-04-01') as unknown as V2010;
}

async function send(credentials: Credentials, request: RequestOpts) {
  const url = new URL(String(request.uri));
  append(url.searchParams, request.params);
  const form = new URLSearchParams();
  append(form, request.data);
  const method = (request.method ?? 'get').toUpperCase();
  const response = await fetch(url, {
    method,
    headers: {
      accept: 'application/json',
      authorization: `Basic ${Buffer.from(`${credentials.accountSid}:${credentials.authToken}`).toString('base64')}`,
      ...(method === 'POST' && { 'content-type': 'application/x-www-form-urlencoded' }),
    },
    ...(method === 'POST' && { body: form.toString() }),
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  });
  return { statusCode: response.status, body: await response.text(), headers: Object.fromEntries(response.headers) };
}

function append(parameters: URLSearchParams, values: object | undefined): void {
  for (const [name, value] of Object.entries(values ?? {})) {
    const all: readonly unknown[] = Array.isArray(value) ? value : [value];
    for (const one of all) if (typeof one === 'string' || typeof one === 'number') parameters.append(name, String(one));
  }
}
