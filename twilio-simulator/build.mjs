// Builds the package as it is published: dist/ is its root. In this repository the source is imported instead.
import { chmodSync, copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { writeDeclarations, writeManifest } from '../scripts/package.mjs';

const here = import.meta.dirname;
const out = process.argv[2] ?? join(here, 'dist');
rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, 'page'), { recursive: true });

const node = { bundle: true, platform: 'node', target: 'node20', packages: 'external', sourcemap: true };
await Promise.all([
  build({ ...node, entryPoints: [join(here, 'src/index.ts')], format: 'esm', outfile: join(out, 'lib/index.mjs') }),
  build({ ...node, entryPoints: [join(here, 'src/index.ts')], format: 'cjs', outfile: join(out, 'lib/index.cjs') }),
  build({
    ...node,
    entryPoints: [join(here, 'src/cli.ts')],
    format: 'cjs',
    outfile: join(out, 'lib/cli.cjs'),
    banner: { js: '#!/usr/bin/env node' },
    sourcemap: false,
  }),
  build({
    entryPoints: [join(here, 'page/page.ts')],
    bundle: true,
    format: 'esm',
    target: 'es2023',
    outfile: join(out, 'page/page.js'),
  }),
]);
chmodSync(join(out, 'lib/cli.cjs'), 0o755);
for (const file of ['index.html', 'page.css']) copyFileSync(join(here, 'page', file), join(out, 'page', file));

writeDeclarations(here, out);
writeManifest(here, out, { bin: { 'twilio-simulator': './lib/cli.cjs' }, files: ['lib', 'page', 'types'] });
