import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { APPOINTMENT, at, event, START, world, type Answer } from '../../test/world';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const created = () => event('AppointmentCreated');
const moved = (version = 2) => event('AppointmentRescheduled', { appointmentVersion: version, revision: version });
const cancelled = (version = 2) => event('AppointmentCancelled', { appointmentVersion: version, revision: version });
const failed = (reason = 'agent-unreachable', version = 1) =>
  event('CallFailed', { reason, appointmentVersion: version });

const told = (w: ReturnType<typeof world>) => w.accepted.map(({ what }) => what).toSorted();

describe('a booking', () => {
  it('is confirmed to the client and told to the agent, and to nobody else', async () => {
    const w = world();

    w.deliver(START, created());
    await w.run();

    expect(told(w)).toEqual(['1 confirmation to agent', '1 confirmation to client']);
    expect(w.accepted.map(({ address }) => address).toSorted()).toEqual(['ada@example.com', 'alex@example.com']);
  });

  it('delivered twice is told once', async () => {
    const w = world();

    w.deliver(START, created());
    w.deliver(START, created());
    w.deliver(START + HOUR, created());
    await w.run();

    expect(told(w)).toEqual(['1 confirmation to agent', '1 confirmation to client']);
  });

  it('gives the client the link that booking gave, and the agent none', async () => {
    const w = world();

    w.deliver(START, created());
    await w.run();

    const [client, agent] = ['ada@example.com', 'alex@example.com'].map(
      (address) => w.accepted.find((mail) => mail.address === address)?.text ?? '',
    );
    // The end, 15:30 on 1 December 2026, and thirty days.
    expect(client).toMatch(
      new RegExp(`https://book.example.com/manage/${APPOINTMENT}#v1\\.k1\\.1798731000\\.[\\w-]{43}\n`),
    );
    expect(agent).not.toContain('/manage/');
  });

  it('goes to the newest address of the agent', async () => {
    const w = world();

    w.agent({ agentId: 'agt_default', agentVersion: 2, email: 'new@example.com' });
    w.deliver(START, created());
    await w.run();

    expect(w.accepted.map(({ address }) => address)).toContain('new@example.com');
  });

  it('that was cancelled before it could be told is never confirmed: the cancellation goes in its place', async () => {
    const w = world();

    w.deliver(START, cancelled());
    w.deliver(START + 10_000, created());
    await w.run();

    expect(told(w)).toEqual(['2 cancelled to agent', '2 cancelled to client']);
  });

  it('that was moved before it could be told is told with its new time only', async () => {
    const w = world();

    w.deliver(START, moved());
    w.deliver(START + 10_000, created());
    await w.run();

    expect(told(w)).toEqual(['2 moved to agent', '2 moved to client']);
  });

  it('cancelled between claiming and sending is not confirmed', async () => {
    const w = world();
    w.afterClaims(() => w.projectNow(cancelled()));

    w.deliver(START, created());
    await w.run();

    expect(told(w)).toEqual(['2 cancelled to agent', '2 cancelled to client']);
  });
});

