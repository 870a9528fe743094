// Builds the console, served at /console, and the page of all messages beside it, at /console/templates; they share one style.
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const here = import.meta.dirname;

export async function buildConsole(outdir) {
  mkdirSync(outdir, { recursive: true });
  for (const page of ['index.html', 'templates.html']) cpSync(join(here, page), join(outdir, page));
  await build({
    entryPoints: ['console.tsx', 'templates.tsx', 'console.css'].map((file) => join(here, file)),
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
