import { describe, expect, it } from '@jest/globals';
import { alertOn } from './alert';

const word = { appointmentId: 'apt_1', version: 2, kind: 'could-not-connect' } as const;

describe('an alert', () => {
  it('says what failed, by ids only, and where to read on', () => {
    expect(
      alertOn(
        word,
        {
          version: 2,
          callSessionId: 'cs_1',
          leg: 'agent',
          reason: 'agent-unreachable',
          attempts: [
            { leg: 'agent', outcome: 'no-answer' },
            { leg: 'agent', outcome: 'busy' },
          ],
        },
        'Appointments',
      ),
    ).toEqual({
      subject: 'Appointments: a call failed (agent-unreachable)',
      message: [
        'The call of an appointment did not come about, and nothing more is tried. Client and agent are told by e-mail.',
        '',
        'Appointment: apt_1, version 2',
        'Call session: cs_1',
        'Reason: agent-unreachable',
        'Missing side: agent',
        'Attempts:',
        '1. agent: no-answer',
        '2. agent: busy',
        '',
        'Runbook: docs/runbook.md, "A call failed".',
        '',
      ].join('\n'),
    });
  });

  it('has a subject that SNS takes: ASCII, one line, at most 100 characters', () => {
    const { subject } = alertOn(
      word,
      { version: 2, callSessionId: 'cs_1', leg: null, reason: `x\n${'y'.repeat(200)}`, attempts: [] },
      `Zürich ${'b'.repeat(100)}`,
    );

    expect(subject).toMatch(/^[\x20-\x7e]{1,100}$/);
  });
});
