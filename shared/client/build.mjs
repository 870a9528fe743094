// Generates the client from docs/openapi.json, and builds the package as it is published: dist/ is its root. In this repository the source is imported instead.
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { generate } from './generate.mjs';

const here = import.meta.dirname;
const root = join(here, '../..');
const out = process.argv[2] ?? join(here, 'dist');
const own = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));

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

// Declarations, once for each module system: in one whose specifiers need extensions they must be there.
const tsc = join(root, 'node_modules/typescript/bin/tsc');
const cjs = join(out, 'types/cjs');
execFileSync(process.execPath, [tsc, '-p', join(here, 'tsconfig.declarations.json'), '--outDir', cjs], {
  stdio: 'inherit',
});
cpSync(cjs, join(out, 'types/esm'), { recursive: true });
for (const [format, letter] of [
  ['cjs', 'c'],
  ['esm', 'm'],
]) {
  const folder = join(out, 'types', format);
  for (const name of readdirSync(folder)) {
    const text = readFileSync(join(folder, name), 'utf8');
    const named = text.replaceAll(/(from |import\()'(\.\/[\w.-]+)'/g, `$1'$2.${letter}js'`);
    writeFileSync(join(folder, name.replace(/\.d\.ts$/, `.d.${letter}ts`)), named);
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
  files: ['lib', 'types'],
};
writeFileSync(join(out, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
copyFileSync(join(here, 'README.md'), join(out, 'README.md'));
copyFileSync(join(root, 'LICENSE'), join(out, 'LICENSE'));