describe('a reminder', () => {
  // The appointment of the example begins on 1 December at 15:00.
  const DAY_BEFORE = Date.parse('2026-11-30T15:00:00.000Z');
  const reminder = (key = '24h', version = 1) => event('ReminderDue', { reminder: key, appointmentVersion: version });
  const reminders = (w: ReturnType<typeof world>) => told(w).filter((what) => what.includes('reminder'));

  it('goes to both at its time, each of them once, and makes no second entry in a calendar', async () => {
    const w = world();

    w.deliver(START, created());
    w.deliver(DAY_BEFORE, reminder());
    w.deliver(DAY_BEFORE + MINUTE, reminder());
    w.deliver(DAY_BEFORE + 23 * HOUR, reminder('1h'));
    await w.run();

    expect(reminders(w)).toEqual([
      '1 reminder-1h to agent',
      '1 reminder-1h to client',
      '1 reminder-24h to agent',
      '1 reminder-24h to client',
    ]);
  });

  it.each([
    ['was called off', () => cancelled()],
    ['was moved', () => moved()],
  ])('of an appointment that %s is not sent', async (_, change) => {
    const w = world();

    w.deliver(START, created());
    w.deliver(START + HOUR, change());
    w.deliver(DAY_BEFORE, reminder());
    await w.run();

    expect([reminders(w), w.parked]).toEqual([[], []]);
  });

  it('that was overtaken between claiming and sending gives way to nothing', async () => {
    const w = world();

    w.deliver(START, created());
    await w.runUntil(START + MINUTE);
    w.afterClaims(() => w.projectNow(cancelled()));
    w.deliver(DAY_BEFORE, reminder());
    await w.run();

    expect([reminders(w), w.underWay()]).toEqual([[], []]);
  });

  it.each([0, HOUR])('that comes %d ms after the beginning is dropped, and nobody is alarmed', async (late) => {
    const w = world();

    w.deliver(START, created());
    w.deliver(DAY_BEFORE + 24 * HOUR + late, reminder('1h'));
    await w.run();

    expect([reminders(w), w.parked, w.published]).toEqual([[], [], []]);
  });

  it('of a version that is not known yet waits for it', async () => {
    const w = world();

    w.deliver(START, created());
    w.deliver(START + MINUTE, reminder('24h', 2));
    w.deliver(START + 2 * MINUTE, moved());
    await w.run();

    expect(reminders(w)).toEqual(['2 reminder-24h to agent', '2 reminder-24h to client']);
  });

  it('lost on its way to SES goes again, before the appointment begins or not at all', async () => {
    const w = world({ fates: ['accepted', 'accepted', 'sent-but-lost', 'accepted'] });

    w.deliver(START, created());
    w.deliver(DAY_BEFORE + 24 * HOUR - 10 * MINUTE, reminder('1h'));
    await w.run();

    // A quarter of an hour later the appointment has begun.
    expect(reminders(w)).toEqual(['1 reminder-1h to agent', '1 reminder-1h to client']);
    expect(w.published).toEqual([]);
  });
});

describe('a life of an appointment', () => {
  it('is told step by step', async () => {
    const w = world();

    w.deliver(START, created());
    w.deliver(START + HOUR, moved(2));
    w.deliver(START + 2 * HOUR, cancelled(3));
    await w.run();

    expect(told(w)).toEqual([
      '1 confirmation to agent',
      '1 confirmation to client',
      '2 moved to agent',
      '2 moved to client',
      '3 cancelled to agent',
      '3 cancelled to client',
    ]);
  });
});

describe('a failed call', () => {
  it('is told to both, and to the operators by ids only', async () => {
    const w = world();

    w.deliver(START, created());
    w.deliver(START + MINUTE, failed());
    w.deliver(START + MINUTE, failed());
    await w.run();

    expect(told(w).slice(2)).toEqual(['1 could-not-connect to agent', '1 could-not-connect to client', 'alert']);
    const alert = w.accepted.find(({ what }) => what === 'alert');
    expect(alert?.text).not.toMatch(/Ada|Alex|@|\+1/);
    expect(alert?.text).toContain(APPOINTMENT);
  });

  it.each(['cancelled', 'superseded'])('because it was %s is told to nobody', async (reason) => {
    const w = world();

    w.deliver(START, created());
    w.deliver(START + MINUTE, failed(reason));
    await w.run();

    expect(told(w)).toEqual(['1 confirmation to agent', '1 confirmation to client']);
  });

  it('waits until it is known who was to be called', async () => {
    const w = world();

    w.deliver(START, failed());
    w.deliver(START + MINUTE, created());
    await w.run();

    expect(told(w)).toContain('1 could-not-connect to client');
  });

  it('of an appointment nobody ever hears of is parked after a quarter of an hour', async () => {
    const w = world();

    w.deliver(START, failed());
    await w.run();

    expect(told(w)).toEqual([]);
    expect(w.parked).toEqual([expect.stringMatching(/not known here/)]);
  });
});

