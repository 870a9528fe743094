// Generates the client from docs/openapi.json, and builds the package as it is published: dist/ is its root. In this repository the source is imported instead.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { writeDeclarations, writeManifest } from '../../scripts/package.mjs';
import { generate } from './generate.mjs';

const here = import.meta.dirname;
const root = join(here, '../..');
const out = process.argv[2] ?? join(here, 'dist');

// A test that builds the package elsewhere leaves the source as it is.
if (process.argv[2] === undefined) {
  const document = JSON.parse(readFileSync(join(root, 'docs/openapi.json'), 'utf8'));
  writeFileSync(join(here, 'src/api.generated.ts'), generate(document));
}

rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, 'lib'), { recursive: true });
const options = {
  entryPoints: [join(here, 'src/index.ts')],
  bundle: true,
  platform: 'neutral',
  target: ['es2022', 'node20', 'chrome110', 'firefox115', 'safari16'],
  sourcemap: true,
  logLevel: 'warning',
};
await Promise.all([
  build({ ...options, format: 'esm', outfile: join(out, 'lib/index.mjs') }),
  build({ ...options, format: 'cjs', outfile: join(out, 'lib/index.cjs') }),
]);

writeDeclarations(here, out);
writeManifest(here, out);
