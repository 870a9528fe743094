import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Detail, EventContract } from '../src/define-event';
import { fieldsOf, jsonSchemaOf, type ConsumerManifest } from '../src/documents';
import { contractFor, unwrap, type Envelope } from '../src/parse';
import { noteReads } from './reads';

/** One handler of a consumer, ready to be fed. */
export interface FedHandler {
  readonly contracts: readonly EventContract[];
  /** Whether personal data is taken out before anything is read. @default false */
  readonly isWithoutPersonalData?: boolean;
  /** Made anew for each event, so that one of them is not taken for a repetition of another. */
  readonly handler: () => Promise<(event: never) => Promise<unknown>>;
}

const archive = join(__dirname, '../archived');
const root = join(__dirname, '../../..');

/** The workspaces that hear the bus: each has a manifest, `contracts.json`, and says in `test/contract-reads.ts` how its handlers are fed. */
export function consumerFolders(): readonly string[] {
  return ['services', 'shared']
    .flatMap((parent) => sorted(readdirSync(join(root, parent))).map((name) => join(root, parent, name)))
    .filter((folder) => existsSync(join(folder, 'test/contract-reads.ts')));
}

/** Archived events of every older form, as a rule delivered them, by the file they lie in. */
export function archivedEvents(): readonly { readonly file: string; readonly envelope: Envelope }[] {
  return readdirSync(archive)
    .filter((file) => file.endsWith('.jsonl'))
    .flatMap((file) =>
      readFileSync(join(archive, file), 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => ({ file, envelope: unwrap(line) })),
    );
}

/** What a contract's publisher sends: its example, and what is archived of it. */
function samplesOf(contract: EventContract): readonly Detail<unknown>[] {
  const archived = archivedEvents().filter(({ envelope }) => contractFor([contract], envelope));
  return [contract.example, ...archived.map(({ envelope }) => contract.parse(envelope.detail))];
}

const sorted = (texts: Iterable<string>) => [...texts].toSorted((a, b) => a.localeCompare(b, 'en'));

/** What is read of every event before its handler is asked: by the check of its version, and to tell what an effect was caused by. */
const ALWAYS_READ = ['metadata.correlationId', 'metadata.eventId', 'metadata.eventVersion', 'metadata.hops'];

/** Feeds every handler with what publishers send, and writes down which fields it read. */
export async function manifestOf(
  consumer: string,
  handlers: Readonly<Record<string, FedHandler>>,
): Promise<ConsumerManifest> {
  const manifest: ConsumerManifest = { consumer, handlers: {} };
  for (const [name, { contracts, handler, isWithoutPersonalData = false }] of Object.entries(handlers)) {
    const ofHandler: ConsumerManifest['handlers'][string] = {};
    for (const contract of contracts) {
      const reads = new Set<string>(ALWAYS_READ);
      for (const whole of samplesOf(contract)) {
        const personal = new Set(contract.personal.map((path) => `data.${path}`));
        const sample = isWithoutPersonalData ? (without(whole, personal, '') as typeof whole) : whole;
        const handle = (await handler()) as (event: unknown) => Promise<unknown>;
        await handle({ ...noteReads(contract, sample, reads), detailType: contract.detailType });
      }
      ofHandler[contract.detailType] = { version: contract.version, reads: sorted(reads) };
    }
    manifest.handlers[name] = ofHandler;
  }
  return manifest;
}

/** A detail without the fields at these paths. */
function without(value: unknown, paths: ReadonlySet<string>, path: string): unknown {
  if (Array.isArray(value)) return value.map((item) => without(item, paths, `${path}[]`));
  if (!isGroup(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, part]) => {
      const at = path === '' ? name : `${path}.${name}`;
      return paths.has(at) ? [] : [[name, without(part, paths, at)]];
    }),
  );
}

/** What keeps a port's arguments as a table does, by reading all of them. */
export function keeping<Arguments extends readonly unknown[], Answer>(
  port: (...given: Arguments) => Answer,
): (...given: Arguments) => Answer {
  return (...given) => {
    JSON.stringify(given);
    return port(...given);
  };
}

/** Where a committed manifest and what handlers read disagree, in sentences; nothing where they do not. */
export function disagreements(
  committed: ConsumerManifest,
  found: ConsumerManifest,
  contracts: readonly EventContract[],
): readonly string[] {
  const file = `${found.consumer}'s contracts.json`;
  const remedy = 'npm run contracts -- manifests writes what is read';
  const handlers = new Set([...Object.keys(committed.handlers), ...Object.keys(found.handlers)]);
  return [...handlers].flatMap((handler) => {
    const [named, read] = [committed.handlers[handler] ?? {}, found.handlers[handler] ?? {}];
    return [...new Set([...Object.keys(named), ...Object.keys(read)])].flatMap((event) => {
      const contract = contracts.find(({ detailType }) => detailType === event);
      if (!contract) return [`${file} names ${event}, which is no event any more`];
      const sent = pathsIn(samplesOf(contract));
      const known = new Set(fieldsOf(jsonSchemaOf(contract)).map(({ path }) => path));
      const [isNamed, isRead] = [new Set(named[event]?.reads), new Set(read[event]?.reads)];
      if (!named[event]) return [`${handler} hears ${event}, which ${file} does not name: ${remedy}`];
      if (!read[event]) return [`${file} says that ${handler} hears ${event}, and it does not: ${remedy}`];
      return [
        ...[...isRead]
          .filter((path) => !isNamed.has(path))
          .map((path) => `${handler} reads ${path} of ${event}, which ${file} does not name: ${remedy}`),
        ...[...isNamed]
          .filter((path) => !sent.has(path))
          .map((path) =>
            known.has(path)
              ? `${handler} reads ${path} of ${event}, which none of the publisher's examples has`
              : `${handler} reads ${path} of ${event}, which the contract has no more`,
          ),
        ...[...isNamed]
          .filter((path) => sent.has(path) && !isRead.has(path))
          .map((path) => `${file} names ${path} of ${event}, which ${handler} does not read: ${remedy}`),
      ];
    });
  });
}

/** The paths of every value in some details, as a manifest writes them. */
function pathsIn(samples: readonly unknown[]): ReadonlySet<string> {
  const paths = new Set<string>();
  const walk = (value: unknown, path: string): void => {
    if (path !== '') paths.add(path);
    if (Array.isArray(value)) for (const item of value) walk(item, isGroup(item) ? `${path}[]` : path);
    else if (isGroup(value))
      for (const [name, part] of Object.entries(value)) walk(part, path === '' ? name : `${path}.${name}`);
  };
  for (const sample of samples) walk(sample, '');
  return paths;
}

const isGroup = (value: unknown): value is object => typeof value === 'object' && value !== null;
