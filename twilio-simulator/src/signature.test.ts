import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import twilio from 'twilio';
import { sign, signedUrl } from './signature';

interface Vector {
  readonly name: string;
  readonly authToken: string;
  readonly url: string;
  readonly contentType?: string;
  readonly params?: Record<string, string | string[]>;
  readonly signature: string | null;
  readonly exactHmacMatches: boolean;
}
const file = readFileSync(join(__dirname, '../test/fixtures/twilio-signatures.json'), 'utf8');
// Voice webhooks are forms; with JSON bodies the hash of the body decides as well, which is the receiver's to check.
const vectors = (JSON.parse(file) as { vectors: Vector[] }).vectors.filter(
  ({ contentType }) => contentType !== 'application/json',
);

describe('a signature', () => {
  it.each(vectors.map((vector) => [vector.name, vector] as const))('agrees with the vector %s', (_, vector) => {
    const own = sign(vector.authToken, vector.url, vector.params ?? {});

    expect(own === vector.signature).toBe(vector.exactHmacMatches);
  });

  it("is what Twilio's own library accepts, whatever the parameters", () => {
    const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_.]{0,12}$/);
    const value = fc.string({ unit: 'grapheme', maxLength: 30 });
    fc.assert(
      fc.property(
        fc.dictionary(name, fc.oneof(value, fc.array(value, { minLength: 1, maxLength: 3 }))),
        value,
        (params, query) => {
          const url = `https://example.com/hook/a?q=${encodeURIComponent(query)}`;
          const plain = { ...params };

          expect(twilio.validateRequest('token', sign('token', url, plain), url, plain)).toBe(true);
        },
      ),
    );
  });

  it('covers the URL without fragment and credentials, and on https without its port', () => {
    expect(signedUrl(new URL('https://user:secret@example.com:8443/a?b=c#rc=3'))).toBe('https://example.com/a?b=c');
    expect(signedUrl(new URL('http://127.0.0.1:3000/a?b=c#rc=3'))).toBe('http://127.0.0.1:3000/a?b=c');
  });
});
