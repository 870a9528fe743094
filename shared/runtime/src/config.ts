import * as z from 'zod';

/** The environment does not say what the function needs; the message names each variable and its fault. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** Parses the environment once, at start. @throws {@link ConfigurationError} */
export function readConfig<Schema extends z.ZodType>(
  schema: Schema,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): z.infer<Schema> {
  // Parsed once: what zod compiles for many times takes longer than that.
  const result = schema.safeParse(environment, { jitless: true });
  if (result.success) return result.data;
  throw new ConfigurationError(
    result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
  );
}
