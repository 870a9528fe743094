import { describe, expect, it } from '@jest/globals';
import { AppointmentCreated } from '@appointments/events';
import fc from 'fast-check';
import { event, START, world, type Answer } from '../../test/world';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NIGHT = { from: 21 * 60, until: 8 * 60 };
// Ada's clocks are Berlin's, an hour ahead of UTC; the appointment of the example begins on 1 December at 16:00 of theirs.
const BEGINS = Date.parse('2026-12-01T15:00:00.000Z');

const { client } = AppointmentCreated.example.data;
const wanted = { client: { ...client, smsConsent: true } };
const created = (data: object = wanted) => event('AppointmentCreated', { ...data });
const moved = (version = 2, data: object = wanted) =>
  event('AppointmentRescheduled', { appointmentVersion: version, revision: version, ...data });
const amended = (revision: number, smsConsent: boolean) =>
  event('AppointmentAmended', { revision, client: { ...client, smsConsent } });
const cancelled = (version = 2) => event('AppointmentCancelled', { appointmentVersion: version, revision: version });
const reminder = (key = '24h', channels?: readonly string[], version = 1) =>
  event('ReminderDue', { reminder: key, appointmentVersion: version, ...(channels && { channels }) });

type World = ReturnType<typeof world>;
const texts = (w: World) => w.accepted.filter(({ what }) => what.endsWith('by text'));
const told = (w: World) => texts(w).map(({ what }) => what);
const mails = (w: World) => w.accepted.filter(({ what }) => /to (client|agent)$/.test(what)).length;
const reasons = (w: World) =>
  w.published.map((failure) => ['channel', 'template', 'reason'].map((field) => String(failure[field])).join(' '));

describe('a client who agreed to texts', () => {
  it('is texted beside every mail, each word once, at the number they gave', async () => {
    const w = world();

    w.deliver(START, created());
    w.deliver(START, created());
    w.deliver(START + HOUR, moved());
    w.deliver(START + HOUR, moved());
    w.deliver(BEGINS - 24 * HOUR, reminder('24h', undefined, 2));
    w.deliver(BEGINS - HOUR, reminder('1h', undefined, 2));
    w.deliver(BEGINS + 15 * MINUTE, event('CallFailed', { reason: 'agent-unreachable', appointmentVersion: 2 }));
    await w.run();

    expect(told(w)).toEqual([
      '1 confirmation to client by text',
      '2 moved to client by text',
      '2 reminder-24h to client by text',
      '2 reminder-1h to client by text',
      '2 could-not-connect to client by text',
    ]);
    expect(new Set(texts(w).map(({ address }) => address))).toEqual(new Set([client.phone]));
  });

  it('is texted that their appointment was called off', async () => {
    const w = world();

    w.deliver(START, created());
    w.deliver(START + HOUR, cancelled());
    await w.run();

    expect(told(w)).toEqual(['1 confirmation to client by text', '2 cancelled to client by text']);
  });

  it('is texted no word that was overtaken', async () => {
    const w = world();

    w.deliver(START, moved());
    w.deliver(START + MINUTE, created());
    await w.run();

    expect(told(w)).toEqual(['2 moved to client by text']);
  });

  it('and took it back before the text went is not texted, and nothing is missing', async () => {
    const w = world();
    w.afterClaims(() => w.projectNow(amended(2, false)));

    w.deliver(START, created());
    await w.run();

    expect([told(w), mails(w), w.published, w.parked, w.underWay()]).toEqual([[], 2, [], [], []]);
  });

  it('with a number that is yet to be proven is texted the code and nothing else', async () => {
    const w = world();

    w.deliver(START, created({ ...wanted, unproven: ['phone'] }));
    await w.run();

    expect(w.accepted.filter(({ address }) => address === client.phone).map(({ what }) => what)).toEqual(['code']);
  });
});

