import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { traced } from './telemetry';

/** Five minutes: how long a secret is kept in memory, so that a rotation is seen without a deployment. */
const KEEP_MS = 5 * 60_000;

let client: SecretsManagerClient | undefined;

/** Reads a JSON secret by its name or ARN and keeps it for five minutes; the error of a malformed one names paths, never values. */
export function secret<Schema extends z.ZodType>(
  schema: Schema,
  secretId: string,
  now: () => number = Date.now,
): () => Promise<z.infer<Schema>> {
  let kept: { readonly value: z.infer<Schema>; readonly until: number } | undefined;
  return async () => {
    if (kept && now() < kept.until) return kept.value;
    client ??= traced(new SecretsManagerClient({}));
    const answer = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
    const parsed = schema.safeParse(JSON.parse(answer.SecretString ?? 'null'));
    if (!parsed.success)
      throw new Error(
        `the secret does not have the expected shape: ${parsed.error.issues.map((issue) => issue.path.join('.')).join(', ')}`,
      );
    kept = { value: parsed.data, until: now() + KEEP_MS };
    return parsed.data;
  };
}
