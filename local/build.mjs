// Bundles the laptop cloud: the process, what runs in its workers, and the console's files.
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const here = import.meta.dirname;
const outdir = process.argv[2] ?? join(here, 'dist');
const common = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  mainFields: ['module', 'main'],
  logLevel: 'warning',
  sourcemap: 'linked',
};

rmSync(outdir, { recursive: true, force: true });
mkdirSync(outdir, { recursive: true });
await Promise.all([
  build({ ...common, entryPoints: [join(here, 'src/main.ts')], outfile: join(outdir, 'main.js') }),
  build({ ...common, entryPoints: [join(here, 'src/history/main.ts')], outfile: join(outdir, 'history.js') }),
  // Small on purpose: each worker loads them anew.
  build({
    ...common,
    entryPoints: [join(here, 'src/lambda/worker.ts')],
    outfile: join(outdir, 'worker.js'),
    sourcemap: false,
  }),
  build({
    ...common,
    entryPoints: [join(here, 'src/lambda/virtual-date.ts')],
    outfile: join(outdir, 'virtual-date.js'),
    sourcemap: false,
  }),
]);

cpSync(join(here, 'assets/dynamodb.db'), join(outdir, 'dynamodb.db'));

const consoleFolder = join(here, 'src/console');
if (existsSync(join(consoleFolder, 'build.mjs'))) {
  const { buildConsole } = await import(join(consoleFolder, 'build.mjs'));
  await buildConsole(join(outdir, 'console'));
} else if (existsSync(consoleFolder)) {
  cpSync(consoleFolder, join(outdir, 'console'), { recursive: true, filter: (file) => !/\.tsx?$/.test(file) });
}
