import { describe, expect, it } from '@jest/globals';
import { AppointmentCreated } from '@appointments/events';
import { phoneCode, verifyEmailToken } from '@appointments/runtime';
import { APPOINTMENT, event, START, world } from '../../test/world';

const HOUR = 3_600_000;
const KEYS = { kid: 'k1', key: 'k'.repeat(64) };
const { client } = AppointmentCreated.example.data;

type Proof = 'email' | 'phone';
const created = (...unproven: Proof[]) => event('AppointmentCreated', { unproven });
const amended = (revision: number, changes: Partial<typeof client>, ...unproven: Proof[]) =>
  event('AppointmentAmended', { revision, client: { ...client, ...changes }, unproven });
const moved = (revision: number, ...unproven: Proof[]) =>
  event('AppointmentRescheduled', { appointmentVersion: 2, revision, unproven });

const toClient = (w: ReturnType<typeof world>) =>
  w.accepted.filter(({ what }) => !what.endsWith('agent')).map(({ what, address }) => `${what}: ${address}`);
const tokenIn = (text: string) => /\/confirm\/apt_\w+#(\S+)/.exec(text)?.[1] ?? '';

describe('an e-mail address that is to be confirmed', () => {
  it('is asked for its confirmation by the confirmation itself, with a link that proves it', async () => {
    const w = world();

    w.deliver(START, created('email'));
    await w.run();

    expect(toClient(w)).toEqual(['1 confirmation to client: ada@example.com']);
    const token = tokenIn(w.accepted.find(({ address }) => address === client.email)?.text ?? '');
    const about = { appointmentId: APPOINTMENT, email: client.email };
    expect(verifyEmailToken(KEYS, about, token, new Date(START))).toBe(true);
  });

  it('is not asked again when anything else is amended', async () => {
    const w = world();

    w.deliver(START, created('email'));
    w.deliver(START + HOUR, amended(2, { name: 'Ada King' }, 'email'));
    await w.run();

    expect(toClient(w)).toEqual(['1 confirmation to client: ada@example.com']);
  });

  it('that took the place of another is asked at once, and once', async () => {
    const w = world();

    w.deliver(START, created('email'));
    w.deliver(START + HOUR, amended(2, { email: 'new@example.com' }, 'email'));
    w.deliver(START + HOUR, amended(2, { email: 'new@example.com' }, 'email'));
    w.deliver(START + 2 * HOUR, amended(3, { email: 'new@example.com', name: 'Ada King' }, 'email'));
    await w.run();

    expect(toClient(w)).toEqual([
      '1 confirmation to client: ada@example.com',
      '2 confirm-email to client: new@example.com',
    ]);
    const about = { appointmentId: APPOINTMENT, email: 'new@example.com' };
    const texts = w.accepted.map(({ text }) => tokenIn(text)).filter((token) => token !== '');
    expect(texts.map((token) => verifyEmailToken(KEYS, about, token, new Date(START)))).toEqual([false, true]);
  });

  it('is told of a move with the link', async () => {
    const w = world();

    w.deliver(START, created('email'));
    w.deliver(START + HOUR, moved(2, 'email'));
    await w.run();

    const last = w.accepted.findLast(({ address }) => address === client.email);
    expect(last?.what).toBe('2 moved to client');
    expect(tokenIn(last?.text ?? '')).not.toBe('');
  });

  it('that was confirmed before the question could be sent is not asked', async () => {
    const w = world();
    w.afterClaims(() => w.projectNow(amended(3, { email: 'new@example.com' })));

    w.deliver(START, amended(2, { email: 'new@example.com' }, 'email'));
    await w.run();

    expect(toClient(w)).toEqual([]);
    expect(w.underWay()).toEqual([]);
  });

  it('of an appointment that was called off is not asked', async () => {
    const w = world();

    w.deliver(START, event('AppointmentCancelled', { appointmentVersion: 2, revision: 3 }));
    w.deliver(START + 1000, amended(2, { email: 'new@example.com' }, 'email'));
    await w.run();

    expect(toClient(w).filter((what) => what.includes('confirm-email'))).toEqual([]);
  });

  it('nobody is asked when an amendment leaves nothing to confirm', async () => {
    const w = world();

    w.deliver(START, amended(2, { email: 'new@example.com' }));
    await w.run();

    expect(w.accepted).toEqual([]);
  });
});

describe('a number that is to be confirmed', () => {
  it('is texted its code once, however often the booking is heard, moved or amended', async () => {
    const w = world();

    w.deliver(START, created('phone'));
    w.deliver(START, created('phone'));
    w.deliver(START + HOUR, amended(2, { name: 'Ada King' }, 'phone'));
    w.deliver(START + 2 * HOUR, moved(3, 'phone'));
    await w.run();

    const texts = w.accepted.filter(({ what }) => what === 'code');
    expect(texts.map(({ address }) => address)).toEqual([client.phone]);
    expect(texts[0]?.text).toContain(`: ${phoneCode(KEYS, APPOINTMENT, client.phone)} `);
  });

  it('that took the place of another is texted a code of its own', async () => {
    const w = world();

    w.deliver(START, created('phone'));
    w.deliver(START + HOUR, amended(2, { phone: '+12025550124' }, 'phone'));
    await w.run();

    const texts = w.accepted.filter(({ what }) => what === 'code');
    expect(texts.map(({ address }) => address)).toEqual([client.phone, '+12025550124']);
    expect(texts[1]?.text).toContain(`: ${phoneCode(KEYS, APPOINTMENT, '+12025550124')} `);
    expect(texts[1]?.text).not.toBe(texts[0]?.text);
  });

  it('that cannot be texted is told as a failure, and parked', async () => {
    const w = world({ fates: ['rejected'] });

    w.deliver(START, amended(2, { phone: '+12025550124' }, 'phone'));
    await w.run();

    expect(w.published).toEqual([
      expect.objectContaining({
        channel: 'sms',
        template: 'phone-code',
        recipient: 'client',
        reason: 'MessageRejected',
      }),
    ]);
    expect(w.parked).toEqual(['sms phone-code to client: MessageRejected']);
    expect(w.underWay()).toEqual([]);
  });

  it.each([0, 1, 2])('keeps none of three messages from going when one of them is throttled: %i', async (place) => {
    const w = world({ fates: [0, 1, 2].map((nth) => (nth === place ? 'throttled' : 'accepted')) });

    w.deliver(START, created('phone'));
    await w.run();

    expect(w.accepted.map(({ what }) => what).toSorted()).toEqual([
      '1 confirmation to agent',
      '1 confirmation to client',
      'code',
    ]);
  });

  it('whose answer was lost is never repeated: a quarter of an hour later the bus is told that nobody knows', async () => {
    const w = world({ fates: ['sent-but-lost'] });

    w.deliver(START, amended(2, { phone: '+12025550124' }, 'phone'));
    w.deliver(START + 3_600_000, amended(2, { phone: '+12025550124' }, 'phone'));
    await w.run();

    expect(w.accepted.filter(({ what }) => what === 'code')).toHaveLength(1);
    expect(w.published).toEqual([
      expect.objectContaining({ channel: 'sms', template: 'phone-code', reason: 'unknown' }),
    ]);
    expect([w.parked, w.underWay()]).toEqual([[], []]);
  });

  it('of an appointment that is over is not texted', async () => {
    const w = world();

    w.deliver(Date.parse('2026-12-01T15:31:00Z'), amended(2, { phone: '+12025550124' }, 'phone'));
    await w.run();

    expect(w.accepted).toEqual([]);
  });
});
