import type { Mark } from './fate';
import type { CallFailure, Word } from './word';

export interface Alert {
  /** ASCII, at most 100 characters (SNS, Publish). */
  readonly subject: string;
  readonly message: string;
}

/** Tells the operators that a call finally failed: ids only, nobody's name or number. */
export function alertOn(word: Word, failure: CallFailure, brandName: string): Alert {
  const reason = failure.reason.replace(/[^a-z0-9-]/gi, '').slice(0, 40);
  const attempts = failure.attempts.map((attempt, index) => `${index + 1}. ${attempt.leg}: ${attempt.outcome}`);
  return {
    subject: subjectOf(brandName, `a call failed (${reason})`),
    message: [
      'The call of an appointment did not come about, and nothing more is tried. Client and agent are told by e-mail.',
      '',
      `Appointment: ${word.appointmentId}, version ${word.version}`,
      `Call session: ${failure.callSessionId}`,
      `Reason: ${reason}`,
      `Missing side: ${failure.leg ?? 'none'}`,
      `Attempts:${attempts.length === 0 ? ' none' : ''}`,
      ...attempts,
      '',
      'Runbook: docs/runbook.md, "A call failed".',
      '',
    ].join('\n'),
  };
}

/** Tells the operators that a party of an appointment can be reached neither by mail nor by text: ids only, never the address. */
export function alertOnDeadAddress(
  about: {
    readonly appointmentId: string;
    readonly version: number;
    readonly party: 'client' | 'agent';
    readonly mark: Mark;
  },
  brandName: string,
): Alert {
  const because =
    about.mark === 'bounced'
      ? 'Mail to the address came back for good.'
      : 'The owner of the address reported our mail as spam.';
  return {
    subject: subjectOf(brandName, `no way to write to the ${about.party}`),
    message: [
      `${because} Nothing more is sent to it, and no text message can take its place: somebody should call.`,
      '',
      `Appointment: ${about.appointmentId}, version ${about.version}`,
      `Who: the ${about.party}`,
      `What the address did: ${about.mark}`,
      '',
      'Runbook: docs/runbook.md, "An address takes no mail".',
      '',
    ].join('\n'),
  };
}

/** ASCII, and no longer than a subject may be. */
function subjectOf(brandName: string, what: string): string {
  const brand = brandName
    .replace(/[^\x20-\x7e]/g, '')
    .trim()
    .slice(0, 40);
  return `${brand === '' ? 'Appointments' : brand}: ${what}`.slice(0, 100);
}