describe('a call that took place', () => {
  const END = Date.parse('2026-12-01T15:21:00.000Z');
  const completed = (version = 1) => event('CallCompleted', { appointmentVersion: version, durationSeconds: 1260 });
  const followUps = (w: ReturnType<typeof world>) => told(w).filter((what) => what.includes('follow-up'));

  it('is followed by nothing unless somebody chose so', async () => {
    const w = world();

    w.deliver(START, created());
    w.deliver(END, completed());
    await w.run();

    expect([followUps(w), w.parked]).toEqual([[], []]);
  });

  it('is followed by a word to both, each of them once, which makes no entry in a calendar', async () => {
    const w = world({ followUp: true });

    w.deliver(START, created());
    w.deliver(END, completed());
    w.deliver(END + MINUTE, completed());
    w.deliver(END + HOUR, completed(), 'for-real-1');
    await w.run();

    expect(followUps(w)).toEqual(['1 follow-up to agent', '1 follow-up to client']);
    expect(w.accepted.at(-1)?.text).toContain('21 minutes');
  });

  it.each([
    ['was called off', () => cancelled()],
    ['was moved', () => moved()],
  ])('of an appointment that %s meanwhile is followed by nothing', async (_, change) => {
    const w = world({ followUp: true });

    w.deliver(START, created());
    w.deliver(END - MINUTE, change());
    w.deliver(END, completed());
    await w.run();

    expect([followUps(w), w.parked]).toEqual([[], []]);
  });

  it('of a booking that is not known yet waits for it', async () => {
    const w = world({ followUp: true });

    w.deliver(END, completed());
    w.deliver(END + MINUTE, created());
    await w.run();

    expect(followUps(w)).toEqual(['1 follow-up to agent', '1 follow-up to client']);
  });

  it('a day ago is not spoken of any more, and nobody is alarmed', async () => {
    const w = world({ followUp: true });

    w.deliver(START, created());
    w.deliver(END + 25 * HOUR, completed());
    await w.run();

    expect([followUps(w), w.parked, w.published]).toEqual([[], [], []]);
  });

  it('is followed by nothing in a replay that is not meant for real', async () => {
    const w = world({ followUp: true });

    w.deliver(START, created());
    w.deliver(END, completed(), 'rebuild-1');
    await w.runUntil(END + MINUTE);

    expect(followUps(w)).toEqual([]);
    expect(w.failures[0]).toMatch(/replay/);
  });
});

describe('what SES says', () => {
  const fates = (...list: Answer[]) => world({ fates: list });

  it('throttled: is tried again until it goes, once', async () => {
    const w = fates('throttled', 'throttled', 'throttled');

    w.deliver(START, created());
    await w.run();

    expect(told(w)).toEqual(['1 confirmation to agent', '1 confirmation to client']);
    expect(w.parked).toEqual([]);
  });

  it('rejected: is told on the bus and parked with its reason, and the other still gets theirs', async () => {
    const w = fates('rejected');

    w.deliver(START, created());
    await w.run();

    expect(told(w)).toEqual(['1 confirmation to agent']);
    expect(w.published).toEqual([
      expect.objectContaining({
        appointmentId: APPOINTMENT,
        appointmentVersion: 1,
        channel: 'email',
        template: 'confirmation',
        recipient: 'client',
        reason: 'MessageRejected',
      }),
    ]);
    expect(w.parked).toEqual(['email confirmation to client: MessageRejected']);
  });

  it('not sent: comes again', async () => {
    const w = fates('not-sent');

    w.deliver(START, created());
    await w.run();

    expect(told(w)).toEqual(['1 confirmation to agent', '1 confirmation to client']);
  });

  it('nothing, though it was sent: is not sent again for a quarter of an hour', async () => {
    const w = fates('sent-but-lost');

    w.deliver(START, created());
    await w.run();

    const client = w.accepted.filter(({ what }) => what === '1 confirmation to client');
    expect(client).toHaveLength(2);
    expect((client[1]?.atMs ?? 0) - (client[0]?.atMs ?? 0)).toBeGreaterThanOrEqual(15 * MINUTE);
    expect(w.accepted.filter(({ what }) => what === '1 confirmation to agent')).toHaveLength(1);
    // Once for the answer that was lost: until the quarter of an hour is over, looking again would tell nothing.
    expect(w.putBackAt).toHaveLength(1);
  });
});

