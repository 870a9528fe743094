import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

const Account = z.string().regex(/^\d{12}$/, 'an AWS account id is twelve digits in quotes');
const BusArn = z
  .string()
  .regex(/^arn:aws[\w-]*:events:[a-z0-9-]+:\d{12}:event-bus\/[\w./-]+$/, "an event bus's ARN, as its owner gives it");

const Config = z
  .strictObject({
    /** The account that this stack is deployed in; whoever owns the bus must have listed it. */
    account: Account,
    region: z.string().min(1),
    /** The bus on which appointments are spoken of. */
    appointmentsBusArn: BusArn,
    /** Whether what is replayed is heard again; entries do not change by it, and lost ones come back. @default false */
    hearReplays: z.boolean().default(false),
    /** Who is told when events could not be kept. @default nobody: subscribe to the topic yourself */
    alarmEmail: z.email().optional(),
  })
  .refine(({ region, appointmentsBusArn }) => appointmentsBusArn.split(':')[3] === region, {
    path: ['region'],
    error: "must be the bus's region: a rule is made where its bus is",
  });
export type Config = z.infer<typeof Config>;

/** Reads `config/<name>.json`. @throws naming the file and every fault in it */
export function readConfig(name: string, folder: string): Config {
  const file = join(folder, `${name}.json`);
  const parsed = Config.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Error(`${file}: ${faults.join('; ')}`);
}
