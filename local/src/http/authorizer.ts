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
  | {
      readonly allowed: false;
      readonly status: 401 | 403;
      /** The `www-authenticate` header of the answer. */
      readonly challenge: string;
    };

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
    const now = ports.clock.now();
    try {
      const { payload } = await jwtVerify(token, publicKey, {
        algorithms: ['RS256'],
        issuer: ISSUER,
        requiredClaims: ['exp'],
        currentDate: new Date(now),
      });
      const fits = isForUs(payload) && (payload.iat === undefined || payload.iat * 1000 <= now);
      return fits ? payload : undefined;
    } catch {
      // Whatever is wrong with it, the answer is the same 401.
      return undefined;
    }
  };

  return {
    authorize: async (header, scopes) => {
      const token = header?.replace(/^Bearer\s+/i, '');
      if (token === undefined || token === '') return { allowed: false, status: 401, challenge: 'Bearer' };
      const claims = await verify(token);
      if (claims === undefined) return { allowed: false, status: 401, challenge: challenge('invalid_token') };
      const granted = scopesOf(claims);
      if (scopes.length > 0 && !scopes.some((scope) => granted.includes(scope))) {
        return { allowed: false, status: 403, challenge: challenge('insufficient_scope') };
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

const challenge = (error: string) => `Bearer scope="" error="${error}"`;

/** A token without `aud` may name its audience in `client_id`, as Cognito's access tokens do. */
function isForUs({ aud, client_id: clientId }: JWTPayload): boolean {
  const audiences = aud === undefined ? clientId : aud;
  return Array.isArray(audiences) ? audiences.includes(AUDIENCE) : audiences === AUDIENCE;
}

/** The words of `scope` or, where there is none, of `scp`, which may also be a list. */
function scopesOf({ scope, scp }: JWTPayload): readonly unknown[] {
  const given: unknown = scope ?? scp;
  if (Array.isArray(given)) return given;
  return typeof given === 'string' ? given.split(' ') : [];
}
