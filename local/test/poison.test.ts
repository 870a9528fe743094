import { beforeAll, describe, expect, it } from '@jest/globals';
import { consumePoisonedQueue, MAX_RECEIVES, type Poison, type PoisonedRun } from './poisoned-queue';

const EVENTS = 10_000;

describe('one bad event in a hundred, of ten thousand', () => {
  let run: PoisonedRun;
  beforeAll(async () => {
    run = await consumePoisonedQueue(EVENTS, 100);
  }, 120_000);

  const badOf = (...kinds: Poison[]) =>
    [...run.poison].filter(([, kind]) => kinds.includes(kind)).map(([serial]) => serial);

  it('ends in the dead-letter queue, each once and nothing else beside it', () => {
    const lie = run.deadLetters.map(({ body }) => Number(/serial-(\d+)/.exec(body)?.[1]));

    expect(run.poison.size).toBe(EVENTS / 100);
    expect(lie.toSorted((a, b) => a - b)).toEqual([...run.poison.keys()].toSorted((a, b) => a - b));
    expect(run.left).toBe(0);
  });

  it('and all others are handled, each once', () => {
    expect(run.handled.size).toBe(EVENTS - run.poison.size);
    expect([...run.handled].filter(([serial, times]) => times !== 1 || run.poison.has(serial))).toEqual([]);
    expect([...run.received].filter(([serial, times]) => times !== 1 && !run.poison.has(serial))).toEqual([]);
  });

  it('is parked with its reason at its first receive where it breaks its contract', () => {
    const broken = badOf('breaks-its-contract', 'is-no-json', 'is-unknown');
    const reasons = run.deadLetters.flatMap(({ messageAttributes }) => messageAttributes['reason']?.StringValue ?? []);

    expect(broken).toHaveLength(75);
    expect(broken.map((serial) => run.received.get(serial))).toEqual(broken.map(() => 1));
    expect(reasons).toHaveLength(75);
    expect(new Set(reasons)).toEqual(
      new Set([
        'CallDue: data.appointmentVersion: invalid_type; data.startsAt: invalid_format',
        'not JSON',
        'no contract of this consumer is named CallForgotten from appointments.scheduler',
      ]),
    );
  });

  it('is received as often as its queue’s policy says where it fails for another reason', () => {
    const failing = badOf('fails-always');
    const redriven = run.deadLetters.filter(({ messageAttributes }) => messageAttributes['reason'] === undefined);

    expect(failing).toHaveLength(25);
    expect(failing.map((serial) => run.received.get(serial))).toEqual(failing.map(() => MAX_RECEIVES));
    expect(redriven.map(({ receiveCount }) => receiveCount)).toEqual(failing.map(() => MAX_RECEIVES));
  });
});
