import { liveThroughYear } from '../../services/scheduler/test/year';
import { table } from './statistics';

const APPOINTMENTS = 10_000;
const SEED = 1;

/** A year of the scheduler in memory: its own decisions on a virtual clock, with queues and schedules as AWS promises them. */
export async function benchScheduler(): Promise<void> {
  const begun = performance.now();
  const { world, outcomes } = await liveThroughYear(APPOINTMENTS, SEED);
  const seconds = (performance.now() - begun) / 1000;
  const late = outcomes.map(({ lateMs = Infinity }) => lateMs);

  console.log(
    `\nThe scheduler alone: ${APPOINTMENTS} appointments over all zones of a virtual year, each with three reminders, seed ${SEED}`,
  );
  table([
    ['figure', 'measured', 'goal'],
    ['wake-ups said', world.said.length, ''],
    ['… not in their second', late.filter((ms) => !(ms >= 0 && ms < 1000)).length, 0],
    ['… latest, virtual ms after its instant', Math.max(...late), '< 1000'],
    [
      'effects a wake-up (reads, writes, messages, calls), sweeps and comparisons included',
      (world.effects() / world.said.length).toFixed(1),
      '',
    ],
    ['real seconds', seconds.toFixed(1), ''],
  ]);
}
