import { cpus } from 'node:os';
import { benchBooking } from './booking';
import { benchBundles } from './bundles';
import { benchEvents } from './events';
import { benchFailingJourney, benchFlow } from './flow';
import { benchMachine } from './machine';
import { benchMail } from './mail';
import { benchMessages } from './messages';
import { benchMutation } from './mutation';
import { benchPage } from './page';
import { benchPoison } from './poison';
import { benchReplay } from './replay';
import { benchScheduler } from './scheduler';
import { benchStart } from './start';

const PARTS: Record<string, () => void | Promise<void>> = {
  machine: benchMachine,
  events: benchEvents,
  scheduler: benchScheduler,
  mail: benchMail,
  bundles: benchBundles,
  flow: benchFlow,
  messages: benchMessages,
  poison: benchPoison,
  booking: benchBooking,
  journey: benchFailingJourney,
  page: benchPage,
  replay: benchReplay,
  start: benchStart,
  mutation: benchMutation,
};
/** Takes ten minutes, or an hour, so it must be asked for. */
const ON_DEMAND = new Set(['booking', 'mutation', 'replay']);

async function main(wanted: readonly string[]): Promise<void> {
  const unknown = wanted.filter((part) => !(part in PARTS));
  if (unknown.length > 0)
    throw new Error(`There is no part ${unknown.join(', ')}; there are ${Object.keys(PARTS).join(', ')}.`);
  console.log(`Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}`);
  for (const [name, part] of Object.entries(PARTS)) {
    if (wanted.includes(name) || (wanted.length === 0 && !ON_DEMAND.has(name))) await part();
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
