import { consumeMessages, readConfig, secret } from '@appointments/runtime';
import { AllowedCountries, phoneRules } from '@appointments/runtime/phone-rules';
import * as z from 'zod';
import { twilioCarrier } from '../adapters/carrier';
import { documents } from '../adapters/documents';
import { VoiceConfig } from '../adapters/documents-config';
import { TwilioSecret } from '../adapters/twilio-secret';
import { linePort, queuePorts, tablePorts } from '../adapters/wiring';
import { addresses } from '../app/addresses';
import { dial, DialCommand } from '../app/dial';

const DailyCalls = z.coerce.number('must be a number').int('must be a whole number').positive('must be more than 0');
const config = readConfig(
  z.object({
    WEBHOOK_BASE_URL: z.url(),
    TWILIO_SECRET_NAME: z.string(),
    TWILIO_PHONE_NUMBER: z.string().regex(/^\+[1-9]\d{6,14}$/, 'must be in international form, like +12025550123'),
    TWILIO_API_BASE_URL: z.url().optional(),
    ...VoiceConfig.shape,
    DAILY_CALLS_PER_AGENT: DailyCalls,
    DAILY_CALLS_PER_CLIENT: DailyCalls,
    UNPROVEN_APPOINTMENTS_PER_DAY: z.coerce
      .number('must be a number')
      .int('must be a whole number')
      .nonnegative('must not be negative'),
    ALLOWED_COUNTRIES: AllowedCountries,
  }),
);
const table = tablePorts();
const places = addresses(config.WEBHOOK_BASE_URL);

export const handler = consumeMessages(
  DialCommand,
  dial({
    ...table,
    carrier: twilioCarrier({
      credentials: secret(TwilioSecret, config.TWILIO_SECRET_NAME),
      from: config.TWILIO_PHONE_NUMBER,
      baseUrl: config.TWILIO_API_BASE_URL,
    }),
    documents: documents({
      addresses: places,
      brand: config.BRAND_NAME,
      keySeconds: table.policy.keySeconds,
      agentLocale: config.AGENT_LOCALE,
    }),
    addresses: places,
    mayDial: phoneRules(config.ALLOWED_COUNTRIES),
    line: linePort(),
    dailyCalls: { agent: config.DAILY_CALLS_PER_AGENT, client: config.DAILY_CALLS_PER_CLIENT },
    unprovenAppointments: config.UNPROVEN_APPOINTMENTS_PER_DAY,
  }),
  { ...queuePorts(), contextOf: ({ appointmentId }) => ({ correlationId: appointmentId }) },
);
