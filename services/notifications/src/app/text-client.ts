import { count, log, NotYet } from '@appointments/runtime';
import { clocksOf, isQuiet, type QuietHours } from '@appointments/runtime/quiet-hours';
import type { Particulars } from '../domain/projection';
import { wantsTexts, type TextMessage } from '../domain/text-message';
import { sizeOf } from '../domain/text-size';
import type { Sent } from './deliver';

export interface TextPorts {
  /** Whether the owner of a number wants no texts of ours: by their own word here, or by the provider's list. Throws where that could not be asked. */
  readonly hasOptedOut: (phone: string) => Promise<boolean>;
  readonly sendText: (text: TextMessage) => Promise<Sent>;
}

/** Why a text is withheld: both are as they should be, and nobody is alarmed. */
export const SUPPRESSED_QUIET_HOURS = 'suppressed-quiet-hours';
export const OPTED_OUT = 'opted-out';

/**
 * Texts a client who agreed to it, and not at night where they are: word of what happened cannot go before it happened, so at
 * night it is withheld. A reminder at night was due the evening before, by a wake-up of its own.
 */
export async function textClient(
  ports: TextPorts,
  particulars: Particulars,
  text: TextMessage,
  { quietHours, now }: { readonly quietHours: QuietHours | undefined; readonly now: Date },
): Promise<Sent> {
  if (!wantsTexts(particulars)) return { is: 'unwanted' };
  const clocks = clocksOf({ timeZone: particulars.timeZone, localStart: particulars.localStart.client });
  // For good: the event that comes once more in the morning is to wake nobody's phone with what is long told by mail.
  if (isQuiet(quietHours, clocks, now.getTime()))
    return { is: 'withheld', reason: SUPPRESSED_QUIET_HOURS, isFinal: true };
  return sendUnlessOptedOut(ports, text);
}

/** Sends a text, whatever the hour, to whoever has not forbidden it. */
export async function sendUnlessOptedOut(ports: TextPorts, text: TextMessage): Promise<Sent> {
  try {
    if (await ports.hasOptedOut(text.to)) return { is: 'withheld', reason: OPTED_OUT };
  } catch (cause) {
    // Nothing was sent yet.
    return cause instanceof NotYet ? { is: 'throttled' } : { is: 'not-sent', cause };
  }
  const { encoding, units, segments } = sizeOf(text.text);
  const sent = await ports.sendText(text);
  if (sent.is === 'accepted') {
    count('TextSegments', segments);
    log.info('Text accepted', { encoding, units, segments, providerId: sent.providerId });
  }
  return sent;
}
