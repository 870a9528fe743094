import { createHash } from 'node:crypto';
import { directionOf } from './call-parameters';
import { formatted, rfc2822, secondsBetween } from './format';
import type { CallRecord, ConferenceRecord, ParticipantRecord } from './records';

const rfcOrNull = (ms: number | null): string | null => (ms === null ? null : rfc2822(ms));

export const apiRoot = (accountSid: string): string => `/2010-04-01/Accounts/${accountSid}`;

/** A call as the API answers it. */
export function callView(
  call: CallRecord,
  {
    accountSid,
    now,
    pricePerMinute,
  }: { readonly accountSid: string; readonly now: () => number; readonly pricePerMinute: number },
): Record<string, unknown> {
  const uri = `${apiRoot(accountSid)}/Calls/${call.sid}`;
  const sub = (name: string): string => `${uri}/${name}.json`;
  return {
    account_sid: accountSid,
    answered_by: call.answeredBy,
    api_version: '2010-04-01',
    caller_name: null,
    date_created: rfc2822(call.createdAt),
    date_updated: rfc2822(call.updatedAt),
    direction: directionOf(call),
    duration: call.endedAt === null ? null : String(secondsBetween(call.answeredAt ?? call.endedAt, call.endedAt)),
    end_time: rfcOrNull(call.endedAt),
    forwarded_from: null,
    from: call.from,
    from_formatted: formatted(call.from),
    group_sid: null,
    parent_call_sid: call.parentSid ?? null,
    // One number has one identifier, whichever call uses it.
    phone_number_sid: `PN${createHash('md5').update(call.from).digest('hex')}`,
    price: priceOf(call, now(), pricePerMinute),
    price_unit: 'USD',
    queue_time: String(call.queueTimeMs),
    sid: call.sid,
    start_time: rfcOrNull(call.dialledAt),
    status: call.status,
    subresource_uris: {
      notifications: sub('Notifications'),
      recordings: sub('Recordings'),
      payments: sub('Payments'),
      events: sub('Events'),
      siprec: sub('Siprec'),
      streams: sub('Streams'),
      transcriptions: sub('Transcriptions'),
      user_defined_message_subscriptions: sub('UserDefinedMessageSubscriptions'),
      user_defined_messages: sub('UserDefinedMessages'),
    },
    to: call.to,
    to_formatted: formatted(call.to),
    trunk_sid: null,
    uri: `${uri}.json`,
  };
}

/** Twilio knows a call's price some time after its end. */
const PRICED_AFTER_MS = 60_000;

/** Null at first, and for a call that nobody answered; then what its minutes, rounded up, cost the account. */
function priceOf(call: CallRecord, now: number, pricePerMinute: number): string | null {
  if (call.endedAt === null || call.answeredAt === null || now < call.endedAt + PRICED_AFTER_MS) return null;
  const minutes = Math.max(1, Math.ceil(secondsBetween(call.answeredAt, call.endedAt) / 60));
  return (-minutes * pricePerMinute).toFixed(5);
}

/** A conference as the API answers it. */
export function conferenceView(conference: ConferenceRecord, accountSid: string): Record<string, unknown> {
  const uri = `${apiRoot(accountSid)}/Conferences/${conference.sid}`;
  return {
    account_sid: accountSid,
    api_version: '2010-04-01',
    call_sid_ending_conference: conference.callSidEnding,
    date_created: rfc2822(conference.createdAt),
    date_updated: rfc2822(conference.updatedAt),
    friendly_name: conference.name,
    reason_conference_ended: conference.reasonEnded,
    region: 'us1',
    sid: conference.sid,
    status: conference.status,
    subresource_uris: { participants: `${uri}/Participants.json`, recordings: `${uri}/Recordings.json` },
    uri: `${uri}.json`,
  };
}

/** A participant as the API answers it; those of ended conferences are not told. */
export function participantView(
  participant: ParticipantRecord,
  conferenceSid: string,
  accountSid: string,
): Record<string, unknown> {
  return {
    account_sid: accountSid,
    call_sid: participant.callSid,
    call_sid_to_coach: participant.coach ?? null,
    coaching: (participant.coach ?? null) !== null,
    conference_sid: conferenceSid,
    date_created: rfc2822(participant.joinedAt),
    date_updated: rfc2822(participant.updatedAt),
    end_conference_on_exit: participant.endConferenceOnExit,
    hold: participant.hold,
    label: participant.label,
    muted: participant.muted,
    queue_time: null,
    start_conference_on_enter: participant.startConferenceOnEnter,
    status: 'connected',
    uri: `${apiRoot(accountSid)}/Conferences/${conferenceSid}/Participants/${participant.callSid}.json`,
  };
}

/** One who is being called into a conference, as the API answers it. */
export function invitedView(call: CallRecord, conferenceSid: string, accountSid: string): Record<string, unknown> {
  const room = call.room?.attributes;
  return {
    account_sid: accountSid,
    call_sid: call.sid,
    call_sid_to_coach: room?.coach ?? null,
    coaching: (room?.coach ?? null) !== null,
    conference_sid: conferenceSid,
    date_created: rfc2822(call.createdAt),
    date_updated: rfc2822(call.updatedAt),
    end_conference_on_exit: room?.endConferenceOnExit ?? false,
    hold: false,
    label: room?.participantLabel ?? null,
    muted: room?.muted ?? false,
    queue_time: String(call.queueTimeMs),
    start_conference_on_enter: room?.startConferenceOnEnter ?? true,
    status: call.status === 'queued' ? 'queued' : call.status === 'ringing' ? 'ringing' : 'connecting',
    uri: `${apiRoot(accountSid)}/Conferences/${conferenceSid}/Participants/${call.sid}.json`,
  };
}
