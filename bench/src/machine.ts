import { THE_MACHINE, type Machine } from '../../services/telephony/test/machine';
import { CALM, runSession, STORM, type Weather } from '../../services/telephony/test/storm';
import { median, table } from './statistics';

const RUNS = 7;
const SESSIONS = 1000;

type Step = Parameters<Machine['step']>;

/** Every step of so many whole sessions, as the machine was asked to take them. */
function stepsOf(weather: Weather): readonly Step[] {
  const steps: Step[] = [];
  const machine: Machine = {
    ...THE_MACHINE,
    step: (...step) => {
      steps.push(step);
      return THE_MACHINE.step(...step);
    },
  };
  for (let seed = 0; seed < SESSIONS; seed++) {
    const { violations } = runSession({ seed, weather, machine });
    if (violations.length > 0) throw new Error(`seed ${seed} breaks a promise: ${violations.join('; ')}`);
  }
  return steps;
}

function secondsFor(steps: readonly Step[]): number {
  const begun = performance.now();
  for (const step of steps) THE_MACHINE.step(...step);
  return (performance.now() - begun) / 1000;
}

/**
 * How many sessions a second go through the pure call machine. The sessions are those of the tests, on an ordinary day and in
 * a storm; their steps are noted first and then taken once more, so that the made-up carrier and the checks cost nothing here.
 */
export function benchMachine(): void {
  const days = Object.entries({ 'an ordinary day': CALM, 'a storm': STORM }).map(([name, weather]) => ({
    name,
    steps: stepsOf(weather),
    seconds: [] as number[],
  }));
  for (let run = 0; run < RUNS; run++) for (const { steps, seconds } of days) seconds.push(secondsFor(steps));
  console.log(`\nThe call machine alone: ${SESSIONS} sessions from start to end, medians of ${RUNS} interleaved runs`);
  table([
    ['', 'sessions a second', 'steps a second', 'steps a session'],
    ...days.map(({ name, steps, seconds }) => [
      name,
      (SESSIONS / median(seconds)).toFixed(0),
      (steps.length / median(seconds)).toFixed(0),
      (steps.length / SESSIONS).toFixed(0),
    ]),
  ]);
}
