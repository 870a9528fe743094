// What the packages of this repository are published with beside their code: declarations for both module systems, a manifest
// made from their own, README and licence. `here` is the workspace, `out` the package's root.
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** Declarations, once for each module system: in one whose specifiers need extensions they must be there. */
export function writeDeclarations(here, out) {
  const types = join(out, 'types');
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const settings = join(here, 'tsconfig.declarations.json');
  execFileSync(process.execPath, [tsc, '-p', settings, '--outDir', join(types, 'cjs')], { stdio: 'inherit' });
  cpSync(join(types, 'cjs'), join(types, 'esm'), { recursive: true });
  for (const [format, letter] of [
    ['cjs', 'c'],
    ['esm', 'm'],
  ]) {
    const folder = join(types, format);
    for (const name of readdirSync(folder)) {
      const text = readFileSync(join(folder, name), 'utf8');
      const named = text.replaceAll(/(from |import\()(['"])(\.\/[\w.-]+)\2/g, `$1$2$3.${letter}js$2`);
      writeFileSync(join(folder, name.replace(/\.d\.ts$/, `.d.${letter}ts`)), named);
      rmSync(join(folder, name));
    }
  }
}

/** The manifest, with what a package has beside `lib` and `types` in `more`, and further subpaths in `exports`; README and licence with it. */
export function writeManifest(here, out, { exports, ...more } = {}) {
  const own = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
  const { name, version, description, license, keywords, engines } = own;
  const manifest = {
    name,
    version,
    description,
    license,
    keywords,
    engines,
    sideEffects: false,
    exports: {
      '.': {
        import: { types: './types/esm/index.d.mts', default: './lib/index.mjs' },
        require: { types: './types/cjs/index.d.cts', default: './lib/index.cjs' },
      },
      ...exports,
      './package.json': './package.json',
    },
    main: './lib/index.cjs',
    types: './types/cjs/index.d.cts',
    files: ['lib', 'types'],
    ...(own.dependencies && { dependencies: own.dependencies }),
    ...more,
  };
  writeFileSync(join(out, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  copyFileSync(join(here, 'README.md'), join(out, 'README.md'));
  copyFileSync(join(root, 'LICENSE'), join(out, 'LICENSE'));
}
