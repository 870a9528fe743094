// Builds the package as it is published: dist/ is its root. In this repository the source is imported instead.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const here = import.meta.dirname;
const out = process.argv[2] ?? join(here, 'dist');
const own = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
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

// Declarations, once for each module system: in one whose specifiers need extensions they must be there.
const declarations = join(out, 'types');
const tsc = join(here, '../node_modules/typescript/bin/tsc');
const settings = join(here, 'tsconfig.declarations.json');
execFileSync(process.execPath, [tsc, '-p', settings, '--outDir', join(declarations, 'cjs')], { stdio: 'inherit' });
cpSync(join(declarations, 'cjs'), join(declarations, 'esm'), { recursive: true });
for (const [format, extension] of [
  ['cjs', 'cts'],
  ['esm', 'mts'],
]) {
  const folder = join(declarations, format);
  for (const name of readdirSync(folder)) {
    const text = readFileSync(join(folder, name), 'utf8');
    const named = text.replaceAll(/(from |import\()'(\.\/[\w-]+)'/g, `$1'$2.${extension === 'cts' ? 'cjs' : 'mjs'}'`);
    writeFileSync(join(folder, name.replace(/\.d\.ts$/, `.d.${extension}`)), named);
    rmSync(join(folder, name));
  }
}

const manifest = {
  name: own.name,
  version: own.version,
  description: own.description,
  license: own.license,
  keywords: own.keywords,
  engines: own.engines,
  sideEffects: false,
  exports: {
    '.': {
      import: { types: './types/esm/index.d.mts', default: './lib/index.mjs' },
      require: { types: './types/cjs/index.d.cts', default: './lib/index.cjs' },
    },
    './package.json': './package.json',
  },
  main: './lib/index.cjs',
  types: './types/cjs/index.d.cts',
  bin: { 'twilio-simulator': './lib/cli.cjs' },
  files: ['lib', 'page', 'types'],
  dependencies: own.dependencies,
};
writeFileSync(join(out, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
copyFileSync(join(here, 'README.md'), join(out, 'README.md'));
copyFileSync(join(here, '../LICENSE'), join(out, 'LICENSE'));
