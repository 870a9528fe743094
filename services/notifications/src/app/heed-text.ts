import { count, log } from '@appointments/runtime';
import { wishIn } from '../domain/wish';

/** A text that somebody sent to the operator's number. */
export interface IncomingText {
  /** E.164. */
  readonly from: string;
  readonly text: string;
  /** ISO, UTC: when it came in. */
  readonly at: string;
}

export interface HeedPorts {
  /** Notes whether the owner of a number wants texts; their latest word counts, in whatever order they are heard. */
  readonly note: (phone: string, wantsTexts: boolean, at: string) => Promise<void>;
}

/** Heeds who wants no more texts, or wants them again. AWS answers STOP and HELP by itself, so nobody is answered here. */
export function heedText(ports: HeedPorts) {
  return async ({ from, text, at }: IncomingText): Promise<void> => {
    const wish = wishIn(text);
    if (wish === 'stop' || wish === 'start') {
      await ports.note(from, wish === 'start', at);
      count(wish === 'stop' ? 'TextsStopped' : 'TextsWantedAgain');
    }
    // Neither the number nor what was written: both are the sender's own.
    log.info('A text came in', { wish: wish ?? 'none' });
  };
}
