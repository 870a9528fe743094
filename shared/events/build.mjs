// Builds the package as it is published: dist/ is its root. In this repository the source is imported instead.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { writeDeclarations, writeManifest } from '../../scripts/package.mjs';

const here = import.meta.dirname;
const out = process.argv[2] ?? join(here, 'dist');

rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, 'lib'), { recursive: true });
const options = {
  entryPoints: [join(here, 'src/index.ts')],
  bundle: true,
  packages: 'external',
  platform: 'neutral',
  target: ['es2022', 'node20'],
  sourcemap: true,
  logLevel: 'warning',
};
await Promise.all([
  build({ ...options, format: 'esm', outfile: join(out, 'lib/index.mjs') }),
  build({ ...options, format: 'cjs', outfile: join(out, 'lib/index.cjs') }),
]);
for (const folder of ['schemas', 'examples']) cpSync(join(here, folder), join(out, folder), { recursive: true });
cpSync(join(here, '../../docs/asyncapi.json'), join(out, 'asyncapi.json'));
const changelog = join(here, 'CHANGELOG.md');
if (existsSync(changelog)) cpSync(changelog, join(out, 'CHANGELOG.md'));

// Who installs this beside a zod of their own is to have one of them.
const { zod } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8')).dependencies;

writeDeclarations(here, out);
writeManifest(here, out, {
  exports: {
    './schemas/*': './schemas/*',
    './examples/*': './examples/*',
    './asyncapi.json': './asyncapi.json',
  },
  dependencies: { zod: `^${zod}` },
  files: ['lib', 'types', 'schemas', 'examples', 'asyncapi.json', 'CHANGELOG.md'],
});
