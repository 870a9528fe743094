import { timingSafeEqual } from 'node:crypto';

export interface ApiKey {
  /** `SK` and more. */
  readonly sid: string;
  readonly secret: string;
}

/** Knows the account's own token and its API keys in an `Authorization` header. */
export function createCredentials(options: {
  readonly accountSid: string;
  readonly authToken: string;
  readonly apiKeys: readonly ApiKey[];
}): (authorization: string | undefined) => boolean {
  const wrong = options.apiKeys.find(({ sid }) => !sid.startsWith('SK'));
  if (wrong !== undefined) throw new Error(`An API key's sid starts with SK, not as in ${wrong.sid}`);
  const known = [{ sid: options.accountSid, secret: options.authToken }, ...options.apiKeys].map(({ sid, secret }) =>
    Buffer.from(`Basic ${Buffer.from(`${sid}:${secret}`).toString('base64')}`),
  );
  return (authorization) => {
    const given = Buffer.from(authorization ?? '');
    return known.some((one) => one.length === given.length && timingSafeEqual(one, given));
  };
}
