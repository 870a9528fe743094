// Generates from the contracts whatever tells others of them, so that none of it can disagree with the code: the catalogue in docs/,
// JSON Schemas and examples of the package, the documents for EventBridge's schema registry, and the AsyncAPI document.
import { mkdirSync, readFileSync, readdirSync, rmSync, existsSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { catalogue } from './event-catalogue.mjs';
import { root } from './setup.mjs';

const home = join(root, 'shared/events');
const outfile = join(home, 'dist/tools/documents.js');
await build({
  stdin: { contents: "export * from './contracts'; export * from './documents';", resolveDir: join(home, 'src') },
  outfile,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  logLevel: 'warning',
});
const { ALL_EVENTS, ...documents } = createRequire(import.meta.url)(outfile);

/** What services say that they read; the stacks' rules, and the handlers themselves, are tested against it. */
const manifests = ['services', 'shared']
  .flatMap((parent) => readdirSync(join(root, parent)).map((name) => join(root, parent, name, 'contracts.json')))
  .filter((file) => existsSync(file))
  .map((file) => documents.ConsumerManifest.parse(JSON.parse(readFileSync(file, 'utf8'))));
const released = JSON.parse(readFileSync(join(home, 'released/contracts.json'), 'utf8'));
const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));

const json = (value) => `${JSON.stringify(value, null, 2)}\n`;

/** Writes a folder that holds these files and no others. */
function writeFolder(folder, files) {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) if (!Object.hasOwn(files, name)) rmSync(join(folder, name));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}

const perEvent = (of) =>
  Object.fromEntries(
    ALL_EVENTS.map((contract) => [`${contract.detailType}.v${contract.version}.json`, json(of(contract))]),
  );

writeFolder(join(home, 'schemas'), perEvent(documents.jsonSchemaOf));
writeFolder(join(home, 'examples'), perEvent(documents.deliveredExample));
writeFolder(
  join(home, 'registry'),
  perEvent((contract) => documents.registryDocument(contract).content),
);
writeFileSync(join(root, 'docs/asyncapi.json'), json(documents.asyncApi(ALL_EVENTS, manifests, version)));

const { index, pages } = catalogue({ contracts: ALL_EVENTS, manifests, released, documents });
writeFileSync(join(root, 'docs/events.md'), index);
writeFolder(join(root, 'docs/events'), pages);
