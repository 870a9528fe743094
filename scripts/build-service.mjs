// Bundles every handler of a service (src/handlers/<handler>.ts) into dist/<handler>/index.js, and fails where one is larger than its budget.
import { readdirSync, rmSync, existsSync, writeFileSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { excesses } from './budgets.mjs';
import { bundleOptions } from './bundle.mjs';

const service = process.cwd();
const handlers = readdirSync(join(service, 'src/handlers'))
  .filter((file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$/.test(file))
  .map((file) => file.replace(/\.tsx?$/, ''));

rmSync(join(service, 'dist'), { recursive: true, force: true });

// A service may prepare what its handlers embed: pages, compiled templates.
const prepare = join(service, 'prepare.mjs');
if (existsSync(prepare)) await import(pathToFileURL(prepare).href);

const found = await Promise.all(
  handlers.map(async (handler) => {
    const { metafile } = await build({
      ...bundleOptions,
      entryPoints: [join(service, 'src/handlers', `${handler}.ts`)],
      outfile: join(service, 'dist', handler, 'index.js'),
    });
    mkdirSync(join(service, 'dist/.meta'), { recursive: true });
    writeFileSync(join(service, 'dist/.meta', `${handler}.json`), JSON.stringify(metafile));
    return excesses(`${basename(service)}/${handler}`, metafile);
  }),
);
if (found.flat().length > 0) {
  for (const line of found.flat()) console.error(line);
  console.error('Make it smaller, or raise the budget in scripts/budgets.mjs and say there what it is for.');
  process.exitCode = 1;
}
