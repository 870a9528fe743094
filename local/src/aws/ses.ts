import { randomUUID } from 'node:crypto';
import PostalMime from 'postal-mime';
import type { Address, Attachment } from 'postal-mime';
import type { Kernel } from '../kernel/types';
import { EVENT_TYPES, eventsOf } from './ses-events';
import type { AcceptedMail, MailEvent } from './ses-events';
import { AwsError } from './types';
import type { SentEmail } from './types';
import { formList } from './wire';

export const SES_NAMESPACE = 'http://ses.amazonaws.com/doc/2010-12-01/';
const MAX_BYTES = 10_485_760;
const MAX_RECIPIENTS = 50;

const invalid = (message: string) => new AwsError('InvalidParameterValue', message);

/** The address in `Name <address>`; an address alone is itself. */
const bare = (text: string) => (/<([^<>]*)>\s*$/.exec(text)?.[1] ?? text).trim();

function deliverable(address: string): string {
  const at = address.lastIndexOf('@');
  if (at === -1 || at === address.length - 1) throw invalid("Missing final '@domain'");
  if (at === 0) throw invalid('Missing local name');
  if (/[\s<>,;]/.test(address)) throw invalid('Illegal address');
  return address;
}

const addressesOf = (list: readonly Address[] | undefined): string[] =>
  (list ?? []).flatMap((each) => each.group?.map(({ address }) => address) ?? [each.address ?? '']);

/** A calendar part inside the alternatives is what mail programs show as an invitation; it seldom has a name. */
function shown({ filename, mimeType, content }: Attachment): SentEmail['attachments'][number] {
  const text = typeof content === 'string' ? content : new TextDecoder().decode(content);
  const isCalendar = mimeType === 'text/calendar' || mimeType === 'application/ics';
  return {
    filename: filename ?? (isCalendar ? 'invite.ics' : ''),
    contentType: mimeType,
    // The parser turns a calendar's line ends into LF; in MIME, and in iCalendar, they are CRLF.
    text: isCalendar ? text.replace(/\r?\n/g, '\r\n') : text,
  };
}

/** A plain message, as `SendEmail` composes it. */
function compose(form: URLSearchParams): string {
  const encoded = (text: string) => `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`;
  const part = (type: string, text: string) =>
    `Content-Type: ${type}; charset=UTF-8\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(text)
      .toString('base64')
      .replace(/.{76}/g, '$&\r\n')}\r\n`;
  const text = form.get('Message.Body.Text.Data');
  const html = form.get('Message.Body.Html.Data');
  if (text === null && html === null) throw invalid('Message body is missing.');
  const boundary = `part-${randomUUID()}`;
  const parts = [
    ...(text === null ? [] : [part('text/plain', text)]),
    ...(html === null ? [] : [part('text/html', html)]),
  ];
  const to = formList(form, 'Destination.ToAddresses');
  const cc = formList(form, 'Destination.CcAddresses');
  const header = [
    `From: ${form.get('Source') ?? ''}`,
    ...(to.length > 0 ? [`To: ${to.join(', ')}`] : []),
    ...(cc.length > 0 ? [`Cc: ${cc.join(', ')}`] : []),
    `Subject: ${encoded(form.get('Message.Subject.Data') ?? '')}`,
    'MIME-Version: 1.0',
    `Content-Type: multipart/alternative; boundary="${boundary}"`,
  ].join('\r\n');
  return `${header}\r\n\r\n${parts.map((each) => `--${boundary}\r\n${each}`).join('')}--${boundary}--\r\n`;
}

/** As the query protocol writes them: `Tags.member.1.Name`. */
function tagsIn(form: URLSearchParams): Record<string, string[]> {
  const tags: Record<string, string[]> = {};
  for (let n = 1; form.has(`Tags.member.${n}.Name`); n += 1) {
    const name = form.get(`Tags.member.${n}.Name`) ?? '';
    const value = form.get(`Tags.member.${n}.Value`) ?? '';
    for (const [what, text] of [
      ['name', name],
      ['value', value],
    ] as const) {
      if (!/^[A-Za-z0-9_-]{1,256}$/.test(text))
        throw invalid(`Invalid tag ${what} <${text}>: only alphanumeric ASCII characters, '_', and '-' are allowed.`);
    }
    tags[name] = [...(tags[name] ?? []), value];
  }
  return tags;
}

interface PendingEvent {
  readonly at: number;
  readonly event: MailEvent;
}

/**
 * An outbox instead of a mail server: what was sent is kept, read and listed. Of a mail with a configuration set the
 * default bus hears what its event destinations ask for, by `emit`.
 */
