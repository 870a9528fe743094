// Writes openapi.json, the part of the API's document that the service which is built answers: booking's build puts the parts together. It is committed.
import { writeFileSync } from 'node:fs';
import { evaluate } from './evaluate.mjs';

const { openApiPart } = await evaluate('src/app/openapi.ts');
writeFileSync('openapi.json', `${JSON.stringify(openApiPart(), null, 2)}\n`);
