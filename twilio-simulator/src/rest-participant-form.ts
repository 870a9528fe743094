import type { NewCall } from './calls';
import { RestError } from './errors';
import type { Form } from './form';
import { INVALID_PARAMETER } from './form';
import type { CallFormOptions } from './rest-call-form';
import { callEventsOf, detectionOf, LONGEST_CALL_SECONDS, parties } from './rest-call-form';
import { conferenceEvents } from './twiml-dial';
import type { ConferenceAttributes } from './verbs';

const LONGEST_LABEL = 128;

/** Parameters that Twilio knows and that would change what is heard or told here. */
const notSimulated = [
  'RecordingChannels',
  'RecordingStatusCallback',
  'RecordingStatusCallbackMethod',
  'RecordingStatusCallbackEvent',
  'RecordingTrack',
  'ConferenceRecordingStatusCallback',
  'ConferenceRecordingStatusCallbackMethod',
  'ConferenceRecordingStatusCallbackEvent',
  'SipAuthUsername',
  'SipAuthPassword',
  'CallerId',
  'CallerDisplayName',
  'Byoc',
  'CallToken',
  'ClientNotificationUrl',
];

/** A call to be made and the room it comes into, or Twilio's refusal. Detection of machines is asynchronous, always. */
export function newParticipant(
  form: Form,
  name: string,
  options: CallFormOptions,
): { readonly call: NewCall; readonly room: ConferenceAttributes } {
  const { to, from } = parties(form, options.numbers);
  form.cannot(...notSimulated);
  if (form.boolean('Record') === true) throw new RestError(400, INVALID_PARAMETER, 'Record is not simulated');
  const record = form.text('ConferenceRecord');
  if (record !== null && !['false', 'do-not-record'].includes(record))
    throw new RestError(400, INVALID_PARAMETER, 'ConferenceRecord is not simulated');
  // Only the sound is different.
  for (const sound of ['Beep', 'Trim', 'ConferenceTrim', 'Region', 'JitterBufferSize', 'CallReason']) form.text(sound);
  form.boolean('EarlyMedia');
  const label = form.text('Label');
  if (label !== null && label.length > LONGEST_LABEL)
    throw new RestError(400, 16_024, `Label has more than ${LONGEST_LABEL} characters`);
  const detection = detectionOf(form);
  const verdictTo = form.hook('AmdStatusCallback', 'AmdStatusCallbackMethod', 21_609);
  if (detection.machineDetection !== null && verdictTo === null)
    options.warn(21_262, 'Detection without AmdStatusCallback: the verdict is told to nobody');
  const coaching = form.boolean('Coaching');
  const coach = form.text('CallSidToCoach');
  if (coaching === true && coach === null) throw new RestError(400, INVALID_PARAMETER, 'Coaching needs CallSidToCoach');
  const wait = form.hook('WaitUrl', 'WaitMethod', 21_205);
  const told = form.hook('ConferenceStatusCallback', 'ConferenceStatusCallbackMethod', 21_609);
  const room: ConferenceAttributes = {
    name,
    startConferenceOnEnter: form.boolean('StartConferenceOnEnter') ?? true,
    endConferenceOnExit: form.boolean('EndConferenceOnExit') ?? false,
    // Sent empty, it asks for silence.
    waitUrl: wait?.url ?? (form.given('WaitUrl') ? '' : null),
    waitMethod: wait?.method ?? 'POST',
    maxParticipants: form.integer('MaxParticipants', 2, 250) ?? 250,
    participantLabel: label,
    muted: form.boolean('Muted') ?? false,
    coach: coaching === false ? null : coach,
    statusCallback: told?.url ?? null,
    statusCallbackMethod: told?.method ?? 'POST',
    statusCallbackEvents: roomEventsOf(form),
  };
  const call: NewCall = {
    to,
    from,
    voice: null,
    twiml: null,
    fallback: null,
    statusCallback: form.hook('StatusCallback', 'StatusCallbackMethod', 21_609),
    statusCallbackEvents: callEventsOf(form, options.warn),
    timeoutSeconds: form.integer('Timeout', 5, 600) ?? 60,
    timeLimitSeconds: form.integer('TimeLimit', 1, LONGEST_CALL_SECONDS) ?? LONGEST_CALL_SECONDS,
    ...detection,
    asyncAmd: true,
    asyncAmdCallback: verdictTo,
  };
  form.nothingElse();
  return { call, room };
}

/** Repeated, or one value with spaces: here Twilio takes both. */
function roomEventsOf(form: Form): readonly string[] {
  const events = form.list('ConferenceStatusCallbackEvent').flatMap((value) => value.split(/\s+/));
  const unknown = events.find((event) => !conferenceEvents.has(event));
  if (unknown !== undefined)
    throw new RestError(400, INVALID_PARAMETER, `ConferenceStatusCallbackEvent "${unknown}" does not exist`);
  return events;
}
