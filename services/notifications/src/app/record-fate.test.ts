import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { APPOINTMENT, at, event, START, world } from '../../test/world';
import { FATES, type Fate } from '../domain/fate';
import type { Slot } from './deliver';
import { digestOf } from './unreachable';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ADA = 'ada@example.com';

const slot = (more: Partial<Slot> = {}): Slot => ({
  appointmentId: APPOINTMENT,
  version: 1,
  template: 'confirmation',
  channel: 'email',
  recipient: 'client',
  ...more,
});
const fate = (status: Fate['status'], reason?: string, atMs = START + 1000): Fate => ({
  status,
  at: at(atMs),
  providerId: 'm-0',
  ...(reason !== undefined && { reason }),
});
const bounced = { slot: slot(), address: ADA, fate: fate('bounced', 'permanent-general') };
const complained = { slot: slot(), address: ADA, fate: fate('complained', 'abuse', START + MINUTE) };

const created = (client: Record<string, unknown> = {}) => {
  const { data } = event('AppointmentCreated');
  return event('AppointmentCreated', { client: { ...('client' in data ? data.client : {}), ...client } });
};
const moved = (version: number, client: Record<string, unknown> = {}, revision = version) => {
  const { data } = created(client);
  return event('AppointmentRescheduled', {
    ...data,
    appointmentVersion: version,
    revision,
    previousStartsAt: at(START),
  });
};
const amended = (revision: number, email: string) => {
  const { data } = created({ email });
  return event('AppointmentAmended', { ...data, revision });
};

const told = (w: ReturnType<typeof world>) => w.accepted.map(({ what }) => what).toSorted();
const failures = (w: ReturnType<typeof world>) =>
  w.published.map(({ template, recipient, reason }) => [template, recipient, reason]);
const alerts = (w: ReturnType<typeof world>) => w.accepted.filter(({ what }) => what === 'alert');

/** A booked appointment, and then what SES tells. */
async function after(...reports: readonly (typeof bounced)[]) {
  const w = world();
  w.deliver(START, created());
  reports.forEach((report, index) => w.report(START + MINUTE + index, report));
  await w.runUntil(START + 2 * MINUTE);
  return w;
}

describe('what became of a mail', () => {
  it('is kept beside what was sent', async () => {
    const w = await after({ ...bounced, fate: fate('sent') }, { ...bounced, fate: fate('delivered') });

    expect(w.kept()).toEqual({
      '1 confirmation email client': ['sent', 'sent', 'delivered'],
      '1 confirmation email agent': ['sent'],
    });
    expect([w.published, alerts(w), w.marks.size]).toEqual([[], [], 0]);
  });

  it('is kept of a mail that the ledger knows nothing of, so that it is not sent once more', async () => {
    const w = world();

    w.report(START, { ...bounced, fate: fate('delivered') });
    w.deliver(START + MINUTE, created());
    await w.run();

    expect(told(w)).toEqual(['1 confirmation to agent']);
  });
});

describe('an address that bounced for good', () => {
  it('is told on the bus and to the operators, once each, however often SES tells it', async () => {
    const w = await after(bounced, bounced, bounced);

    expect(failures(w)).toEqual([['confirmation', 'client', 'bounced']]);
    expect(alerts(w)).toHaveLength(1);
    expect(alerts(w)[0]?.text).toMatch(/no way to write to the client/);
    expect(JSON.stringify([w.published, alerts(w)])).not.toMatch(/Ada|ada@|\+1/);
  });

  it('gets no further mail: each is told as failed, without a further alert, and nothing is parked', async () => {
    const w = await after(bounced);

    w.deliver(START + HOUR, moved(2));
    w.deliver(START + HOUR, moved(2));
    w.deliver(START + 2 * HOUR, event('AppointmentCancelled', { appointmentVersion: 3, revision: 3 }));
    await w.run();

    expect(told(w).filter((what) => what.endsWith('client'))).toEqual(['1 confirmation to client']);
    expect(told(w)).toEqual(expect.arrayContaining(['2 moved to agent', '3 cancelled to agent']));
    expect(failures(w)).toEqual([
      ['confirmation', 'client', 'bounced'],
      ['moved', 'client', 'address-bounced'],
      ['cancelled', 'client', 'address-bounced'],
    ]);
    expect([alerts(w).length, w.parked, w.underWay()]).toEqual([1, [], []]);
  });

  it('is told of once more for another appointment of the same client, and written with other letters', async () => {
    const w = await after(bounced);
    const other = event('AppointmentCreated', {
      ...created({ email: 'Ada@Example.com' }).data,
      appointmentId: 'apt_2',
    });

    w.deliver(START + HOUR, other);
    await w.run();

    expect(w.published.at(-1)).toMatchObject({ appointmentId: 'apt_2', reason: 'address-bounced' });
    expect(alerts(w).map(({ text }) => /Appointment: (\w+)/.exec(text)?.[1])).toEqual([APPOINTMENT, 'apt_2']);
  });

  it('alarms nobody where the client can be texted', async () => {
    const w = world();

    w.deliver(START, created({ smsConsent: true }));
    w.report(START + MINUTE, bounced);
    await w.run();

    expect(alerts(w)).toEqual([]);
    expect(failures(w)).toContainEqual(['confirmation', 'client', 'bounced']);
  });

  it('alarms where the client agreed to texts and took it back', async () => {
    const w = world();
    w.optedOut.add('+12025550123');

    w.deliver(START, created({ smsConsent: true }));
    w.report(START + MINUTE, bounced);
    await w.run();

    expect(alerts(w)).toHaveLength(1);
  });

  it.each([
    ['is over', START + 60 * 24 * HOUR, () => []],
    ['was called off', START + HOUR, () => [event('AppointmentCancelled', { appointmentVersion: 2, revision: 2 })]],
    ['has another address by now', START + HOUR, () => [amended(2, 'new@example.com')]],
  ])('alarms nobody for an appointment that %s', async (_, atMs, changes) => {
    const w = world();

    w.deliver(START, created());
    for (const change of changes()) w.deliver(START + MINUTE, change);
    w.report(atMs, bounced);
    await w.runUntil(atMs + MINUTE);

    expect(alerts(w)).toEqual([]);
    expect(w.marks.get(digestOf(ADA))).toBe('bounced');
  });

  it('is free again once another took its place', async () => {
    const w = await after(bounced);

    w.deliver(START + HOUR, amended(2, 'new@example.com'));
    w.deliver(START + 2 * HOUR, moved(2, { email: 'new@example.com' }, 3));
    await w.run();

    expect(w.accepted.map(({ what, address }) => `${what}: ${address}`)).toContain(
      '2 moved to client: new@example.com',
    );
  });

  it('of an agent alarms too: an agent is not texted', async () => {
    const w = await after({ ...bounced, slot: slot({ recipient: 'agent' }), address: 'alex@example.com' });

    expect(alerts(w)[0]?.text).toMatch(/Who: the agent/);
  });
});

