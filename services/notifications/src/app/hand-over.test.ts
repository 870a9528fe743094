import { describe, expect, it } from '@jest/globals';
import { AppointmentCreated } from '@appointments/events';
import { at, event, START, world } from '../../test/world';

const HOUR = 3_600_000;
const { agent: alex, startsAt, localStart } = AppointmentCreated.example.data;
const blake = { ...alex, agentId: 'agt_blake', name: 'Blake Reed', email: 'blake@example.com' };
const previousAgent = { ...alex, localStart: localStart.agent };

const created = () => event('AppointmentCreated');
const handedOver = (version = 2, changes: Record<string, unknown> = {}) =>
  event('AppointmentRescheduled', {
    appointmentVersion: version,
    revision: version,
    agent: blake,
    previousAgent,
    previousStartsAt: startsAt,
    ...changes,
  });
const cancelled = (version = 3) => event('AppointmentCancelled', { appointmentVersion: version, revision: version });

const told = (w: ReturnType<typeof world>) => w.accepted.map(({ what, address }) => `${what}: ${address}`).toSorted();
const toFormer = (w: ReturnType<typeof world>) => w.accepted.filter(({ what }) => what.includes('handed-over'));

describe('an agent whose appointment was given to somebody else', () => {
  it('is told so, in their own clock’s time, while the client and the new agent are told the new one', async () => {
    const w = world();

    w.deliver(START, created());
    w.deliver(START + HOUR, handedOver());
    await w.run();

    expect(told(w).filter((what) => what.startsWith('2'))).toEqual([
      '2 handed-over to agent: alex@example.com',
      '2 moved to agent: blake@example.com',
      '2 moved to client: ada@example.com',
    ]);
    expect(toFormer(w)[0]?.text).toContain('10:00 (America/New_York');
    expect(toFormer(w)[0]?.text).not.toContain('/manage/');
  });

  it('is told once, however often it is delivered', async () => {
    const w = world();

    for (const ms of [0, 1000, HOUR]) w.deliver(START + ms, handedOver());
    await w.run();

    expect(toFormer(w)).toHaveLength(1);
  });

  it('is told also when the appointment was called off before that word could go out', async () => {
    const w = world();

    w.deliver(START, created());
    w.deliver(START + HOUR, cancelled());
    w.deliver(START + HOUR + 1000, handedOver());
    await w.run();

    expect(told(w).filter((what) => what.includes('alex'))).toContain('2 handed-over to agent: alex@example.com');
  });

  it('is not told when it is theirs again meanwhile', async () => {
    const w = world();

    w.deliver(START, event('AppointmentRescheduled', { appointmentVersion: 3, revision: 3 }));
    w.deliver(START + 1000, handedOver());
    await w.run();

    expect(toFormer(w)).toEqual([]);
    expect(w.parked).toEqual([]);
  });

  it('is told again when it is taken from them again', async () => {
    const w = world();

    w.deliver(START, handedOver(2));
    w.deliver(START + HOUR, event('AppointmentRescheduled', { appointmentVersion: 3, revision: 3 }));
    w.deliver(START + 2 * HOUR, handedOver(4));
    await w.run();

    expect(toFormer(w).map(({ what }) => what)).toEqual(['2 handed-over to agent', '4 handed-over to agent']);
  });

  it('hears nothing of a time that is over', async () => {
    const w = world();

    w.deliver(START, handedOver(2, { previousStartsAt: at(START - HOUR) }));
    await w.run();

    expect(toFormer(w)).toEqual([]);
    expect(w.parked).toEqual([]);
  });

  it('is written to at their newest address', async () => {
    const w = world();

    w.agent({ agentId: alex.agentId, email: 'new@example.com' });
    w.deliver(START, handedOver());
    await w.run();

    expect(toFormer(w).map(({ address }) => address)).toEqual(['new@example.com']);
  });
});

it('a move with the same agent takes nothing from anybody', async () => {
  const w = world();

  w.deliver(START, event('AppointmentRescheduled', { appointmentVersion: 2, revision: 2 }));
  await w.run();

  expect(toFormer(w)).toEqual([]);
});
