// Writes docs/openapi.json from the schemas that check the requests. It is committed; the build says the same every time.
import { mkdirSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const { outputFiles } = await build({
  entryPoints: ['src/app/openapi.ts'],
  bundle: true,
  write: false,
  platform: 'node',
  format: 'esm',
  mainFields: ['module', 'main'],
  logLevel: 'warning',
});
const code = Buffer.from(outputFiles[0].contents).toString('base64');
const { openApiDocument } = await import(`data:text/javascript;base64,${code}`);
const docs = new URL('../../docs/', import.meta.url);
mkdirSync(docs, { recursive: true });
writeFileSync(new URL('openapi.json', docs), `${JSON.stringify(openApiDocument('/'), null, 2)}\n`);
