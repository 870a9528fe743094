// Builds what the page's function embeds: script, style and icon, named by their content and compressed once, here; and
// gathers what other services answer on the same API, each as its own build wrote it.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** Compressed as browsers get it; they compile it all before anything can be chosen. */
const SCRIPT_LIMIT_KB = 60;

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

await assertTranslated();
gatherOperations();

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

const scriptKb = Buffer.from(assets.script.brotliBase64, 'base64').length / 1024;
if (scriptKb > SCRIPT_LIMIT_KB)
  throw new Error(
    `The page's script has ${scriptKb.toFixed(1)} KB compressed, and at most ${SCRIPT_LIMIT_KB} are allowed.`,
  );

mkdirSync(outdir, { recursive: true });
writeFileSync(join(outdir, 'assets.json'), JSON.stringify(assets));

/** Written only when it changed; committed, so that nothing but the build reads another service's folder. */
function gatherOperations() {
  const services = join(service, '..');
  const parts = readdirSync(services)
    .toSorted()
    .map((name) => join(services, name, 'openapi.json'))
    .filter((file) => existsSync(file))
    .map((file) => JSON.parse(readFileSync(file, 'utf8')));
  const file = join(service, 'src/app/operations-of-others.generated.ts');
  const generated = `// Generated from the openapi.json of each service by \`npm run build\`; do not edit.
export const OPERATIONS_OF_OTHERS = ${JSON.stringify(parts, null, 2)};
`;
  if (!existsSync(file) || readFileSync(file, 'utf8') !== generated) writeFileSync(file, generated);
}

/** The build itself refuses a language in which a text is missing: esbuild takes types away without reading them. */
async function assertTranslated() {
  const { outputFiles } = await build({
    entryPoints: [join(client, 'languages.ts')],
    bundle: true,
    platform: 'neutral',
    format: 'esm',
    write: false,
    logLevel: 'warning',
  });
  const source = Buffer.from(outputFiles[0].contents).toString('base64');
  const { languages } = await import(`data:text/javascript;base64,${source}`);
  const faults = Object.entries(languages).flatMap(([tag, { texts }]) =>
    missing(languages.en.texts, texts).map((name) => `texts-${tag}.ts has no ${name}`),
  );
  if (faults.length > 0) throw new Error(faults.join('\n'));
}

/** The names of what one object of texts has and another lacks, those inside it too. */
function missing(wanted, found, before = '') {
  return Object.entries(wanted).flatMap(([name, value]) => {
    const other = found?.[name];
    if (typeof value === 'object' && !Array.isArray(value)) return missing(value, other, `${before}${name}.`);
    return typeof other === typeof value ? [] : [`${before}${name}`];
  });
}
