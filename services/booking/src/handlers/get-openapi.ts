import { jsonRoute } from '@appointments/runtime';
import { problemBase, publicUrl } from '../adapters/settings';
import { openApiDocument } from '../app/openapi';

let text: string | undefined;

export const handler = jsonRoute({ problemBase: problemBase() }, () => ({
  status: 200,
  headers: { 'cache-control': 'public, max-age=300' },
  text: (text ??= JSON.stringify(openApiDocument(publicUrl()))),
}));
