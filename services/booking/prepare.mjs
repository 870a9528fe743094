// Builds what the page's function embeds: script, style and icon, named by their content and compressed once, here.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const service = process.cwd();
const client = join(service, 'src/page/client');
const outdir = process.env.PAGE_OUT ?? join(service, 'dist/page');

const { outputFiles } = await build({
  entryPoints: [join(client, 'app.tsx'), join(client, 'page.css')],
  outdir,
  bundle: true,
  minify: true,
  platform: 'browser',
  format: 'esm',
  target: ['es2022', 'chrome110', 'firefox115', 'safari16'],
  tsconfig: join(client, 'tsconfig.json'),
  legalComments: 'none',
  write: false,
  logLevel: 'warning',
});

const built = (extension) => outputFiles.find((file) => file.path.endsWith(extension)).contents;

function asset(stem, extension, contentType, contents) {
  const hash = createHash('sha256').update(contents).digest('hex').slice(0, 12);
  const brotli = brotliCompressSync(contents, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  return {
    name: `${stem}-${hash}.${extension}`,
    contentType,
    text: Buffer.from(contents).toString('utf8'),
    brotliBase64: brotli.toString('base64'),
    gzipBase64: gzipSync(contents, { level: 9 }).toString('base64'),
  };
}

const assets = {
  script: asset('app', 'js', 'text/javascript; charset=utf-8', built('.js')),
  style: asset('page', 'css', 'text/css; charset=utf-8', built('.css')),
  icon: asset('icon', 'svg', 'image/svg+xml', readFileSync(join(client, 'icon.svg'))),
};

mkdirSync(outdir, { recursive: true });
writeFileSync(join(outdir, 'assets.json'), JSON.stringify(assets));
