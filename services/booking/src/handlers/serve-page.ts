import { CountryCodes, jsonRoute, readConfig } from '@appointments/runtime';
import { BrandColor, BrandLogoUrl } from '@appointments/runtime/brand';
import * as z from 'zod';
import { problemBase } from '../adapters/settings';
import { pagesFor } from '../page/serve';

/** A template has every variable; one that nobody set is empty. */
const optional = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional());

const config = readConfig(
  z.object({
    BRAND_NAME: z.string().min(1),
    BRAND_COLOR: optional(BrandColor),
    BRAND_LOGO_URL: optional(BrandLogoUrl),
    ALLOWED_COUNTRIES: CountryCodes,
    FORM_MINIMUM_SECONDS: z.coerce.number().min(0).max(60),
  }),
);
const pageFor = pagesFor({
  brandName: config.BRAND_NAME,
  brandColor: config.BRAND_COLOR,
  brandLogoUrl: config.BRAND_LOGO_URL,
  countries: config.ALLOWED_COUNTRIES,
  formMinimumSeconds: config.FORM_MINIMUM_SECONDS,
});

export const handler = jsonRoute({ problemBase: problemBase(), subject: 'id' }, ({ path, headers, query }) => {
  const acceptEncoding = headers['accept-encoding'];
  const acceptLanguage = headers['accept-language'];
  const { lang } = query;
  const page = pageFor({
    path,
    ...(acceptEncoding !== undefined && { acceptEncoding }),
    ...(acceptLanguage !== undefined && { acceptLanguage }),
    ...(lang !== undefined && { lang }),
  });
  return {
    status: page.status,
    headers: page.headers,
    text: page.body,
    ...(page.isBase64Encoded && { isBase64Encoded: true }),
  };
});