it('a client who did not agree is never texted', async () => {
  const w = world();

  w.deliver(START, created({}));
  w.deliver(START + HOUR, moved(2, {}));
  w.deliver(BEGINS - HOUR, reminder('1h', ['sms'], 2));
  w.deliver(BEGINS - HOUR, reminder('1h', undefined, 2));
  await w.run();

  expect(texts(w)).toEqual([]);
  expect([w.published, w.parked]).toEqual([[], []]);
});

it('a client who agreed later is texted from then on', async () => {
  const w = world();

  w.deliver(START, created({}));
  w.deliver(START + HOUR, amended(2, true));
  w.deliver(BEGINS - HOUR, reminder('1h'));
  await w.run();

  expect(told(w)).toEqual(['1 reminder-1h to client by text']);
});

describe('at night where the client is', () => {
  const EVENING = Date.parse('2026-11-22T20:00:00.000Z');
  const night = () => world({ quietHours: NIGHT });

  it('no word is texted: the mail goes, the bus is told, and nothing is parked', async () => {
    const w = night();

    w.deliver(EVENING, created());
    await w.run();

    expect([told(w), mails(w)]).toEqual([[], 2]);
    expect(reasons(w)).toEqual(['sms confirmation suppressed-quiet-hours']);
    expect([w.parked, w.failures]).toEqual([[], []]);
  });

  it('what was not texted is not texted in the morning either, when its event comes once more', async () => {
    const w = night();

    w.deliver(EVENING, created());
    w.deliver(EVENING + 16 * HOUR, created());
    await w.run();

    expect([told(w), mails(w)]).toEqual([[], 2]);
    expect(reasons(w)).toEqual(['sms confirmation suppressed-quiet-hours']);
  });

  it.each([
    ['the last second before', EVENING - 1000, 1],
    ['the first second after', Date.parse('2026-11-23T07:00:00.000Z'), 1],
    ['the last second of it', Date.parse('2026-11-23T06:59:59.000Z'), 0],
  ])('begins and ends by their clocks: %s', async (_when, atMs, count) => {
    const w = night();

    w.deliver(atMs, created());
    await w.run();

    expect(texts(w)).toHaveLength(count);
  });

  it('a reminder was texted the evening before, and goes once', async () => {
    const w = night();

    w.deliver(START, created());
    w.deliver(EVENING - MINUTE, reminder('24h', ['sms']));
    w.deliver(EVENING - MINUTE, reminder('24h', ['sms']));
    w.deliver(EVENING + 8 * HOUR, reminder('24h'));
    await w.run();

    const reminded = w.accepted.filter(({ what }) => what.includes('reminder'));
    expect(reminded.map(({ what, atMs }) => [what, atMs])).toEqual([
      ['1 reminder-24h to client by text', EVENING - MINUTE],
      ['1 reminder-24h to client', EVENING + 8 * HOUR],
      ['1 reminder-24h to agent', EVENING + 8 * HOUR],
    ]);
    expect(w.published).toEqual([]);
  });

  it('a reminder that was not texted before is not texted at all, and that is told', async () => {
    const w = night();

    w.deliver(EVENING + 8 * HOUR, created());
    w.deliver(EVENING + 9 * HOUR, reminder('24h'));
    await w.run();

    expect(reasons(w)).toEqual(['sms confirmation suppressed-quiet-hours', 'sms reminder-24h suppressed-quiet-hours']);
    expect([told(w), mails(w)]).toEqual([[], 4]);
  });

  it('a code is texted: whoever asked for it waits for it', async () => {
    const w = night();

    w.deliver(EVENING, created({ ...wanted, unproven: ['phone'] }));
    await w.run();

    expect(w.accepted.map(({ what }) => what)).toContain('code');
    expect(w.published).toEqual([]);
  });
});

describe('a number whose owner wants no texts', () => {
  it('is sent none: the mail goes, the bus is told, and nothing is parked', async () => {
    const w = world();
    w.optedOut.add(client.phone);

    w.deliver(START, created());
    await w.run();

    expect([told(w), mails(w)]).toEqual([[], 2]);
    expect(reasons(w)).toEqual(['sms confirmation opted-out']);
    expect([w.parked, w.failures]).toEqual([[], []]);
  });

  it('is sent no code either', async () => {
    const w = world();
    w.optedOut.add(client.phone);

    w.deliver(START, created({ unproven: ['phone'] }));
    await w.run();

    expect(w.accepted.map(({ what }) => what)).not.toContain('code');
    expect(reasons(w)).toEqual(['sms phone-code opted-out']);
  });
});