describe('what SES tells of a mail whose answer was lost', () => {
  const clients = (w: ReturnType<typeof world>) =>
    w.accepted.filter(({ what }) => what === '1 confirmation to client').length;
  const lostWith = (...delaysMs: number[]) => world({ fates: ['sent-but-lost'], sendEvents: [delaysMs] });

  it.each([
    ['at once', [0]],
    ['twice', [1000, 1000]],
    ['just before the quarter of an hour is over', [15 * MINUTE - 1000]],
    ['before it and long after it', [MINUTE, 3 * HOUR]],
  ])('settles it where it comes %s: no second mail goes', async (_, delays) => {
    const w = lostWith(...delays);

    w.deliver(START, created());
    await w.run();

    expect(clients(w)).toBe(1);
    expect([w.parked, w.published, w.underWay()]).toEqual([[], [], []]);
    expect(w.kept()['1 confirmation email client']).toEqual(['sent', 'sent']);
  });

  it.each([
    ['never', []],
    ['too late', [40 * MINUTE]],
  ])('where it comes %s lets the mail go a second time, and no third', async (_, delays) => {
    const w = lostWith(...delays);

    w.deliver(START, created());
    w.deliver(START + 2 * HOUR, created());
    await w.run();

    expect(clients(w)).toBe(2);
    expect([w.parked, w.underWay()]).toEqual([[], []]);
  });
});

it('an alert whose answer was lost is not raised again, but parked: then the dead-letter alarm tells', async () => {
  // Two mails confirm, two tell of the failure, and then comes the alert.
  const w = world({ fates: ['accepted', 'accepted', 'accepted', 'accepted', 'sent-but-lost'] });

  w.deliver(START, created());
  w.deliver(START + MINUTE, failed());
  await w.run();

  expect(told(w).filter((what) => what === 'alert')).toHaveLength(1);
  expect(w.parked).toEqual([expect.stringMatching(/nobody can say/)]);
});

it('a claim that could not be asked for does not hold the other back', async () => {
  const w = world({ faults: [{ effect: 1, when: 'before', dies: false }] });

  w.deliver(START, created());
  await w.run();

  expect(told(w)).toEqual(['1 confirmation to agent', '1 confirmation to client']);
  expect(w.accepted.every(({ atMs }) => atMs < START + 15 * MINUTE)).toBe(true);
});

describe('what comes too late', () => {
  const afterTheEnd = Date.parse('2026-12-01T15:30:00.000Z');

  it('is not sent, but told on the bus and parked', async () => {
    const w = world();

    w.deliver(afterTheEnd, created());
    await w.run();

    expect(told(w)).toEqual([]);
    expect(w.published.map(({ reason }) => reason)).toEqual(['too-late', 'too-late']);
    expect(w.parked).toEqual([expect.stringMatching(/too-late/)]);
  });

  it('in a replay meant for real is passed over', async () => {
    const w = world();

    w.deliver(afterTheEnd, created(), 'for-real-1');
    await w.run();

    expect([told(w), w.published, w.parked]).toEqual([[], [], []]);
  });
});

it('a replay that is not meant for real sends nothing', async () => {
  const w = world();

  w.deliver(START, created(), 'rebuild-1');
  await w.runUntil(START + MINUTE);

  expect(told(w)).toEqual([]);
  expect(w.failures[0]).toMatch(/replay/);
});

