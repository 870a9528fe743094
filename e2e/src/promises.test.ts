import { describe, expect, it } from '@jest/globals';
import { brokenPromises } from './promises';
import { AGENT } from './system';

const CLIENT = '+12025550123';
const at = (minute: number) => new Date(Date.UTC(2026, 11, 1, 15, minute)).toISOString();

const event = (detailType: string, id: string, data: object = {}) => ({
  detailType,
  detail: { metadata: { eventId: id }, data: { appointmentId: 'apt_1', ...data } },
});
const call = (
  sid: string,
  to: string,
  from: number,
  until: number | null,
  leg = to === AGENT ? 'agent' : 'client',
) => ({
  sid,
  to,
  status: until === null ? 'in-progress' : 'completed',
  url: `http://localhost/calls/session_1/${leg}/1/answer#rc=2`,
  createdAt: at(from),
  endedAt: until === null ? null : at(until),
});
const email = (subject: string, minute = 0) => ({ to: ['ada@example.com'], subject, text: subject, at: at(minute) });

/** What the control interface lists after an appointment that was kept. */
const kept = () => ({
  events: [
    event('AppointmentCreated', 'created'),
    event('CallDue', 'due'),
    event('AgentAnswered', 'answered', { answeredAt: at(1) }),
    // The same fact twice is one.
    event('CallCompleted', 'completed'),
    event('CallCompleted', 'completed'),
  ],
  calls: [call('CA1', AGENT, 0, 9), call('CA2', CLIENT, 1, 8)],
  emails: [email('confirmed for Tue')],
  alerts: [] as { subject: string; message: string }[],
  'dead-letters': [] as { queue: string }[],
});
type Lists = ReturnType<typeof kept>;

const look = (change: (lists: Lists) => Partial<Record<keyof Lists, readonly unknown[]>>) => {
  const lists: Partial<Record<string, readonly unknown[]>> = { ...kept(), ...change(kept()) };
  return brokenPromises(
    // What is listed has only the members that are looked at.
    { list: async <T>(path: string) => (lists[path.replace('/_local/', '')] ?? []) as readonly T[] },
    [{ appointmentId: 'apt_1', email: 'ada@example.com', phone: CLIENT }],
  );
};

describe('the promises', () => {
  it('are kept by an appointment that went well', async () => {
    expect(await look(() => ({}))).toEqual([]);
  });

  it.each<[string, RegExp, Parameters<typeof look>[0]]>([
    ['nobody heard of it', /0 events of its creation/, ({ events }) => ({ events: events.slice(1) })],
    ['it was never due', /due 0 times/, ({ events }) => ({ events: events.toSpliced(1, 1) })],
    ['its call has no end', /0 terminal events/, ({ events }) => ({ events: events.slice(0, 3) })],
    [
      'its call has two ends',
      /2 terminal events/,
      ({ events }) => ({ events: [...events, event('CallFailed', 'failed', { reason: 'cancelled' })] }),
    ],
    ['it was not confirmed', /no confirmation/, () => ({ emails: [] })],
    [
      'it failed and nobody was told',
      /client was not told/,
      ({ events }) => ({ events: [...events.slice(0, 3), event('CallFailed', 'failed', { reason: 'timeout' })] }),
    ],
    [
      'the client was rung before the agent accepted',
      /no agent on the line/,
      ({ calls }) => ({
        calls: [calls[0], call('CA2', CLIENT, 0, 8)],
      }),
    ],
    [
      'the client was rung after the agent had left',
      /no agent on the line/,
      ({ calls }) => ({
        calls: [...calls, call('CA3', CLIENT, 10, 11)],
      }),
    ],
    [
      'a phone was rung four times',
      /rung 4 times/,
      ({ calls }) => ({
        calls: [...calls, ...[2, 3, 4].map((n) => call(`CA1${n}`, AGENT, 8 + 2 * n, 9 + 2 * n))],
      }),
    ],
    ['a leg had two live calls', /two live calls/, ({ calls }) => ({ calls: [...calls, call('CA3', AGENT, 5, 6)] })],
    ['a call goes on', /still in-progress/, ({ calls }) => ({ calls: [calls[0], call('CA2', CLIENT, 1, null)] })],
    [
      'an e-mail went out twice at once',
      /e-mail went out 2 times/,
      ({ emails }) => ({
        emails: [...emails, email('confirmed for Tue', 5)],
      }),
    ],
    [
      'an alert was raised twice',
      /alert went out 2 times/,
      () => ({
        alerts: [1, 2].map(() => ({ subject: 'failed', message: 'a call' })),
      }),
    ],
    ['something was parked, and nobody was told', /nobody was told/, () => ({ 'dead-letters': [{ queue: 'parked' }] })],
  ])('are broken where %s', async (_, what, change) => {
    expect(await look(change)).toEqual([expect.stringMatching(what)]);
  });

  it('allow an e-mail again after a quarter of an hour, and dead letters of which an alarm told', async () => {
    const broken = await look(({ emails }) => ({
      emails: [...emails, email('confirmed for Tue', 15)],
      'dead-letters': [{ queue: 'parked' }],
      alerts: [1, 2].map(() => ({ subject: 'alarm', message: 'Letters lie there.\nQueue: parked' })),
    }));

    expect(broken).toEqual([]);
  });
});
