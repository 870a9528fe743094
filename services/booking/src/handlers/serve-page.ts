import { CountryCodes, jsonRoute, readConfig } from '@appointments/runtime';
import * as z from 'zod';
import { problemBase } from '../adapters/settings';
import { pageFor } from '../page/serve';

const config = readConfig(z.object({ BRAND_NAME: z.string().min(1), ALLOWED_COUNTRIES: CountryCodes }));
const settings = { brandName: config.BRAND_NAME, countries: config.ALLOWED_COUNTRIES };

export const handler = jsonRoute({ problemBase: problemBase(), subject: 'id' }, ({ path, headers }) => {
  const acceptEncoding = headers['accept-encoding'];
  const page = pageFor({ path, ...(acceptEncoding !== undefined && { acceptEncoding }) }, settings);
  return {
    status: page.status,
    headers: page.headers,
    text: page.body,
    ...(page.isBase64Encoded && { isBase64Encoded: true }),
  };
});
