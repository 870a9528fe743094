import { describe, expect, it } from '@jest/globals';
import { sortFault } from './carrier-fault';
import { outcomeOf, type CallEnd } from './outcome';
import { CallPolicy, DEFAULT_POLICY } from './policy';
import { applyNews, overtakenBy, type Appointment } from './projection';

const end = (more: Partial<CallEnd>): CallEnd => ({
  status: 'completed',
  answered: false,
  rang: false,
  ringSeconds: 0,
  ...more,
});

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
    expect(outcomeOf(end(more), 20)).toBe(outcome);
  });
});

describe('a fault of the carrier', () => {
  it.each([
    [{ status: 429 }, 'not-placed'],
    [{ status: 400, code: 21211 }, 'invalid-number'],
    [{ status: 400, code: 21217 }, 'invalid-number'],
    [{ status: 400, code: 21214 }, 'unreachable'],
    [{ status: 401, code: 20003 }, 'account'],
    [{ status: 401 }, 'account'],
    [{ status: 400, code: 21210 }, 'account'],
    [{ status: 404, code: 20404 }, 'account'],
    [{ status: 400, code: 21215 }, 'refused'],
    [{ status: 400, code: 77_777 }, 'refused'],
    [{ status: 500, code: 20500 }, 'ambiguous'],
    [{ status: 502 }, 'ambiguous'],
    [{ status: 504 }, 'ambiguous'],
    [{ network: 'ECONNRESET' }, 'ambiguous'],
    [{ network: 'ECONNABORTED' }, 'ambiguous'],
    [{}, 'ambiguous'],
    [{ network: 'ECONNREFUSED' }, 'not-placed'],
    [{ network: 'ENOTFOUND' }, 'not-placed'],
    [{ network: 'UND_ERR_CONNECT_TIMEOUT' }, 'not-placed'],
  ] as const)('%j is %s', (fault, sort) => {
    expect(sortFault(fault)).toBe(sort);
  });
});

describe('a policy', () => {
  it('is the design’s where nothing else is said', () => {
    expect(DEFAULT_POLICY).toMatchObject({
      attempts: 3,
      ringSeconds: 20,
      backOffSeconds: [20, 40],
      keySeconds: 8,
      acceptance: { agent: 'keypress', client: 'keypress' },
      agentLeft: 'redial',
      latestStartSeconds: 600,
      engagedLookSeconds: 15,
    });
  });

  it.each([
    { attempts: 4 },
    { attempts: 0 },
    { ringSeconds: 30 },
    { backOffSeconds: [20] },
    { acceptance: 'amd' },
    { acceptance: { client: 'hope' } },
    { other: 1 },
  ])('is rejected when it is built with %j', (policy) => {
    expect(CallPolicy.safeParse(policy).success).toBe(false);
  });
});

describe('what is known of an appointment', () => {
  const person = (name: string) => ({ name, phone: '+12025550100' });
  const news = (version: number, revision: number, more: object = {}) => ({
    appointmentId: 'apt_1',
    version,
    revision,
    cancelled: false,
    startsAt: version * 1000,
    client: person(`client ${revision}`),
    agent: { agentId: 'agt', ...person(`agent ${revision}`) },
    ...more,
  });
  const cancellation = (version: number, revision: number) => ({
    appointmentId: 'apt_1',
    version,
    revision,
    cancelled: true,
  });
  const nothing: Appointment = { appointmentId: 'apt_1' };

  it('is the same in whatever order it was learnt', () => {
    const all = [news(1, 1), news(2, 2), news(2, 3), cancellation(3, 4)];
    const inOrder = all.reduce(applyNews, nothing);

    expect(all.toReversed().reduce(applyNews, nothing)).toMatchObject({
      state: { version: 3, cancelled: true },
      particulars: inOrder.particulars,
    });
    expect(inOrder.particulars?.client.name).toBe('client 3');
  });

  it('does not change by what is old', () => {
    const known = [news(2, 3)].reduce(applyNews, nothing);

    expect(applyNews(known, news(1, 1))).toBe(known);
    expect(applyNews(known, news(2, 3))).toBe(known);
  });

  it('says when a session of a version is overtaken', () => {
    const known = applyNews(nothing, news(2, 2));

    expect(overtakenBy(known, 1)).toBe('superseded');
    expect(overtakenBy(known, 2)).toBeUndefined();
    expect(overtakenBy(known, 3)).toBeUndefined();
    expect(overtakenBy(applyNews(known, cancellation(3, 3)), 2)).toBe('cancelled');
  });
});
