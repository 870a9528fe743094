// `npm run contracts -- check | release | manifests`; see docs/contracts.md.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ALL_EVENTS } from '../src/index';
import { ConsumerManifest } from '../src/documents';
import { consumerFolders, judge, manifestOf, presentEvents, Released, type FedHandler } from './index';

const root = join(__dirname, '../../..');
const snapshot = join(root, 'shared/events/released/contracts.json');
const USAGE = 'Usage: npm run contracts -- check | release | manifests';

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
const writeJson = (file: string, value: unknown) => writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
const manifestIn = (folder: string) => join(folder, 'contracts.json');

function compared() {
  const released = Released.parse(readJson(snapshot));
  const present = presentEvents(ALL_EVENTS);
  const manifests = consumerFolders().map((folder) => ConsumerManifest.parse(readJson(manifestIn(folder))));
  const { version } = readJson(join(root, 'shared/events/package.json')) as { version: string };
  return { released, present, version, ...judge(released.events, present, manifests) };
}

function refuse(lines: readonly string[]): void {
  for (const line of lines) console.error(line);
  process.exitCode = 1;
}

const BREAKING = [
  'Others build on what was released. Keep the field as it was, or publish a new event beside the old one, named with a suffix (V2), until nobody subscribes to the old.',
];

/** Whether a changeset tells others of what is added. */
function isAnnounced(): boolean {
  return readdirSync(join(root, '.changeset'))
    .filter((file) => file.endsWith('.md') && file !== 'README.md')
    .some((file) => /^['"]?@appointments\/events['"]?:/m.test(readFileSync(join(root, '.changeset', file), 'utf8')));
}

function check(): void {
  const { released, version, breaks, adds } = compared();
  if (breaks.length > 0) return refuse([...breaks, ...BREAKING]);
  if (version !== released.version)
    return refuse([
      `The package has version ${version}, and the contracts that are held to are those of ${released.version}: npm run contracts -- release takes them as they stand.`,
    ]);
  const added = adds.map(({ event, says }) => `${event}: ${says}`);
  if (added.length > 0 && !isAnnounced())
    return refuse([
      ...added,
      'This breaks nobody, and nobody is told of it: add a changeset for @appointments/events (npx changeset), minor for what is new.',
    ]);
  for (const line of added) console.log(`${line} (since ${released.version})`);
  console.log(`${Object.keys(released.events).length} contracts keep what ${released.version} promised.`);
}

function release(): void {
  const { released, present, version, breaks, adds } = compared();
  if (breaks.length > 0) return refuse([...breaks, ...BREAKING]);
  if (version === released.version)
    return refuse([`${version} is released already: npx changeset version raises it where a changeset asks for that.`]);
  const history = [...released.history, { version, changes: [...adds] }];
  writeJson(snapshot, { version, history, events: present } satisfies Released);
  console.log(`The contracts of ${version} are what later ones are held against. Build and commit.`);
}

async function manifests(): Promise<void> {
  for (const folder of consumerFolders()) {
    const feeding = (await import(join(folder, 'test/contract-reads.ts'))) as {
      HANDLERS: Readonly<Record<string, FedHandler>>;
    };
    writeJson(manifestIn(folder), await manifestOf(basename(folder), feeding.HANDLERS));
  }
}

const commands: Readonly<Record<string, () => void | Promise<void>>> = { check, release, manifests };
const [name = '', ...more] = process.argv.slice(2);
const command = Object.hasOwn(commands, name) && more.length === 0 ? commands[name] : undefined;
if (command) void Promise.resolve(command());
else refuse([USAGE]);
