import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import addFormats from 'ajv-formats';
import Ajv2020 from 'ajv/dist/2020';
import * as z from 'zod';

const Document = z.looseObject({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.looseObject({
        'x-answered-by': z.string().optional(),
        responses: z.record(z.string(), z.looseObject({ content: z.record(z.string(), z.unknown()).optional() })),
      }),
    ),
  ),
});

/**
 * What `docs/openapi.json` says of a route's answer, as a check for the tests of the service that answers it: throws where a
 * body is not as it is described there.
 */
export function documented(route: string): (status: number, body: unknown) => void {
  const whole: unknown = JSON.parse(readFileSync(join(__dirname, '../../../docs/openapi.json'), 'utf8'));
  const [method = '', path = ''] = route.split(' ');
  const operation = Document.parse(whole).paths[path]?.[method.toLowerCase()];
  if (!operation) throw new Error(`docs/openapi.json has no ${route}`);
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats(ajv);
  ajv.addSchema(whole as object, 'openapi');
  return (status, body) => {
    const pointer = [
      'paths',
      path,
      method.toLowerCase(),
      'responses',
      String(status),
      'content',
      'application/json',
      'schema',
    ]
      .map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1'))
      .map(encodeURIComponent)
      .join('/');
    if (!operation.responses[String(status)]?.content) throw new Error(`${route} has no answer ${status} with a body`);
    const valid = ajv.compile({ $ref: `openapi#/${pointer}` });
    if (!valid(body)) throw new Error(`${route} ${status} is not as documented: ${ajv.errorsText(valid.errors)}`);
  };
}
