import { createHmac } from 'node:crypto';

/** Form parameters; a repeated one has several values. */
export type FormParameters = Readonly<Record<string, string | readonly string[]>>;

/**
 * Twilio's X-Twilio-Signature: HMAC-SHA1 with the auth token over the URL followed by every form parameter,
 * sorted by name, as name and value; of a repeated parameter the distinct values, sorted. Base64.
 */
export function sign(authToken: string, url: string, parameters: FormParameters): string {
  const text = Object.keys(parameters)
    .toSorted()
    .reduce(
      (signed, name) => signed + valuesOf(parameters[name] ?? '').reduce((all, value) => all + name + value, ''),
      url,
    );
  return createHmac('sha1', authToken).update(text, 'utf8').digest('base64');
}

function valuesOf(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : [...new Set(value)].toSorted();
}

/** The URL that is signed: as requested, but for user, password and fragment, and on https the port. */
export function signedUrl(url: URL): string {
  const copy = new URL(url);
  copy.hash = '';
  copy.username = '';
  copy.password = '';
  if (copy.protocol === 'https:') copy.port = '';
  return copy.href;
}
