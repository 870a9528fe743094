import { consumeMessages, readConfig, secret } from '@appointments/runtime';
import * as z from 'zod';
import { twilioCarrier } from '../adapters/carrier';
import { documents } from '../adapters/documents';
import { TwilioSecret } from '../adapters/twilio-secret';
import { queuePorts, tablePorts } from '../adapters/wiring';
import { addresses } from '../app/addresses';
import { dial, DialCommand } from '../app/dial';
import { mayDial } from '../app/may-dial';

const config = readConfig(
  z.object({
    WEBHOOK_BASE_URL: z.url(),
    TWILIO_SECRET_NAME: z.string(),
    TWILIO_PHONE_NUMBER: z.string(),
    TWILIO_API_BASE_URL: z.url().optional(),
    BRAND_NAME: z.string(),
    ALLOWED_COUNTRIES: z.string().transform((countries) => countries.split(',').map((country) => country.trim())),
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
    documents: documents({ addresses: places, brand: config.BRAND_NAME, keySeconds: table.policy.keySeconds }),
    addresses: places,
    mayDial: mayDial(config.ALLOWED_COUNTRIES),
  }),
  { ...queuePorts(), contextOf: ({ appointmentId }) => ({ correlationId: appointmentId }) },
);
