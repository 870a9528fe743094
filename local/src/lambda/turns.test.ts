import { describe, expect, it } from '@jest/globals';
import { createTurns } from './turns';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Turns of which the test moves the time, ends the patience and ends each piece of work. */
function turnsOf(atOnce = 1) {
  let time = 0;
  const impatient: (() => void)[] = [];
  const turns = createTurns({
    atOnce,
    now: () => time,
    whenPatienceEnds: (told) => {
      impatient.push(told);
      return () => undefined;
    },
  });
  const begun: string[] = [];
  const ends = new Map<string, (how?: 'in vain') => void>();
  const take = (who: string) =>
    turns.take(who, (end) => {
      begun.push(who);
      ends.set(who, end);
    });
  const end = async (who: string, afterMs = 0, how?: 'in vain') => {
    time += afterMs;
    ends.get(who)?.(how);
    await turn();
  };
  /** Has `who` work for so long, so that it is known what it usually takes. */
  const workFor = async (who: string, ms: number) => {
    take(who);
    await turn();
    await end(who, ms);
    begun.length = 0;
  };
  return { take, end, begun, workFor, impatient };
}

describe('turns', () => {
  it('have no more begin than may work at once', async () => {
    const { take, end, begun, workFor } = turnsOf(2);
    for (const who of ['a', 'b', 'c']) await workFor(who, 10);

    for (const who of ['a', 'b', 'c']) take(who);
    await turn();
    expect(begun).toEqual(['a', 'b']);

    await end('b');
    expect(begun).toEqual(['a', 'b', 'c']);
  });

  it('are for those who have had one: whoever begins for the first time neither waits nor keeps others waiting', async () => {
    const { take, begun, workFor } = turnsOf();
    await workFor('known', 10);

    for (const who of ['new', 'newer', 'known']) take(who);
    await turn();

    expect(begun).toEqual(['new', 'newer', 'known']);
  });

  it('go first to whoever usually takes longest, of all that come together', async () => {
    const { take, end, begun, workFor } = turnsOf();
    await workFor('quick', 5);
    await workFor('long', 40);
    await workFor('middling', 20);

    for (const who of ['quick', 'middling', 'long']) take(who);
    await turn();
    await end('long', 40);
    await end('middling', 20);

    expect(begun).toEqual(['long', 'middling', 'quick']);
  });

  it('come to everybody: whoever has waited long goes before one that takes longer', async () => {
    const { take, end, begun, workFor } = turnsOf();
    await workFor('quick', 10);
    await workFor('long', 40);

    take('long');
    await turn();
    take('quick');
    // Another batch of the longer one is there each time that its last is done.
    while (!begun.includes('quick') && begun.length < 100) {
      take('long');
      await end('long', 40);
    }

    // 900 ms of waiting make up for 30 of work.
    expect(begun).toEqual([...Array.from({ length: 24 }, () => 'long'), 'quick']);
  });

  it('are not kept from others by one that takes longer than they have patience', async () => {
    const { take, end, begun, impatient, workFor } = turnsOf();
    for (const who of ['endless', 'other', 'third']) await workFor(who, 10);
    impatient.length = 0;

    take('endless');
    await turn();
    take('other');
    await turn();
    expect(begun).toEqual(['endless']);
    impatient.shift()?.();
    await turn();
    expect(begun).toEqual(['endless', 'other']);

    // It does not count twice when it ends after all.
    take('third');
    await end('endless', 500);
    expect(begun).toEqual(['endless', 'other']);
  });

  it('tell nothing of what one usually takes when there was nothing to do', async () => {
    const { take, end, begun, workFor } = turnsOf();
    await workFor('middling', 20);
    await workFor('long', 40);
    for (let n = 0; n < 20; n++) {
      take('long');
      await turn();
      await end('long', 0, 'in vain');
    }
    begun.length = 0;

    for (const who of ['middling', 'long']) take(who);
    await turn();

    expect(begun).toEqual(['long']);
  });

  it('follow what one takes of late', async () => {
    const { take, begun, workFor } = turnsOf();
    await workFor('once long', 40);
    await workFor('middling', 20);
    for (let n = 0; n < 20; n++) await workFor('once long', 2);

    for (const who of ['once long', 'middling']) take(who);
    await turn();

    expect(begun).toEqual(['middling']);
  });
});
