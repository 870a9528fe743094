import type { Calls, NewCall } from './calls';
import type { Source } from './documents';
import { RestError } from './errors';
import type { Form } from './form';
import { INVALID_PARAMETER } from './form';
import type { NumberRules } from './numbers';
import type { CallRecord } from './records';
import { isLive } from './records';

/** Calls end after four hours, whatever was asked for. */
export const LONGEST_CALL_SECONDS = 14_400;
const LONGEST_TWIML = 4000;

/** Parameters of create that Twilio knows and that would change what is heard or told here. */
const notSimulated = [
  'ApplicationSid',
  'SendDigits',
  'RecordingChannels',
  'RecordingStatusCallback',
  'RecordingStatusCallbackMethod',
  'RecordingStatusCallbackEvent',
  'RecordingTrack',
  'RecordingConfigurationId',
  'SipAuthUsername',
  'SipAuthPassword',
  'Trim',
  'CallerId',
  'Byoc',
  'CallToken',
  'ClientNotificationUrl',
];

/** From and To, or Twilio's refusal of them. */
export function parties(form: Form, numbers: NumberRules): { readonly to: string; readonly from: string } {
  const to = form.text('To');
  const from = form.text('From');
  if (to === null) throw new RestError(400, 21_201, "No 'To' number is specified");
  if (from === null) throw new RestError(400, 21_213, "No 'From' number is specified");
  const refused = numbers.refusal(to, from);
  if (refused !== null) throw new RestError(400, refused.rest, refused.message);
  return { to, from };
}

export interface CallFormOptions {
  readonly numbers: NumberRules;
  readonly warn: (code: number, message: string) => void;
}

/** What was asked to be dialled, or Twilio's refusal of it. */
export function newCall(form: Form, options: CallFormOptions): NewCall {
  const { to, from } = parties(form, options.numbers);
  form.cannot(...notSimulated);
  if (form.boolean('Record') === true) throw new RestError(400, INVALID_PARAMETER, 'Record is not simulated');
  // Without any effect on the call itself.
  form.text('CallReason');
  const voice = form.hook('Url', 'Method', 21_205);
  const twiml = form.text('Twiml');
  if (voice === null && twiml === null) throw new RestError(400, 21_205, 'Url parameter is required');
  if (twiml !== null && twiml.length > LONGEST_TWIML) {
    throw new RestError(400, 21_618, `Twiml has more than ${LONGEST_TWIML} characters`);
  }
  const detection = detectionOf(form);
  const asyncAmd = form.boolean('AsyncAmd') ?? false;
  const asyncAmdCallback = form.hook('AsyncAmdStatusCallback', 'AsyncAmdStatusCallbackMethod', 21_609);
  if (detection.machineDetection !== null && asyncAmd && asyncAmdCallback === null) {
    options.warn(21_262, 'Asynchronous detection without AsyncAmdStatusCallback: the verdict is told to nobody');
  }
  const wanted: NewCall = {
    to,
    from,
    // Where both are given, create ignores Twiml.
    voice,
    twiml: voice === null ? twiml : null,
    fallback: form.hook('FallbackUrl', 'FallbackMethod', 21_205),
    statusCallback: form.hook('StatusCallback', 'StatusCallbackMethod', 21_609),
    statusCallbackEvents: callEventsOf(form, options.warn),
    timeoutSeconds: form.integer('Timeout', 1, 600) ?? 60,
    timeLimitSeconds: form.integer('TimeLimit', 1, LONGEST_CALL_SECONDS) ?? LONGEST_CALL_SECONDS,
    ...detection,
    asyncAmd,
    asyncAmdCallback,
  };
  form.nothingElse();
  return wanted;
}

