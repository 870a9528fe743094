import { describe, expect, it } from '@jest/globals';
import PostalMime from 'postal-mime';
import { mime } from '../src/adapters/mailer';
import { LANGUAGES } from '../src/domain/language';
import { MADE_UP, samplesIn } from '../src/domain/samples';

const now = new Date('2026-11-22T12:00:00.000Z');
const every = LANGUAGES.flatMap((language) =>
  samplesIn(language).map((sample): [string, typeof sample] => [
    [language, sample.name, sample.situation].filter(Boolean).join(' '),
    sample,
  ]),
);
const decoded = (content: unknown) =>
  typeof content === 'string' ? content : new TextDecoder().decode(content as Uint8Array);

describe('a mail on its way', () => {
  it.each(every)('belongs to the thread of its appointment, the first as the last: %s', async (_, { email }) => {
    const parsed = await PostalMime.parse(await mime(email, MADE_UP.house, now));
    const thread = '<appointment.apt_01JDXK3Q6Z8V4T2M9R7W5Y1N0C@example.com>';

    expect([parsed.inReplyTo, parsed.references]).toEqual([thread, thread]);
    // A mailbox would take a mail with the id of its own thread for the first of it, and there is none.
    expect(parsed.messageId).not.toBe(thread);
  });

  it.each(every)('goes to one recipient and asks no machine for an answer: %s', async (_, { email }) => {
    const parsed = await PostalMime.parse(await mime(email, MADE_UP.house, now));
    const header = (key: string) => parsed.headers.filter((one) => one.key === key).map(({ value }) => value);

    expect(parsed.to).toEqual([{ name: email.to.name, address: email.to.address }]);
    expect([parsed.cc, parsed.bcc]).toEqual([undefined, undefined]);
    expect(header('auto-submitted')).toEqual(['auto-generated']);
    expect(header('x-auto-response-suppress')).toEqual(['All']);
  });

  it.each(every)('has a method that says what its calendar says, and both parts: %s', async (_, { email }) => {
    const raw = await mime(email, MADE_UP.house, now);
    const parsed = await PostalMime.parse(raw);
    const calendars = parsed.attachments.filter(({ mimeType }) => mimeType === 'text/calendar');

    expect([parsed.text?.trim(), parsed.html?.trim()]).toEqual([email.text.trim(), email.html.trim()]);
    expect(calendars).toHaveLength(email.calendar ? 1 : 0);
    for (const { method, content } of calendars) expect(method).toBe(/^METHOD:(.*)\r?$/m.exec(decoded(content))?.[1]);
    // RFC 5322: a line has at most 998 characters; SES refuses longer ones.
    for (const line of raw.toString('latin1').split('\r\n')) expect(line.length).toBeLessThanOrEqual(998);
  });
});
