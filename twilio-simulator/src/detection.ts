import type { CallRecord } from './records';

/** What detection of machines will say of a call, and how long after the answer. */
export interface Verdict {
  readonly answeredBy: string;
  readonly afterMs: number;
}

/** "On average 4 seconds", says Twilio's FAQ on answering machine detection. */
export const USUAL_DETECTION_MS = 4000;
const DETECTION_TIMEOUT_MS = 30_000;
const SILENCE_TIMEOUT_MS = 5000;

/**
 * The verdict on whoever answers. People, and a voicemail whose greeting takes no time, are known after
 * `usualMs`; the machines that were given a length are heard for it.
 */
export function detect(call: CallRecord, usualMs: number): Verdict {
  const { detectionMs, greetingMs, beep = true } = call;
  switch (call.behaviour) {
    case 'voicemail': {
      const greeting = greetingMs ?? 0;
      if (call.machineDetection !== 'DetectMessageEnd') {
        return {
          answeredBy: 'machine_start',
          afterMs: detectionMs ?? (greetingMs === undefined ? usualMs : USUAL_DETECTION_MS),
        };
      }
      const timeout = call.detectionTimeoutMs ?? DETECTION_TIMEOUT_MS;
      if (greeting > timeout) return { answeredBy: 'machine_end_other', afterMs: timeout };
      return { answeredBy: beep ? 'machine_end_beep' : 'machine_end_silence', afterMs: greeting };
    }
    case 'fax':
      return { answeredBy: 'fax', afterMs: detectionMs ?? USUAL_DETECTION_MS };
    case 'silence':
      return { answeredBy: 'unknown', afterMs: detectionMs ?? call.silenceTimeoutMs ?? SILENCE_TIMEOUT_MS };
    case 'manual':
    case 'accept':
    case 'answer-silent':
    case 'no-answer':
    case 'busy':
    case 'unreachable':
      return { answeredBy: 'human', afterMs: detectionMs ?? usualMs };
    default:
      return call.behaviour satisfies never;
  }
}