describe('whatever is delivered twice, late, out of order, or cut off between any two effects', () => {
  const history = fc.record({
    moves: fc.integer({ min: 0, max: 3 }),
    ends: fc.boolean(),
    first: fc.array(fc.integer({ min: 0, max: 600 }), { minLength: 5, maxLength: 5 }),
    again: fc.array(fc.record({ which: fc.nat(), atSeconds: fc.integer({ min: 0, max: 3600 }) }), { maxLength: 6 }),
    // When SES tells that it took each mail: late, twice, or never.
    sendEvents: fc.array(fc.array(fc.integer({ min: 0, max: 2400 }), { maxLength: 2 }), { maxLength: 12 }),
    reminders: fc.array(fc.record({ version: fc.nat(), atSeconds: fc.integer({ min: 0, max: 3600 }) }), {
      maxLength: 3,
    }),
    faults: fc.array(
      fc.record({
        effect: fc.integer({ min: 0, max: 60 }),
        when: fc.constantFrom('before' as const, 'after' as const),
        dies: fc.boolean(),
      }),
      { maxLength: 5 },
    ),
  });

  it('the word that stands reaches both, or is parked if three faults befell it; none is sent twice, none once a later one was heard', async () => {
    await fc.assert(
      fc.asyncProperty(history, async ({ moves, ends, first, again, sendEvents, reminders, faults }) => {
        const events = [
          created(),
          ...Array.from({ length: moves }, (_, index) => moved(index + 2)),
          ...(ends ? [cancelled(moves + 2)] : []),
        ];
        const last = events.length;
        const w = world({ faults, sendEvents: sendEvents.map((seconds) => seconds.map((each) => each * 1000)) });
        // Five faults, a minute each, may befall the event too.
        const toldInTime = (index: number) => (sendEvents[index] ?? []).some((seconds) => seconds < 9 * 60);
        events.forEach((each, index) => w.deliver(START + (first[index] ?? 0) * 1000, each));
        for (const { which, atSeconds } of again) {
          const each = events[which % events.length];
          if (each) w.deliver(START + atSeconds * 1000, each);
        }

        for (const { version, atSeconds } of reminders)
          w.deliver(
            START + atSeconds * 1000,
            event('ReminderDue', { reminder: '1h', appointmentVersion: 1 + (version % (moves + 1)) }),
          );

        await w.run();

        const kind = ends ? 'cancelled' : moves > 0 ? 'moved' : 'confirmation';
        // A claim is waited for twice as long as it takes to settle: that outlasts two faults at one message, not three.
        if (faults.length <= 2) expect(w.parked).toEqual([]);
        if (w.parked.length === 0)
          expect(told(w)).toEqual(expect.arrayContaining([`${last} ${kind} to agent`, `${last} ${kind} to client`]));
        for (const [index, { what, version, atMs }] of w.accepted.entries()) {
          const twins = w.accepted.filter((other) => other.what === what);
          // Only a fault right after sending leaves it open whether it went, and then for a quarter of an hour.
          if (faults.length === 0) expect(twins).toHaveLength(1);
          // A mail that SES told of in time went once, whatever befell its answer.
          if (twins[0] === w.accepted[index] && toldInTime(index)) expect(twins).toHaveLength(1);
          for (const twin of twins) {
            if (twin.atMs !== atMs) expect(Math.abs(twin.atMs - atMs)).toBeGreaterThanOrEqual(15 * MINUTE);
          }
          for (const [heardVersion, heardMs] of w.heard) {
            if (heardVersion > (version ?? 0)) expect(atMs).toBeLessThanOrEqual(heardMs);
          }
        }
        if (faults.length === 0) expect(w.underWay()).toEqual([]);
      }),
      {
        numRuns: 300,
        // The third fault strikes what was taken over from the second: parked, half an hour after it was first seen.
        examples: [
          [
            {
              moves: 1,
              ends: true,
              first: [6, 0, 6, 0, 0],
              again: [],
              sendEvents: [],
              reminders: [],
              faults: [
                { effect: 14, when: 'after', dies: false },
                { effect: 27, when: 'before', dies: true },
                { effect: 35, when: 'after', dies: false },
              ],
            },
          ],
        ],
      },
    );
  });
});

it('nothing that a person is called or reached by is in what is parked', async () => {
  const w = world({ fates: ['rejected'] });

  w.deliver(START, created());
  await w.run();

  expect(JSON.stringify([w.parked, w.published])).not.toMatch(/Ada|Alex|@|\+1/);
  expect(at(START)).toBe('2026-11-22T12:00:00.000Z');
});
