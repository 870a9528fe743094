import * as z from 'zod';
import { callPolicy, DEFAULT_POLICY } from '../domain/policy';

/** How calls are tried, as the operator sets it: JSON of what differs from the defaults, such as `{"attempts": 2}`. */
export const CallPolicySetting = z
  .string()
  .default('{}')
  .transform((text, context) => {
    // The usual case, and the schema of a policy takes a tenth of a webhook function's start to build.
    if (text === '' || text === '{}') return DEFAULT_POLICY;
    const policy = callPolicy().safeParse(parsed(text));
    if (policy.success) return policy.data;
    for (const { path, message } of policy.error.issues)
      context.addIssue({ code: 'custom', message: [...path, message].join(': '), input: text });
    return z.NEVER;
  });

/** What is not JSON is no object, and refused as such. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