/** What detection of machines was asked for; thresholds that no simulated phone comes near are only checked. */
export function detectionOf(form: Form): Pick<NewCall, 'machineDetection' | 'detectionTimeoutMs' | 'silenceTimeoutMs'> {
  const machineDetection = form.text('MachineDetection');
  if (machineDetection !== null && machineDetection !== 'Enable' && machineDetection !== 'DetectMessageEnd') {
    throw new RestError(400, INVALID_PARAMETER, 'MachineDetection must be Enable or DetectMessageEnd');
  }
  const timeoutSeconds = form.integer('MachineDetectionTimeout', 3, 59);
  const silenceTimeoutMs = form.integer('MachineDetectionSilenceTimeout', 2000, 10_000);
  form.integer('MachineDetectionSpeechThreshold', 1000, 6000);
  form.integer('MachineDetectionSpeechEndThreshold', 500, 5000);
  return {
    machineDetection,
    ...(timeoutSeconds === null ? {} : { detectionTimeoutMs: timeoutSeconds * 1000 }),
    ...(silenceTimeoutMs === null ? {} : { silenceTimeoutMs }),
  };
}

/** Several events are repeated parameters; one value with spaces is accepted and then nothing is ever called. */
export function callEventsOf(form: Form, warn: CallFormOptions['warn']): readonly string[] {
  const values = form.list('StatusCallbackEvent');
  if (values.length === 0) return ['completed'];
  const known = new Set(['initiated', 'ringing', 'answered', 'completed']);
  for (const value of values) {
    if (!known.has(value)) warn(21_626, `StatusCallbackEvent "${value}" does not exist: it is never called`);
  }
  return values.filter((value) => known.has(value));
}

/** Ends a live call, or gives it another document. */
export function updateCall(form: Form, call: CallRecord, calls: Calls): void {
  const status = form.text('Status');
  const voice = form.hook('Url', 'Method', 21_205);
  const twiml = form.text('Twiml');
  const fallback = form.hook('FallbackUrl', 'FallbackMethod', 21_205);
  const statusCallback = form.hook('StatusCallback', 'StatusCallbackMethod', 21_609);
  const timeLimit = form.integer('TimeLimit', 1, LONGEST_CALL_SECONDS);
  form.nothingElse();
  if (status !== null && status !== 'completed' && status !== 'canceled') {
    throw new RestError(400, INVALID_PARAMETER, 'Status must be canceled or completed');
  }
  if (voice !== null && twiml !== null)
    throw new RestError(400, INVALID_PARAMETER, 'Url and Twiml are mutually exclusive');
  if (status !== null && (voice !== null || twiml !== null)) {
    throw new RestError(400, INVALID_PARAMETER, 'Status cannot be given together with Url or Twiml');
  }
  if (twiml !== null && twiml.length > LONGEST_TWIML) {
    throw new RestError(400, 21_618, `Twiml has more than ${LONGEST_TWIML} characters`);
  }
  if (voice === null && (statusCallback !== null || fallback !== null)) {
    throw new RestError(400, INVALID_PARAMETER, 'StatusCallback and FallbackUrl can only be changed together with Url');
  }

  const notInProgress = new RestError(400, 21_220, 'Call is not in-progress. Cannot redirect.');
  if (!isLive(call.status)) throw notInProgress;
  const source: Source | null =
    voice !== null
      ? { from: 'url', hook: voice, parameters: {}, isFallback: false }
      : twiml !== null
        ? { from: 'twiml', text: twiml }
        : null;
  if (source !== null && call.status !== 'in-progress') throw notInProgress;
  if (timeLimit !== null) calls.limit(call.sid, timeLimit);
  if (status !== null) {
    if (call.status !== 'in-progress') calls.end(call.sid, 'canceled', 487);
    else if (status === 'completed') calls.end(call.sid, 'completed', 200);
    // canceled leaves a call alone that was answered.
  }
  if (source !== null) {
    calls.redirect(call.sid, source, {
      ...(fallback === null ? {} : { fallback }),
      ...(statusCallback === null ? {} : { statusCallback }),
    });
  }
}