export function createMail(kernel: Kernel, emit: (event: MailEvent) => Promise<void>) {
  const { clock, store, timers } = kernel;
  const emails = store.collection<SentEmail>('emails');
  const pending = store.collection<PendingEvent>('mail-events');
  const destinations = new Map<string, Set<string>>();

  const arm = (key: string, { at, event }: PendingEvent): void => {
    timers.arm({
      at,
      kind: 'mail-event',
      what: `${event['detail-type']} of SES`,
      run: async () => {
        await emit(event);
        pending.delete(key);
      },
    });
  };
  for (const [key, kept] of pending.entries()) arm(key, kept);

  /** Settling waits for them: they are due at once, one after the other, each on disk before the mail is acknowledged. */
  const announce = (setName: string, mail: AcceptedMail): void => {
    const wanted = destinations.get(setName) ?? new Set();
    for (const [index, event] of eventsOf(mail, setName, clock.now()).entries()) {
      if (!wanted.has(event.detail.eventType)) continue;
      const key = `${mail.id} ${index}`;
      pending.put(key, { at: clock.now(), event });
      arm(key, { at: clock.now(), event });
    }
  };

  const accept = async (
    raw: Buffer,
    source: string | null,
    given: readonly string[],
    form: URLSearchParams,
  ): Promise<string> => {
    const setName = form.get('ConfigurationSetName');
    if (setName !== null && !destinations.has(setName))
      throw new AwsError('ConfigurationSetDoesNotExist', `Configuration set <${setName}> does not exist.`);
    const tags = tagsIn(form);
    if (raw.length === 0) throw invalid('Message is empty.');
    if (raw.length > MAX_BYTES) throw invalid(`Message length is more than ${MAX_BYTES} bytes long: '${raw.length}'.`);
    const mail = await PostalMime.parse(raw);
    const from = mail.from?.address ?? bare(source ?? '');
    if (from === '') throw invalid("Missing required header 'From'.");
    const recipients =
      given.length > 0 ? given.map(bare) : [...addressesOf(mail.to), ...addressesOf(mail.cc), ...addressesOf(mail.bcc)];
    if (recipients.length === 0) throw invalid("Missing required header 'To'.");
    if (recipients.length > MAX_RECIPIENTS) throw invalid(`Recipient count exceeds ${MAX_RECIPIENTS}.`);
    const id = `${Math.floor(clock.now()).toString(16).padStart(16, '0')}-${randomUUID()}-000000`;
    const to = [...new Set(recipients.map(deliverable))];
    emails.put(id, {
      id,
      at: new Date(clock.now()).toISOString(),
      from: deliverable(from),
      to,
      subject: mail.subject ?? '',
      html: mail.html ?? '',
      text: mail.text ?? '',
      attachments: mail.attachments.map(shown),
      raw: raw.toString('utf8'),
    });
    if (setName !== null)
      announce(setName, {
        id,
        operation: form.get('Action') ?? '',
        source: source ?? from,
        to,
        headers: mail.headers.map(({ key, value }) => ({ name: key, value })),
        subject: mail.subject ?? '',
        tags,
      });
    await store.flushed();
    return `<MessageId>${id}</MessageId>`;
  };

  const operations: Readonly<Record<string, (form: URLSearchParams) => string | Promise<string>>> = {
    SendRawEmail: async (form) =>
      accept(
        Buffer.from(form.get('RawMessage.Data') ?? '', 'base64'),
        form.get('Source'),
        formList(form, 'Destinations'),
        form,
      ),
    SendEmail: async (form) =>
      accept(
        Buffer.from(compose(form)),
        form.get('Source'),
        [
          ...formList(form, 'Destination.ToAddresses'),
          ...formList(form, 'Destination.CcAddresses'),
          ...formList(form, 'Destination.BccAddresses'),
        ],
        form,
      ),
    GetSendQuota: () =>
      `<Max24HourSend>50000.0</Max24HourSend><MaxSendRate>14.0</MaxSendRate><SentLast24Hours>${emails.size}.0</SentLast24Hours>`,
  };
  return {
    operations,
    mail: {
      sent: () => [...emails.values()],
      declareConfigurationSet: (name: string) => {
        if (!destinations.has(name)) destinations.set(name, new Set());
      },
      declareEventDestination: (setName: string, types: readonly string[]) => {
        const wanted = destinations.get(setName) ?? new Set();
        for (const type of types) wanted.add(EVENT_TYPES[type.toUpperCase()] ?? type);
        destinations.set(setName, wanted);
      },
    },
  };
}