describe('when the provider answers', () => {
  // The mails go first.
  const answers = (fate: Answer) => world({ fates: ['accepted', 'accepted', fate] });

  it('that it was lost, the text is never repeated, and the bus is told that nobody knows', async () => {
    const w = answers('sent-but-lost');

    w.deliver(START, created());
    w.deliver(START + 2 * HOUR, created());
    await w.run();

    expect(told(w)).toEqual(['1 confirmation to client by text']);
    expect(reasons(w)).toEqual(['sms confirmation unknown']);
    expect([w.parked, mails(w)]).toEqual([[], 2]);
  });

  it.each(['throttled', 'not-sent'] as const)('%s, the text goes later and no mail goes twice', async (fate) => {
    const w = answers(fate);

    w.deliver(START, created());
    await w.run();

    expect([told(w), mails(w), w.published, w.parked]).toEqual([['1 confirmation to client by text'], 2, [], []]);
  });

  it('that it never will, the bus is told and the reason is parked', async () => {
    const w = answers('rejected');

    w.deliver(START, created());
    await w.run();

    expect(reasons(w)).toEqual(['sms confirmation MessageRejected']);
    expect(w.parked).toEqual(['sms confirmation to client: MessageRejected']);
    expect(JSON.stringify([w.parked, w.published])).not.toMatch(/Ada|\+1/);
  });
});

it('whatever is delivered twice, late, out of order, or cut off between any two effects: no text goes twice, none at night, none to whoever said stop', async () => {
  const seconds = fc.integer({ min: 0, max: 26 * 3600 });
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        moves: fc.integer({ min: 0, max: 2 }),
        ends: fc.boolean(),
        places: fc.array(seconds, { minLength: 4, maxLength: 4 }),
        again: fc.array(fc.record({ which: fc.nat(), at: seconds }), { maxLength: 5 }),
        reminders: fc.array(fc.record({ version: fc.nat(), at: seconds, early: fc.boolean() }), { maxLength: 3 }),
        stopsAt: fc.option(seconds, { nil: undefined }),
        faults: fc.array(
          fc.record({
            effect: fc.integer({ min: 0, max: 80 }),
            when: fc.constantFrom('before' as const, 'after' as const),
            dies: fc.boolean(),
          }),
          { maxLength: 5 },
        ),
      }),
      async ({ moves, ends, places, again, reminders, stopsAt, faults }) => {
        const w = world({ faults, quietHours: NIGHT });
        const events = [
          created(),
          ...Array.from({ length: moves }, (_, index) => moved(index + 2)),
          ...(ends ? [cancelled(moves + 2)] : []),
        ];
        events.forEach((each, index) => w.deliver(START + (places[index] ?? 0) * 1000, each));
        for (const { which, at } of again) w.deliver(START + at * 1000, events[which % events.length] ?? created());
        for (const { version, at, early } of reminders)
          w.deliver(START + at * 1000, reminder('1h', early ? ['sms'] : undefined, 1 + (version % (moves + 1))));
        if (stopsAt !== undefined) {
          await w.runUntil(START + stopsAt * 1000);
          w.optedOut.add(client.phone);
        }

        await w.run();

        const said = told(w);
        expect(new Set(said).size).toBe(said.length);
        for (const { atMs } of texts(w)) {
          const hour = new Date(atMs + HOUR).getUTCHours();
          expect(hour >= 8 && hour < 21).toBe(true);
          if (stopsAt !== undefined) expect(atMs).toBeLessThanOrEqual(START + stopsAt * 1000);
        }
        if (faults.length === 0) expect(w.underWay()).toEqual([]);
      },
    ),
    { numRuns: 300 },
  );
});
