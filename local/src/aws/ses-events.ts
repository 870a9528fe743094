import { createHash } from 'node:crypto';
import { ACCOUNT_ID, REGION } from './types';

/** The types of events as CloudFormation writes them, and as the events themselves do. */
export const EVENT_TYPES: Readonly<Record<string, string>> = {
  SEND: 'Send',
  DELIVERY: 'Delivery',
  DELIVERY_DELAY: 'DeliveryDelay',
  DELIVERYDELAY: 'DeliveryDelay',
  BOUNCE: 'Bounce',
  COMPLAINT: 'Complaint',
  REJECT: 'Reject',
  OPEN: 'Open',
  CLICK: 'Click',
  RENDERING_FAILURE: 'Rendering Failure',
  RENDERINGFAILURE: 'Rendering Failure',
  SUBSCRIPTION: 'Subscription',
};

/** A mail that was taken, as its events tell of it. */
export interface AcceptedMail {
  readonly id: string;
  readonly operation: string;
  readonly source: string;
  readonly to: readonly string[];
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly subject: string;
  readonly tags: Readonly<Record<string, readonly string[]>>;
}

export interface MailEvent {
  readonly source: 'aws.ses';
  readonly 'detail-type': string;
  readonly resources: readonly string[];
  readonly detail: { readonly eventType: string } & Readonly<Record<string, unknown>>;
}

/** The addresses of SES's mailbox simulator, labels (`bounce+any@`) included; to all others mail is delivered. */
function fateOf(address: string): 'delivered' | 'bounced' | 'suppressed' | 'complained' {
  const [, local = ''] = /^([^@+]+)(?:\+[^@]*)?@simulator\.amazonses\.com$/i.exec(address) ?? [];
  switch (local.toLowerCase()) {
    case 'bounce':
      return 'bounced';
    case 'suppressionlist':
      return 'suppressed';
    case 'complaint':
      return 'complained';
    default:
      // `success` and `ooto` too: an automatic answer goes to the sender, and SES tells nothing of it.
      return 'delivered';
  }
}

/** What SES tells of a mail, in its order: it was sent, and then what became of it at each recipient. */
export function eventsOf(mail: AcceptedMail, setName: string, nowMs: number): MailEvent[] {
  const timestamp = new Date(nowMs).toISOString();
  const header = {
    timestamp,
    source: mail.source,
    sourceArn: `arn:aws:ses:${REGION}:${ACCOUNT_ID}:identity/${bare(mail.source)}`,
    sendingAccountId: ACCOUNT_ID,
    messageId: mail.id,
    destination: mail.to,
    headersTruncated: false,
    headers: mail.headers,
    commonHeaders: { from: [mail.source], to: mail.to, messageId: mail.id, subject: mail.subject },
    tags: {
      'ses:operation': [mail.operation],
      'ses:configuration-set': [setName],
      'ses:source-ip': ['127.0.0.1'],
      'ses:from-domain': [bare(mail.source).split('@').at(-1) ?? ''],
      'ses:caller-identity': ['local'],
      ...mail.tags,
    },
  };
  const event = (detailType: string, eventType: string, more: Record<string, unknown>): MailEvent => ({
    source: 'aws.ses',
    'detail-type': detailType,
    resources: [`arn:aws:ses:${REGION}:${ACCOUNT_ID}:configuration-set/${setName}`],
    detail: { eventType, mail: header, ...more },
  });
  const feedbackId = (address: string) =>
    `${createHash('sha256').update(`${mail.id} ${address}`).digest('hex').slice(0, 16)}-feedback-000000`;
  const those = (...fates: readonly ReturnType<typeof fateOf>[]) => mail.to.filter((to) => fates.includes(fateOf(to)));

  const delivered = those('delivered', 'complained');
  const complained = those('complained');
  return [
    event('Email Sent', 'Send', { send: {} }),
    ...(delivered.length === 0
      ? []
      : [
          event('Email Delivered', 'Delivery', {
            delivery: {
              timestamp,
              processingTimeMillis: 0,
              recipients: delivered,
              smtpResponse: '250 2.6.0 Message received',
              remoteMtaIp: '127.0.0.1',
              reportingMTA: 'laptop.local',
            },
          }),
        ]),
    ...[...those('bounced'), ...those('suppressed')].map((address) =>
      event('Email Bounced', 'Bounce', {
        bounce: {
          bounceType: 'Permanent',
          bounceSubType: fateOf(address) === 'suppressed' ? 'Suppressed' : 'General',
          bouncedRecipients: [
            {
              emailAddress: address,
              action: 'failed',
              status: '5.1.1',
              diagnosticCode:
                fateOf(address) === 'suppressed'
                  ? 'Amazon SES has suppressed sending to this address because it has a recent history of bouncing as an invalid address.'
                  : 'smtp; 550 5.1.1 user unknown',
            },
          ],
          timestamp,
          feedbackId: feedbackId(address),
          reportingMTA: 'dsn; laptop.local',
        },
      }),
    ),
    ...(complained.length === 0
      ? []
      : [
          event('Email Complaint Received', 'Complaint', {
            complaint: {
              complainedRecipients: complained.map((emailAddress) => ({ emailAddress })),
              timestamp,
              feedbackId: feedbackId(complained.join()),
              complaintSubType: null,
              userAgent: 'Amazon SES Mailbox Simulator',
              complaintFeedbackType: 'abuse',
              arrivalDate: timestamp,
            },
          }),
        ]),
  ];
}

/** The address in `Name <address>`; an address alone is itself. */
const bare = (text: string): string => (/<([^<>]*)>\s*$/.exec(text)?.[1] ?? text).trim();
