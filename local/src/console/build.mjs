// Builds the console: one page, one script, one style, served at /console.
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const here = import.meta.dirname;

export async function buildConsole(outdir) {
  mkdirSync(outdir, { recursive: true });
  cpSync(join(here, 'index.html'), join(outdir, 'index.html'));
  await build({
    entryPoints: [join(here, 'console.tsx'), join(here, 'console.css')],
    outdir,
    bundle: true,
    minify: true,
    platform: 'browser',
    format: 'esm',
    target: ['es2022', 'chrome110', 'firefox115', 'safari16'],
    tsconfig: join(here, 'tsconfig.json'),
    legalComments: 'none',
    logLevel: 'warning',
  });
}
