import * as z from 'zod';
import { CallPolicy } from '../domain/policy';

/** How calls are tried, as the operator sets it: JSON of what differs from the defaults, such as `{"attempts": 2}`. */
export const CallPolicySetting = z
  .string()
  .default('{}')
  .transform((text, context) => {
    const policy = CallPolicy.safeParse(parsed(text));
    if (policy.success) return policy.data;
    for (const { path, message } of policy.error.issues)
      context.addIssue({ code: 'custom', message: [...path, message].join(': '), input: text });
    return z.NEVER;
  });

/** What is not JSON is no object, and refused as such. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text || '{}');
  } catch {
    return text;
  }
}
