import { SendRawEmailCommand, type SESClient } from '@aws-sdk/client-ses';
import MailComposer from 'nodemailer/lib/mail-composer';
import type { Sent, Slot } from '../app/deliver';
import type { Email, House } from '../domain/compose';
import { tagsOf } from './ses-tags';

/** One plain address: nothing that could add a header or a second recipient. */
const ADDRESS = /^[^\s@,;:<>()[\]"\\\p{Cc}]+@[^\s@,;:<>()[\]"\\\p{Cc}]+$/u;

/** Refusals that trying again does not change. */
const REJECTED = new Set(['MessageRejected', 'InvalidParameterValue']);
const THROTTLED = new Set([
  'Throttling',
  'ThrottlingException',
  // SNS's own.
  'ThrottledException',
  'TooManyRequestsException',
  'LimitExceededException',
]);

/** The whole MIME message: text, HTML and calendar as alternatives, as Google sends its own invitations, and the file beside them. */
export function mime(email: Email, house: House, now: Date): Promise<Buffer> {
  const { calendar } = email;
  const domain = house.senderEmail.split('@')[1] ?? 'localhost';
  const thread = `<${email.thread}@${domain}>`;
  return new MailComposer({
    from: { name: house.brandName, address: house.senderEmail },
    to: { name: email.to.name, address: email.to.address },
    subject: email.subject,
    date: now,
    // SES puts an id of its own in its place.
    messageId: `<${email.id}@${domain}>`,
    inReplyTo: thread,
    references: thread,
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
    text: email.text,
    html: email.html,
    ...(calendar && {
      alternatives: [
        {
          contentType: `text/calendar; charset=utf-8; method=${calendar.method}; name=invite.ics`,
          content: calendar.content,
        },
      ],
      attachments: [{ filename: 'invite.ics', contentType: 'application/ics', content: calendar.content }],
    }),
    disableFileAccess: true,
    disableUrlAccess: true,
  })
    .compile()
    .build();
}

/**
 * Sends by SES. The configuration set has SES tell what becomes of the mail, and the tags bring its ledger key back. The client must not try again by itself: a lost
 * answer may hide a mail that went out.
 */
export function mailer(client: SESClient, house: House, configurationSet: string) {
  return async (email: Email, now: Date, slot: Slot): Promise<Sent> => {
    if (!ADDRESS.test(email.to.address)) return { is: 'rejected', reason: 'not an e-mail address' };
    const raw = await mime(email, house, now);
    try {
      const { MessageId = '' } = await client.send(
        new SendRawEmailCommand({
          Source: house.senderEmail,
          Destinations: [email.to.address],
          RawMessage: { Data: raw },
          ConfigurationSetName: configurationSet,
          Tags: tagsOf(slot),
        }),
      );
      return { is: 'accepted', providerId: MessageId };
    } catch (error) {
      return outcomeOf(error);
    }
  };
}

/** What an error says for certain; what leaves it open whether the message went out is thrown on. */
export function outcomeOf(error: unknown): Sent {
  if (!(error instanceof Error)) throw error;
  if (THROTTLED.has(error.name)) return { is: 'throttled' };
  if (REJECTED.has(error.name)) return { is: 'rejected', reason: error.name };
  const { $fault, code } = error as Error & { readonly $fault?: unknown; readonly code?: unknown };
  // A refused connection carried nothing; a refusal by the service (4xx) was answered before anything was sent.
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND' || $fault === 'client') return { is: 'not-sent', cause: error };
  throw error;
}
