import { describe, expect, it } from '@jest/globals';
import { isFinal, outcomeOf, type CallEnd } from './outcome';

const end = (more: Partial<CallEnd>): CallEnd => ({
  status: 'completed',
  answered: false,
  rang: false,
  ringSeconds: 0,
  ...more,
});

const RING_SECONDS = 20;

describe('what became of an attempt', () => {
  it.each<[Partial<CallEnd>, string]>([
    [{ status: 'busy' }, 'busy'],
    [{ status: 'no-answer', rang: true, ringSeconds: 25 }, 'no-answer'],
    [{ status: 'no-answer', rang: true, ringSeconds: 18 }, 'no-answer'],
    [{ status: 'no-answer', rang: true, ringSeconds: 17 }, 'declined'],
    [{ status: 'no-answer', sipCode: 603 }, 'declined'],
    [{ status: 'no-answer' }, 'no-answer'],
    [{ status: 'failed', sipCode: 480 }, 'unreachable'],
    [{ status: 'failed', sipCode: 486 }, 'busy'],
    [{ status: 'failed', sipCode: 603 }, 'declined'],
    [{ status: 'failed', sipCode: 404 }, 'invalid-number'],
    [{ status: 'failed', sipCode: 503 }, 'carrier-error'],
    [{ status: 'failed' }, 'unreachable'],
    [{ status: 'canceled' }, 'cancelled'],
    [{ status: 'canceled', gaveUp: 'unwanted', rang: true }, 'cancelled'],
    [{ status: 'canceled', gaveUp: 'late', rang: true }, 'no-answer'],
    [{ status: 'canceled', gaveUp: 'late' }, 'carrier-error'],
    [{ status: 'completed', answered: true }, 'no-input'],
    [{ status: 'completed', answered: true, gaveUp: 'late' }, 'no-input'],
    [{ status: 'completed', answered: true, screened: 'voicemail' }, 'voicemail'],
  ])('%j is %s', (more, outcome) => {
    expect(outcomeOf(end(more), RING_SECONDS)).toBe(outcome);
  });
});

describe('a status', () => {
  it.each(['completed', 'busy', 'failed', 'no-answer', 'canceled'])('%s ends a call', (status) => {
    expect(isFinal(status)).toBe(true);
  });

  it.each(['queued', 'initiated', 'ringing', 'in-progress', ''])('%j does not', (status) => {
    expect(isFinal(status)).toBe(false);
  });
});

describe('a call that failed', () => {
  it.each([
    [404, 'invalid-number'],
    [410, 'invalid-number'],
    [484, 'invalid-number'],
    [604, 'invalid-number'],
    [486, 'busy'],
    [600, 'busy'],
    [603, 'declined'],
    [499, 'unreachable'],
    [500, 'carrier-error'],
    [503, 'carrier-error'],
    [599, 'carrier-error'],
    [480, 'unreachable'],
    [487, 'unreachable'],
    [606, 'unreachable'],
    [undefined, 'unreachable'],
  ])('with SIP code %s is %s', (sipCode, outcome) => {
    expect(outcomeOf(end({ status: 'failed', sipCode }), RING_SECONDS)).toBe(outcome);
  });
});

describe('a call that nobody took', () => {
  const unanswered = (more: Partial<CallEnd>) => outcomeOf(end({ status: 'no-answer', ...more }), RING_SECONDS);

  it('was declined where it ended more than two seconds before its ring time', () => {
    expect(unanswered({ rang: true, ringSeconds: 17 })).toBe('declined');
    expect(unanswered({ rang: true, ringSeconds: 18 })).toBe('no-answer');
    expect(unanswered({ rang: true, ringSeconds: 20 })).toBe('no-answer');
  });

  it('was declined by nobody where it never rang, unless SIP says so', () => {
    expect(unanswered({ rang: false, ringSeconds: 1 })).toBe('no-answer');
    expect(unanswered({ rang: false, sipCode: 603 })).toBe('declined');
    expect(unanswered({ rang: true, ringSeconds: 20, sipCode: 603 })).toBe('declined');
    expect(unanswered({ rang: true, ringSeconds: 20, sipCode: 480 })).toBe('no-answer');
  });
});

describe('a call that somebody or something took', () => {
  it('had no input where the carrier says it was completed, or says no more than that it goes on', () => {
    expect(outcomeOf(end({ status: 'completed' }), RING_SECONDS)).toBe('no-input');
    expect(outcomeOf(end({ status: 'in-progress' }), RING_SECONDS)).toBe('no-input');
    expect(outcomeOf(end({ status: 'failed', answered: true }), RING_SECONDS)).toBe('no-input');
  });

  it('is what screening found, before all else', () => {
    expect(outcomeOf(end({ status: 'busy', gaveUp: 'unwanted', screened: 'fax' }), RING_SECONDS)).toBe('fax');
  });
});

describe('a call that we ended', () => {
  it('is cancelled where it was no longer wanted, also when it was answered', () => {
    expect(outcomeOf(end({ status: 'completed', gaveUp: 'unwanted', answered: true }), RING_SECONDS)).toBe('cancelled');
  });

  it('was not answered where it rang too long, and the carrier’s fault where it never rang', () => {
    expect(outcomeOf(end({ status: 'busy', gaveUp: 'late', rang: true }), RING_SECONDS)).toBe('no-answer');
    expect(outcomeOf(end({ status: 'busy', gaveUp: 'late' }), RING_SECONDS)).toBe('carrier-error');
  });

  it('is cancelled where the carrier says so, and busy where it says that', () => {
    expect(outcomeOf(end({ status: 'canceled', sipCode: 503 }), RING_SECONDS)).toBe('cancelled');
    expect(outcomeOf(end({ status: 'busy', sipCode: 503 }), RING_SECONDS)).toBe('busy');
  });
});
