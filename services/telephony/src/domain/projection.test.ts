import { beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { applyNews, overtakenBy, type Appointment, type AppointmentNews } from './projection';

const NOTHING: Appointment = { appointmentId: 'apt_1' };
const person = (name: string) => ({ name, phone: '+12025550100' });

function news(version: number, revision: number, more: Partial<AppointmentNews> = {}): AppointmentNews {
  return {
    appointmentId: 'apt_1',
    version,
    revision,
    cancelled: false,
    startsAt: version * 1000,
    client: person(`client ${revision}`),
    agent: { agentId: 'agt', ...person(`agent ${revision}`) },
    ...more,
  };
}
const cancellation = (version: number, revision: number): AppointmentNews => ({
  appointmentId: 'apt_1',
  version,
  revision,
  cancelled: true,
});

describe('news of an appointment', () => {
  it('are known in both parts once they came first', () => {
    expect(applyNews(NOTHING, news(1, 1))).toEqual({
      appointmentId: 'apt_1',
      state: { version: 1, startsAt: 1000, cancelled: false },
      particulars: { revision: 1, client: person('client 1'), agent: { agentId: 'agt', ...person('agent 1') } },
    });
  });

  it('change the particulars alone where only the revision is higher', () => {
    const known = applyNews(NOTHING, news(1, 1));

    const amended = applyNews(known, news(1, 2, { startsAt: 5000 }));

    expect(amended.state).toBe(known.state);
    expect(amended.particulars?.client).toEqual(person('client 2'));
  });

  it('change the state alone where only the version is higher', () => {
    const known = applyNews(NOTHING, news(1, 5));

    const moved = applyNews(known, news(2, 4));

    expect(moved.state).toEqual({ version: 2, startsAt: 2000, cancelled: false });
    expect(moved.particulars).toBe(known.particulars);
  });

  it('change nothing, and leave the very same object, where both are known', () => {
    const known = applyNews(NOTHING, news(2, 3));

    expect(applyNews(known, news(2, 3, { startsAt: 1 }))).toBe(known);
    expect(applyNews(known, news(1, 1))).toBe(known);
  });

  it('come to the same in whatever order and however often a replay brings them', () => {
    const life = fc
      .array(fc.constantFrom('move', 'amend'), { maxLength: 6 })
      .chain((changes) => fc.tuple(fc.constant(changes), fc.boolean()))
      .map(([changes, isCancelled]) => {
        const told = [news(1, 1)];
        let version = 1;
        for (const [index, change] of changes.entries()) {
          if (change === 'move') version += 1;
          told.push(news(version, index + 2));
        }
        return isCancelled ? [...told, cancellation(version + 1, changes.length + 2)] : told;
      });
    const replayed = life.chain((told) =>
      fc.tuple(
        fc.constant(told),
        fc
          .array(fc.constantFrom(...told), { maxLength: 6 })
          .chain((again) => fc.shuffledSubarray([...told, ...again], { minLength: told.length + again.length })),
      ),
    );
    // A cancellation names no time, and what is off has none that counts.
    const known = (told: readonly AppointmentNews[]) => {
      const { state, particulars } = told.reduce(applyNews, NOTHING);
      return {
        version: state?.version,
        cancelled: state?.cancelled,
        startsAt: state?.cancelled ? 0 : state?.startsAt,
        particulars,
      };
    };

    fc.assert(fc.property(replayed, ([told, shuffled]) => expect(known(shuffled)).toEqual(known(told))));
  });

  it('of a cancellation keep the time and the people that were known', () => {
    const known = applyNews(NOTHING, news(1, 1));

    expect(applyNews(known, cancellation(2, 2))).toEqual({
      ...known,
      state: { version: 2, startsAt: 1000, cancelled: true },
    });
  });

  it('of a cancellation that came first know no people and no time', () => {
    const known = applyNews(NOTHING, cancellation(2, 2));

    expect(known).toEqual({ appointmentId: 'apt_1', state: { version: 2, startsAt: 0, cancelled: true } });
    expect(Object.keys(known)).toEqual(['appointmentId', 'state']);
  });

  it('fill in the people behind a cancellation, and do not bring the appointment back', () => {
    const known = [cancellation(2, 2), news(1, 1)].reduce(applyNews, NOTHING);

    expect(known.state).toEqual({ version: 2, startsAt: 0, cancelled: true });
    expect(known.particulars?.revision).toBe(1);
  });

  it('lead to the same people and the same state in whatever order they were learnt', () => {
    const all = [news(1, 1), news(2, 2), news(2, 3), cancellation(3, 4)];
    const inOrder = all.reduce(applyNews, NOTHING);

    const backwards = all.toReversed().reduce(applyNews, NOTHING);

    expect(inOrder.particulars?.client).toEqual(person('client 3'));
    expect(backwards.particulars).toEqual(inOrder.particulars);
    expect(backwards.state).toMatchObject({ version: 3, cancelled: true });
  });

  it('name people only where they name both', () => {
    const { agent: _agent, ...clientAlone } = news(1, 1);
    const { client: _client, ...agentAlone } = news(1, 1);

    expect(applyNews(NOTHING, clientAlone).particulars).toBeUndefined();
    expect(applyNews(NOTHING, agentAlone).particulars).toBeUndefined();
  });

  it('without a state leave none', () => {
    const known: Appointment = { appointmentId: 'apt_1', state: { version: 3, startsAt: 3000, cancelled: false } };

    expect(Object.keys(applyNews(NOTHING, news(0, 1)))).toEqual(['appointmentId', 'particulars']);
    expect(applyNews(known, news(1, 1)).state).toBe(known.state);
  });
});

describe('a session', () => {
  let known: Appointment;
  let cancelled: Appointment;
  beforeEach(() => {
    known = applyNews(NOTHING, news(2, 2));
    cancelled = applyNews(known, cancellation(3, 3));
  });

  it('of an older version is superseded, of the known or a later one it goes on', () => {
    expect(overtakenBy(known, 1)).toBe('superseded');
    expect(overtakenBy(known, 2)).toBeUndefined();
    expect(overtakenBy(known, 3)).toBeUndefined();
  });

  it('of a cancelled appointment is cancelled, whichever version it had', () => {
    expect(overtakenBy(cancelled, 2)).toBe('cancelled');
    expect(overtakenBy(cancelled, 3)).toBe('cancelled');
  });

  it('that is later than the cancellation goes on, and so does one of an appointment nobody knows', () => {
    expect(overtakenBy(cancelled, 4)).toBeUndefined();
    expect(overtakenBy(NOTHING, 1)).toBeUndefined();
  });
});
