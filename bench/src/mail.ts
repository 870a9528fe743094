import { mime } from '../../services/notifications/src/adapters/mailer';
import { LANGUAGES } from '../../services/notifications/src/domain/language';
import { MADE_UP, writersIn } from '../../services/notifications/src/domain/samples';
import { median, table } from './statistics';

const NOW = new Date('2026-11-22T12:00:00.000Z');
const ROUNDS = 30;

const kb = (bytes: number) => (bytes / 1024).toFixed(1);

async function timed<T>(work: () => T | Promise<T>): Promise<{ readonly result: T; readonly ms: number }> {
  const begun = performance.now();
  const result = await work();
  return { result, ms: performance.now() - begun };
}

/** What each e-mail weighs, and how long it takes to write it and to put it into its envelope. */
export async function benchMail(): Promise<void> {
  const rows: (string | number)[][] = [];
  for (const language of LANGUAGES)
    for (const { name, situation, write } of writersIn(language)) {
      const { result: email, ms: first } = await timed(write);
      const again: number[] = [];
      const wrapped: number[] = [];
      let sent = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        again.push((await timed(write)).ms);
        const { result, ms } = await timed(() => mime(email, MADE_UP.house, NOW));
        wrapped.push(ms);
        sent = result.length;
      }
      rows.push([
        [`${language} ${name}`, ...(situation === '' ? [] : [situation])].join(', '),
        kb(Buffer.byteLength(email.html)),
        kb(Buffer.byteLength(email.text)),
        kb(sent),
        first.toFixed(2),
        median(again).toFixed(2),
        median(wrapped).toFixed(2),
      ]);
    }

  console.log(
    `\n${rows.length} e-mails with sample data, medians of ${ROUNDS}; Gmail shows at most 102 KB of HTML, and a test holds each below 100 KB with the longest data`,
  );
  table([
    ['e-mail', 'KB of HTML', 'of text', 'as sent', 'ms to write it first', 'again', 'to put it into MIME'],
    ...rows,
  ]);
}
