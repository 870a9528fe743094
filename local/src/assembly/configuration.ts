import type { Stack } from './read';

/** What `npm start` is configured with: a function that declares one of these takes the process's value. */
const FROM_ENVIRONMENT = [
  'AGENT_NAME',
  'AGENT_PHONE',
  'AGENT_EMAIL',
  'AGENT_TIME_ZONE',
  'WORKING_HOURS',
  'SLOT_MINUTES',
  'MINIMUM_NOTICE_MINUTES',
  'HOLD_MINUTES',
  'BOOKINGS_PER_ADDRESS',
  'BOOKINGS_PER_NUMBER',
  'BOOKINGS_PER_NETWORK',
  'FORM_MINIMUM_SECONDS',
  'REMINDERS',
  'QUIET_HOURS',
  'FOLLOW_UP',
  'BRAND_NAME',
  'BRAND_COLOR',
  'BRAND_LOGO_URL',
  'SENDER_EMAIL',
  'TWILIO_PHONE_NUMBER',
  'PUBLIC_URL',
  'ALLOWED_COUNTRIES',
  'CALL_POLICY',
  'CALLS_PER_SECOND',
  'DAILY_CALLS_PER_AGENT',
  'DAILY_CALLS_PER_CLIENT',
  'UNPROVEN_APPOINTMENTS_PER_DAY',
  'CONFIRM_EMAIL',
  'CONFIRM_PHONE',
  'DAILY_SPEND_USD',
  'USD_PER_MINUTE',
  'AGENT_LOCALE',
  'HOLD_MUSIC_URL',
  // What `npm start` has made of TWIML_URL_AGENT and TWIML_URL_USER.
  'AGENT_GREETING',
  'CLIENT_GREETING',
] as const;

/** Where the laptop differs from a deployment until it is told otherwise: its carrier paces no calls, so we need not. */
const LAPTOP_DEFAULTS: Readonly<Record<string, string>> = { CALLS_PER_SECOND: '1000' };

/** Something that `npm start` was configured with makes no sense to a function. */
export class BadConfigurationError extends Error {
  override readonly name = 'BadConfigurationError';
}

/** Whether a function runs with something that the person at the laptop has said. */
export function isConfiguredBy(given: Readonly<Record<string, string>>, environment: NodeJS.ProcessEnv): boolean {
  return FROM_ENVIRONMENT.some((name) => given[name] !== undefined && given[name] === environment[name]);
}

/** The variables of a function: what the person at the laptop says, and where the carrier is, is for our own only. */
export function variablesOf(
  { app }: Pick<Stack, 'app'>,
  declared: Readonly<Record<string, string>>,
  own: { readonly environment: NodeJS.ProcessEnv; readonly publicUrl: string; readonly twilioBaseUrl: string },
): Record<string, string> {
  if (app !== undefined) return { ...declared };
  return { ...configure(declared, own), TWILIO_API_BASE_URL: own.twilioBaseUrl };
}

/** The variables a function is given: the template's, where the person at the laptop has not said otherwise. */
export function configure(
  declared: Readonly<Record<string, string>>,
  own: { readonly environment: NodeJS.ProcessEnv; readonly publicUrl: string },
): Record<string, string> {
  const configured: Record<string, string> = { ...declared };
  for (const [name, value] of Object.entries(LAPTOP_DEFAULTS))
    if (Object.hasOwn(declared, name)) configured[name] = value;
  if (Object.hasOwn(declared, 'PUBLIC_URL')) configured['PUBLIC_URL'] = own.publicUrl;
  for (const name of FROM_ENVIRONMENT) {
    const value = own.environment[name];
    if (value !== undefined && value !== '' && Object.hasOwn(declared, name)) configured[name] = value;
  }
  return configured;
}
