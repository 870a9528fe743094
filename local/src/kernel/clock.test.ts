import { describe, expect, it } from '@jest/globals';
import { createClock, readClock } from './clock';

describe('the virtual clock', () => {
  it('flows with real time from its offset', () => {
    let real = 1000;
    const clock = createClock(500, () => real);

    real += 50;

    expect(clock.now()).toBe(1550);
    expect(clock.offsetMs()).toBe(500);
  });

  it('stands where it was put while real time goes on, and flows on from there', () => {
    let real = 1000;
    const clock = createClock(0, () => real);

    clock.standAt(9000);
    real += 70;
    const standing = clock.now();
    clock.flow();
    real += 5;

    expect(standing).toBe(9000);
    expect(clock.now()).toBe(9005);
  });

  it('is read the same by who has only the shared memory', () => {
    const clock = createClock(250, () => 1000);
    const cell = new Float64Array(clock.shared);

    expect(readClock(cell, () => 1000)).toBe(1250);
    clock.standAt(42);
    expect(readClock(cell, () => 1000)).toBe(42);
  });
});
