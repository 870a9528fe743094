// Bundles every handler of a service (src/handlers/<handler>.ts) into dist/<handler>/index.js, and says how large each is.
import { readdirSync, rmSync, existsSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const service = process.cwd();
const handlers = readdirSync(join(service, 'src/handlers'))
  .filter((file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$/.test(file))
  .map((file) => file.replace(/\.tsx?$/, ''));

rmSync(join(service, 'dist'), { recursive: true, force: true });

// A service may prepare what its handlers embed: pages, compiled templates.
const prepare = join(service, 'prepare.mjs');
if (existsSync(prepare)) await import(pathToFileURL(prepare).href);

await Promise.all(
  handlers.map(async (handler) => {
    const outdir = join(service, 'dist', handler);
    const { metafile } = await build({
      entryPoints: [join(service, 'src/handlers', `${handler}.ts`)],
      outfile: join(outdir, 'index.js'),
      bundle: true,
      minify: true,
      keepNames: false,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      mainFields: ['module', 'main'],
      loader: {
        '.html': 'text',
        '.css': 'text',
        '.svg': 'text',
        '.txt': 'text',
        '.mustache': 'text',
        '.wav': 'binary',
        '.mp3': 'binary',
      },
      metafile: true,
      logLevel: 'warning',
    });
    mkdirSync(join(service, 'dist/.meta'), { recursive: true });
    writeFileSync(join(service, 'dist/.meta', `${handler}.json`), JSON.stringify(metafile));
  }),
);
