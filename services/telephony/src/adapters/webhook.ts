import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { validateRequest } from 'twilio/lib/webhooks/webhooks';
import * as z from 'zod';
import type { TwilioSecret } from './twilio-secret';

type Form = Readonly<Record<string, string | string[]>>;

/**
 * The form of a webhook that Twilio signed for this very address, or `undefined`. The address is the configured one and the
 * raw path: headers can be forged, and gateways rewrite them.
 */
export function verifyWebhook(baseUrl: string, secret: () => Promise<TwilioSecret>) {
  return async (event: APIGatewayProxyEventV2): Promise<Form | undefined> => {
    const signature = event.headers['x-twilio-signature'];
    if (signature === undefined || signature === '') return undefined;
    const form = formOf(event);
    const query = event.rawQueryString === '' ? '' : `?${event.rawQueryString}`;
    const url = `${baseUrl.replace(/\/+$/, '')}${event.rawPath}${query}`;
    const { accountSid, authToken, previousAuthToken } = await secret();
    if (form['AccountSid'] !== accountSid) return undefined;
    const tokens = [authToken, ...(previousAuthToken === undefined ? [] : [previousAuthToken])];
    return tokens.some((token) => validateRequest(token, signature, url, { ...form })) ? form : undefined;
  };
}

/** Repeated parameters are kept, because the signature covers each. */
function formOf(event: APIGatewayProxyEventV2): Form {
  const text =
    event.isBase64Encoded && event.body !== undefined
      ? Buffer.from(event.body, 'base64').toString('utf8')
      : (event.body ?? '');
  const form: Record<string, string | string[]> = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const known = form[name];
    form[name] = known === undefined ? value : [...(Array.isArray(known) ? known : [known]), value];
  }
  return form;
}

const CALL_PATH =
  /^\/calls\/(?<sessionId>[A-Za-z0-9_-]{1,64})\/(?<leg>agent|client)\/(?<n>[1-9]\d{0,2})\/(?<what>answer|key|dialled|status|conference)$/;

/** Where a webhook belongs. */
export interface CallPath {
  readonly sessionId: string;
  readonly leg: 'agent' | 'client';
  /** The attempt, from 1. */
  readonly n: number;
  readonly what: 'answer' | 'key' | 'dialled' | 'status' | 'conference';
}

/** Where a webhook belongs by its path, `/calls/{sessionId}/{leg}/{n}/{what}`; `undefined` where that is none of ours. */
export function callPathOf(rawPath: string): CallPath | undefined {
  const parts = CALL_PATH.exec(rawPath)?.groups as (Omit<CallPath, 'n'> & { readonly n: string }) | undefined;
  return parts && { ...parts, n: Number(parts.n) };
}

/** Text that may be missing, and is taken for missing where it makes no sense. */
const text = () => z.string().min(1).optional().catch(undefined);

const forms = {
  call: () =>
    z.object({
      CallSid: z.string().min(1),
      CallStatus: text(),
      AnsweredBy: text(),
      Digits: z.string().default(''),
      // A number that Twilio writes as text.
      SipResponseCode: z.coerce.number().int().optional().catch(undefined),
      // Twilio dates by RFC 2822.
      Timestamp: z
        .string()
        .transform((date) => Date.parse(date))
        .refine((at) => !Number.isNaN(at))
        .optional()
        .catch(undefined),
    }),
  room: () =>
    z.object({
      ConferenceSid: z.string().min(1),
      FriendlyName: z.string().min(1),
      StatusCallbackEvent: z.string().transform((event) => ROOM_EVENTS[event]),
      CallSid: text(),
      ReasonParticipantLeft: text(),
      ParticipantLabelEndingConference: z.enum(['agent', 'client']).optional().catch(undefined),
    }),
};
let call: ReturnType<typeof forms.call> | undefined;
let room: ReturnType<typeof forms.room> | undefined;

/** What Twilio tells of a call. Built when first asked for: a function starts for one kind of webhook. */
export const callForm = () => (call ??= forms.call());
/** What Twilio tells of a conference. */
export const roomForm = () => (room ??= forms.room());

const ROOM_EVENTS: Readonly<Record<string, 'start' | 'end' | 'join' | 'leave'>> = {
  'conference-start': 'start',
  'conference-end': 'end',
  'participant-join': 'join',
  'participant-leave': 'leave',
};