describe('a complaint', () => {
  it('marks the address for good, also where it had bounced before or after', async () => {
    const one = await after(bounced, complained);
    const other = await after(complained, bounced);

    for (const w of [one, other]) {
      w.deliver(START + HOUR, moved(2));
      await w.run();

      expect(failures(w).at(-1)).toEqual(['moved', 'client', 'address-complained']);
      expect(alerts(w)).toHaveLength(1);
    }
  });

  it('that is taken back marks nothing', async () => {
    const w = await after({ ...complained, fate: fate('complained', 'not-spam') });

    expect([w.published, w.marks.size]).toEqual([[], 0]);
  });
});

it('a bounce that may pass is told on the bus and marks nothing', async () => {
  const w = await after({ ...bounced, fate: fate('bounced', 'transient-mailboxfull') });

  w.deliver(START + HOUR, moved(2));
  await w.run();

  expect(failures(w)).toEqual([['confirmation', 'client', 'bounced-for-now']]);
  expect(told(w)).toContain('2 moved to client');
  expect([w.marks.size, alerts(w)]).toEqual([0, []]);
});

it('a mark that cannot be read holds the mail back for another try, and not for a quarter of an hour', async () => {
  // Effects of a booking: apply, two claims, three reads, and then the marks of both addresses.
  const w = world({ faults: [{ effect: 6, when: 'before', dies: false }] });

  w.deliver(START, created());
  await w.run();

  expect(told(w)).toEqual(['1 confirmation to agent', '1 confirmation to client']);
  expect(w.accepted.every(({ atMs }) => atMs < START + 5 * MINUTE)).toBe(true);
});

it('in whatever order, however often, and cut off between any two effects, the same is kept, told once and alarmed once', async () => {
  const heard = fc.array(
    fc.record({
      status: fc.constantFrom(...FATES),
      reason: fc.constantFrom('permanent-general', 'transient-general', 'abuse', 'not-spam'),
      seconds: fc.integer({ min: 0, max: 3 }),
    }),
    { minLength: 1, maxLength: 6 },
  );
  const faults = fc.array(
    fc.record({
      effect: fc.integer({ min: 12, max: 60 }),
      when: fc.constantFrom('before' as const, 'after' as const),
      dies: fc.boolean(),
    }),
    { maxLength: 3 },
  );

  const live = async (fates: readonly Fate[], strikes: Parameters<typeof world>[0] = {}) => {
    const w = world(strikes);
    w.deliver(START, created());
    await w.runUntil(START + MINUTE);
    fates.forEach((each, index) => w.report(START + MINUTE + index * 1000, { slot: slot(), address: ADA, fate: each }));
    await w.runUntil(START + 2 * HOUR);
    return {
      kept: w.kept()['1 confirmation email client'],
      marked: w.marks.get(digestOf(ADA)),
      told: failures(w).map(String).toSorted(),
      // Of an alert whose answer was lost nobody can say that it did not go out: then the message is parked instead.
      alarmed: alerts(w).length + w.parked.length > 0,
      alerts: alerts(w).length,
    };
  };

  await fc.assert(
    fc.asyncProperty(heard, fc.array(fc.nat(), { maxLength: 4 }), faults, async (list, again, strikes) => {
      const fates = list.map(({ status, reason, seconds }) => fate(status, reason, START + seconds * 1000));
      const repeated = again.flatMap((pick) => fates[pick % fates.length] ?? []);

      const plain = await live(fates);
      const stormy = await live([...repeated, ...fates.toReversed(), ...repeated], { faults: strikes });

      expect({ ...stormy, alerts: undefined }).toEqual({ ...plain, alerts: undefined });
      expect(stormy.alerts).toBeLessThanOrEqual(1);
    }),
    { numRuns: 200 },
  );
});
