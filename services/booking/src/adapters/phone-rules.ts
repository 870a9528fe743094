import { readConfig } from '@appointments/runtime';
import { AllowedCountries, phoneRules, type JudgePhone } from '@appointments/runtime/phone-rules';
import * as z from 'zod';

const Environment = z.object({ ALLOWED_COUNTRIES: AllowedCountries, AGENT_PHONE: z.string().optional() });

/**
 * The rules on clients' numbers. The agent's own number, where the function knows it, is held to them too: one that will
 * never be dialled is told when the function starts, and not when the first call fails. @throws ConfigurationError
 */
export function phoneRulesFrom(environment: Readonly<Record<string, string | undefined>> = process.env): JudgePhone {
  const config = readConfig(
    Environment.superRefine(({ ALLOWED_COUNTRIES, AGENT_PHONE }, context) => {
      const verdict = AGENT_PHONE === undefined ? undefined : phoneRules(ALLOWED_COUNTRIES)(AGENT_PHONE);
      if (verdict === undefined || verdict.ok) return;
      const { reason, message, country } = verdict;
      const remedy =
        reason === 'country-not-allowed' ? `; with ${country} in ALLOWED_COUNTRIES it would be called` : '';
      context.addIssue({ code: 'custom', path: ['AGENT_PHONE'], message: `${message}${remedy}` });
    }),
    environment,
  );
  return phoneRules(config.ALLOWED_COUNTRIES);
}
