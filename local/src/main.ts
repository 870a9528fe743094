import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { explain } from './assembly/check';
import { BadConfigurationError } from './assembly/configuration';
import { AssemblyError, readAssemblies } from './assembly/read';
import { startCloud } from './cloud';
import { TableChangedError } from './dynamodb/tables';
import { NoDatabaseError } from './dynamodb/engine';
import { PortTakenError } from './http/http';
import { DamagedChronicleError } from './kernel/chronicle';
import { FolderInUseError } from './kernel/lock';
import { DamagedJournalError } from './kernel/store';

// Workers take the zone from the process, not from their environment.
process.env['TZ'] = 'UTC';

// Twenty isolates share one machine. 300 bookings at ten at once peak at 390 MiB with the first and at 530 without. The
// second lets a function run fifteen times as long before it is optimized: most live too short to earn what that costs, a
// quarter of the processor time of those bookings.
setFlagsFromString('--optimize-for-size');
setFlagsFromString('--interrupt-budget=1056000');

/** `local/dist` lies two folders below the repository. */
const root = resolve(__dirname, '..', '..');

/** What a person can do something about: one line, without a stack. */
const PLAIN = [
  AssemblyError,
  BadConfigurationError,
  TableChangedError,
  NoDatabaseError,
  PortTakenError,
  FolderInUseError,
  DamagedJournalError,
  DamagedChronicleError,
];

async function main(): Promise<void> {
  const startedAt = performance.now();
  const { values } = parseArgs({
    options: {
      fresh: { type: 'boolean', default: false },
      explain: { type: 'boolean', default: false },
      with: { type: 'string', multiple: true, default: [] },
    },
  });
  const otherApps = values.with.map((folder) => resolve(root, folder));
  const assemblyFolder = resolve(root, process.env['LOCAL_ASSEMBLY'] || join('infra', 'cdk.out'));
  if (values.explain) {
    console.log(explain(readAssemblies(assemblyFolder, otherApps)));
    return;
  }
  const port = Number(process.env['PORT'] || 3000);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new AssemblyError(`PORT is ${process.env['PORT']}, which is no port.`);

  let stopping: Promise<void> | undefined;
  let cloud: Awaited<ReturnType<typeof startCloud>> | undefined;
  const stop = (code: number) => {
    // A second Ctrl-C does not wait.
    if (stopping !== undefined) process.exit(code);
    stopping = (cloud?.stop() ?? Promise.resolve()).then(
      () => process.exit(code),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', () => stop(0));
  process.on('SIGTERM', () => stop(0));

  cloud = await startCloud({
    port,
    stateFolder: resolve(root, process.env['LOCAL_STATE'] || '.local'),
    assemblyFolder,
    otherApps,
    fresh: values.fresh,
    environment: process.env,
    files: {
      worker: join(__dirname, 'worker.js'),
      preload: join(__dirname, 'virtual-date.js'),
      console: join(__dirname, 'console'),
      databaseTemplate: join(__dirname, 'dynamodb.db'),
    },
    servicesFolder: join(root, 'services'),
    sharedFolder: join(root, 'shared'),
    onError: (what, error) => console.error(`${what}:`, error),
    onFatal: (why) => {
      if (stopping !== undefined) return;
      console.error(why);
      stop(1);
    },
  });

  console.log(
    [
      '',
      `  Ready in ${((performance.now() - startedAt) / 1000).toFixed(1)} s.`,
      '',
      `  Booking page   ${cloud.url}/               book an appointment here,`,
      `  Console        ${cloud.url}/console        then move the clock to it and answer the phones`,
      `  Phones         ${cloud.url}/_local/phones  the same as JSON, for scripts`,
      ...otherApps.map((folder) => `  Beside it      ${relative(root, folder)}`),
      '',
      '  Ctrl-C stops it; what it knows is kept. `npm start -- --fresh` forgets.',
      '',
    ].join('\n'),
  );
}

main().catch((error: unknown) => {
  console.error(PLAIN.some((kind) => error instanceof kind) && error instanceof Error ? error.message : error);
  process.exit(1);
});
