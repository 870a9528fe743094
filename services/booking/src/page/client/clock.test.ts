import { describe, expect, it } from '@jest/globals';
import { serverClock } from './clock';

describe('the server’s clock', () => {
  it('runs on from what the page was sent with, whatever the visitor’s own says', () => {
    let own = 5_000;
    const clock = serverClock('2026-12-01T15:00:00.000Z', () => own);
    own += 61_000;

    expect(clock.now()).toEqual(new Date('2026-12-01T15:01:01.000Z'));
  });

  it('is set by every answer that tells its time, forwards and backwards', () => {
    let own = 0;
    const clock = serverClock('2026-12-01T15:00:00Z', () => own);
    clock.learn('Wed, 02 Dec 2026 10:00:00 GMT');
    own += 1000;
    expect(clock.now()).toEqual(new Date('2026-12-02T10:00:01Z'));

    clock.learn('Tue, 01 Dec 2026 10:00:00 GMT');
    expect(clock.now()).toEqual(new Date('2026-12-01T10:00:00Z'));
  });

  it('stays as it is where nothing is told, and stands still where the visitor’s own goes back', () => {
    let own = 10_000;
    const clock = serverClock('2026-12-01T15:00:00Z', () => own);
    clock.learn(null);
    clock.learn('soon');
    own = 0;

    expect(clock.now()).toEqual(new Date('2026-12-01T15:00:00Z'));
  });

  it('is the visitor’s own where the page tells none', () => {
    expect(serverClock('', () => 1000).now()).toEqual(new Date(1000));
  });
});
