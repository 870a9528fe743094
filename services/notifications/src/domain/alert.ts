import type { CallFailure, Word } from './word';

export interface Alert {
  /** ASCII, at most 100 characters (SNS, Publish). */
  readonly subject: string;
  readonly message: string;
}

/** Tells the operators that a call finally failed: ids only, nobody's name or number. */
export function alertOn(word: Word, failure: CallFailure, brandName: string): Alert {
  const reason = failure.reason.replace(/[^a-z0-9-]/gi, '').slice(0, 40);
  const brand = brandName
    .replace(/[^\x20-\x7e]/g, '')
    .trim()
    .slice(0, 40);
  const attempts = failure.attempts.map((attempt, index) => `${index + 1}. ${attempt.leg}: ${attempt.outcome}`);
  return {
    subject: `${brand === '' ? 'Appointments' : brand}: a call failed (${reason})`.slice(0, 100),
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
