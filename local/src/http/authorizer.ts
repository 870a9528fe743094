import { exportJWK, generateKeyPair, importJWK, jwtVerify, SignJWT } from 'jose';
import type { JWK, JWTPayload } from 'jose';
import type { Clock, Store } from '../kernel/types';

const ISSUER = 'http://localhost/_local/issuer';
const AUDIENCE = 'appointments-local';
const HOUR_SECONDS = 3600;

export type Verdict =
  | {
      readonly allowed: true;
      readonly claims: Readonly<Record<string, string>>;
      readonly scopes: readonly string[] | null;
    }
  | { readonly allowed: false; readonly status: 401 | 403; readonly error: string };

/** Judges an `Authorization` header; any one of `scopes` is enough, none asked for means none needed. */
export type Authorize = (header: string | undefined, scopes: readonly string[]) => Promise<Verdict>;

export interface LocalIssuer {
  readonly authorize: Authorize;
  /** A token with scope `staff` for one virtual hour. */
  readonly staffToken: () => Promise<string>;
}

/** The laptop's own OIDC issuer, in the place of the one the template names; its key is kept with the folder. */
export async function createLocalIssuer(ports: { readonly clock: Clock; readonly store: Store }): Promise<LocalIssuer> {
  const kept = ports.store.collection<{ readonly privateJwk: JWK; readonly publicJwk: JWK }>('issuer');
  let keys = kept.get('key');
  if (keys === undefined) {
    const pair = await generateKeyPair('RS256', { extractable: true });
    keys = { privateJwk: await exportJWK(pair.privateKey), publicJwk: await exportJWK(pair.publicKey) };
    kept.put('key', keys);
  }
  const privateKey = await importJWK(keys.privateJwk, 'RS256');
  const publicKey = await importJWK(keys.publicJwk, 'RS256');

  const verify = async (token: string): Promise<JWTPayload | undefined> => {
    try {
      const { payload } = await jwtVerify(token, publicKey, {
        algorithms: ['RS256'],
        issuer: ISSUER,
        audience: AUDIENCE,
        requiredClaims: ['exp'],
        currentDate: new Date(ports.clock.now()),
      });
      return payload;
    } catch {
      // Whatever is wrong with it, the answer is the same 401.
      return undefined;
    }
  };

  return {
    authorize: async (header, scopes) => {
      const token = header?.replace(/^Bearer\s+/i, '');
      const claims = token === undefined || token === '' ? undefined : await verify(token);
      if (claims === undefined) return { allowed: false, status: 401, error: 'invalid_token' };
      const granted = typeof claims['scope'] === 'string' ? claims['scope'].split(' ') : [];
      if (scopes.length > 0 && !scopes.some((scope) => granted.includes(scope))) {
        return { allowed: false, status: 403, error: 'insufficient_scope' };
      }
      return {
        allowed: true,
        claims: Object.fromEntries(
          Object.entries(claims).map(([name, value]) => [
            name,
            typeof value === 'string' ? value : JSON.stringify(value),
          ]),
        ),
        scopes: scopes.length > 0 ? scopes : null,
      };
    },
    staffToken: async () => {
      const issuedAt = Math.floor(ports.clock.now() / 1000);
      return new SignJWT({ scope: 'staff' })
        .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
        .setSubject('staff')
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + HOUR_SECONDS)
        .sign(privateKey);
    },
  };
}
