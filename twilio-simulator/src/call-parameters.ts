import { countryOf, rfc2822, secondsBetween } from './format';
import type { CallRecord } from './records';
import { isLive } from './records';

type Parameters = Readonly<Record<string, string>>;

/** How the call came to be: by REST, or dialled by another call. */
export function directionOf(call: CallRecord): 'outbound-api' | 'outbound-dial' {
  return call.parentSid === undefined ? 'outbound-api' : 'outbound-dial';
}

/** What every request about a call carries. City, state and zip are empty, as Twilio may send them. */
export function callParameters(call: CallRecord, accountSid: string, callStatus: string = call.status): Parameters {
  const parties = { To: call.to, Called: call.to, From: call.from, Caller: call.from };
  const geography: Record<string, string> = {};
  for (const [party, number] of Object.entries(parties)) {
    geography[`${party}City`] = '';
    geography[`${party}State`] = '';
    geography[`${party}Zip`] = '';
    geography[`${party}Country`] = countryOf(number);
  }
  return {
    AccountSid: accountSid,
    ApiVersion: '2010-04-01',
    CallSid: call.sid,
    CallStatus: callStatus,
    Direction: directionOf(call),
    ...(call.parentSid === undefined ? {} : { ParentCallSid: call.parentSid }),
    ...parties,
    ...geography,
  };
}

export type CallEvent = 'initiated' | 'ringing' | 'answered' | 'completed';

/** A status callback; `completed` is told however the call ended. */
export function statusParameters(
  call: CallRecord,
  accountSid: string,
  event: CallEvent,
  sequence: number,
  now: number,
): Parameters {
  const parameters: Record<string, string> = {
    ...callParameters(call, accountSid, event === 'initiated' ? 'initiated' : call.status),
    Timestamp: rfc2822(now),
    CallbackSource: 'call-progress-events',
    SequenceNumber: String(sequence),
  };
  if (isLive(call.status)) return parameters;
  const seconds = call.answeredAt === null ? 0 : secondsBetween(call.answeredAt, call.endedAt ?? now);
  parameters['CallDuration'] = String(seconds);
  parameters['Duration'] = String(Math.ceil(seconds / 60));
  if (call.sipResponseCode !== null) parameters['SipResponseCode'] = String(call.sipResponseCode);
  if (call.answeredBy !== null) parameters['AnsweredBy'] = call.answeredBy;
  return parameters;
}
