import type { Fault } from '@appointments/runtime';
import type { JudgePhone } from '@appointments/runtime/phone-rules';
import * as z from 'zod';
import { Phone } from './schemas';

const Asked = z.object({ phone: Phone });

/**
 * What the rules on numbers have against the number of a body; its schema tells of its form. They stand beside the schema
 * because they change with the configuration, and what was booked before they did stays booked.
 */
export function phoneFaults(json: unknown, judgePhone: JudgePhone): Fault[] {
  const asked = Asked.safeParse(json);
  if (!asked.success) return [];
  const verdict = judgePhone(asked.data.phone);
  return verdict.ok ? [] : [{ path: 'phone', message: verdict.message }];
}
