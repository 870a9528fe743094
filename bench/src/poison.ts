import { consumePoisonedQueue } from '../../local/test/poisoned-queue';
import { median, table } from './statistics';

const EVENTS = 10_000;
const RUNS = 5;

/** Good events and poisoned ones take turns, so that what else the machine does hits both alike. */
export async function benchPoison(events = EVENTS, runs = RUNS): Promise<void> {
  const clean: number[] = [];
  const poisoned: number[] = [];
  let dead = 0;
  // The first warms up.
  for (let run = 0; run <= runs; run++) {
    const good = await consumePoisonedQueue(events, Infinity);
    const bad = await consumePoisonedQueue(events, 100);
    if (bad.deadLetters.length !== bad.poison.size || bad.handled.size !== events - bad.poison.size)
      throw new Error('an event was lost, or parked without need');
    dead = bad.deadLetters.length;
    if (run === 0) continue;
    clean.push(good.goodMs);
    poisoned.push(bad.goodMs);
  }

  console.log(`\n${events} events through the consumer, over queues on disk, medians of ${runs} runs`);
  table([
    ['', 'all good', 'one in a hundred bad', 'goal'],
    ['ms until the last good one was handled', median(clean).toFixed(0), median(poisoned).toFixed(0), ''],
    ['× as long', '', (median(poisoned) / median(clean)).toFixed(2), '≤ 2'],
    ['in the dead-letter queue', 0, dead, events / 100],
  ]);
}
