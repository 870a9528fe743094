// Writes docs/openapi.json from the schemas that check the requests. It is committed; the build says the same every time.
import { mkdirSync, writeFileSync } from 'node:fs';
import { evaluate } from '../../scripts/evaluate.mjs';

const { openApiDocument } = await evaluate('src/app/openapi.ts');
const docs = new URL('../../docs/', import.meta.url);
mkdirSync(docs, { recursive: true });
writeFileSync(new URL('openapi.json', docs), `${JSON.stringify(openApiDocument('/'), null, 2)}\n`);
