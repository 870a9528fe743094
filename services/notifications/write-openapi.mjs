// Writes openapi.json, this service's part of the API's document: booking's build puts the parts together. It is committed.
import { writeFileSync } from 'node:fs';
import { evaluate } from '../../scripts/evaluate.mjs';

const { openApiPart } = await evaluate('src/app/openapi.ts');
writeFileSync('openapi.json', `${JSON.stringify(openApiPart(), null, 2)}\n`);
