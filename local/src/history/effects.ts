import { GetScheduleCommand, ListSchedulesCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import * as z from 'zod';
import { plainText } from './plain-text';

/** Something that reached people, or other services, or is planned to. */
export interface Effect {
  readonly kind: 'mail' | 'text' | 'alert' | 'dial' | 'event' | 'schedule';
  /** When, in milliseconds. */
  readonly at: number;
  /** The address, number or service that it is for. */
  readonly to: string;
  readonly title: string;
  /** Everything of it that can be told, without what is new each time: links, tokens, stamps. */
  readonly body: string;
  /** Of an event its data, for values that may differ a little. */
  readonly data?: unknown;
}

const Emails = z.array(
  z.object({
    at: z.string(),
    to: z.array(z.string()),
    subject: z.string(),
    text: z.string(),
    html: z.string(),
    raw: z.string().default(''),
    attachments: z.array(z.object({ filename: z.string(), contentType: z.string(), text: z.string() })),
  }),
);
const Texts = z.array(z.object({ at: z.string(), to: z.string(), text: z.string() }));
const Alerts = z.array(z.object({ at: z.string(), subject: z.string(), message: z.string() }));
const Calls = z.array(z.object({ createdAt: z.string(), to: z.string(), status: z.string(), url: z.string() }));
const Events = z.array(
  z.object({
    time: z.string(),
    source: z.string(),
    detailType: z.string(),
    detail: z.looseObject({
      metadata: z.looseObject({ correlationId: z.string(), occurredAt: z.string() }).optional(),
      data: z.looseObject({}).optional(),
    }),
  }),
);
export type PublishedEvent = z.infer<typeof Events>[number];

export interface Control {
  readonly url: string;
  readonly awsEndpoint: string;
}

async function read<T>(url: string, path: string, schema: z.ZodType<T>): Promise<T> {
  const answer = await fetch(`${url}${path}`);
  return schema.parse(await answer.json());
}

/** The events about an appointment that a laptop cloud lists. */
export async function eventsAbout({ url }: Control, appointmentId: string): Promise<PublishedEvent[]> {
  const events = await read(url, '/_local/events', Events);
  return events.filter(({ detail }) => detail.metadata?.correlationId === appointmentId);
}

/** What a laptop cloud did about one appointment, but for the events. */
export async function effectsAbout(
  control: Control,
  about: {
    readonly appointmentId: string;
    readonly phones: readonly string[];
    readonly sessions: readonly string[];
    readonly since: number;
  },
): Promise<Effect[]> {
  const { url } = control;
  const { appointmentId, phones, sessions, since } = about;
  const [emails, texts, alerts, calls] = await Promise.all([
    read(url, '/_local/emails', Emails),
    read(url, '/_local/sms', Texts),
    read(url, '/_local/alerts', Alerts),
    read(url, '/_local/calls', Calls),
  ]);
  const mails = emails
    .filter(({ text, html, raw, attachments }) =>
      // One that names it nowhere else still says which conversation it belongs to.
      [text, html, raw, ...attachments.map((part) => part.text)].some((part) => part.includes(appointmentId)),
    )
    .map(({ at, to, subject, text, html, attachments }): Effect => ({
      kind: 'mail',
      at: Date.parse(at),
      to: to.join(', '),
      title: subject,
      body: plainText(
        [
          text.trimEnd(),
          ...attachments.map((part) => `--- ${part.filename}\n${part.text.trimEnd()}`),
          `--- HTML\n${html.trimEnd()}`,
        ].join('\n'),
      ),
    }));
  return [
    ...mails,
    ...texts
      .filter(({ at, to }) => phones.includes(to) && Date.parse(at) >= since)
      .map(({ at, to, text }): Effect => ({ kind: 'text', at: Date.parse(at), to, title: plainText(text), body: '' })),
    ...alerts
      .filter(({ subject, message }) => `${subject}${message}`.includes(appointmentId))
      .map(({ at, subject, message }): Effect => ({
        kind: 'alert',
        at: Date.parse(at),
        to: 'operators',
        title: subject,
        body: plainText(message),
      })),
    ...calls
      .filter((call) => sessions.some((session) => call.url.includes(session)))
      .map(({ createdAt, to, status }): Effect => ({
        kind: 'dial',
        at: Date.parse(createdAt),
        to,
        title: status,
        body: '',
      })),
    ...(await schedulesAbout(control, appointmentId)),
  ];
}

/** What stands ahead of an appointment. */
async function schedulesAbout({ awsEndpoint }: Control, appointmentId: string): Promise<Effect[]> {
  const client = new SchedulerClient({
    endpoint: awsEndpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  try {
    const { Schedules = [] } = await client.send(new ListSchedulesCommand({ NamePrefix: `${appointmentId}-` }));
    return await Promise.all(
      Schedules.map(async ({ Name, GroupName }): Promise<Effect> => {
        const { ScheduleExpression = '' } = await client.send(new GetScheduleCommand({ Name, GroupName }));
        const at = /^at\((.+)\)$/.exec(ScheduleExpression)?.[1];
        return {
          kind: 'schedule',
          at: at === undefined ? 0 : Date.parse(`${at}Z`),
          to: 'scheduler',
          title: (Name ?? '').slice(appointmentId.length + 1),
          body: '',
        };
      }),
    );
  } finally {
    client.destroy();
  }
}

/** An event as an effect. */
export function published(event: PublishedEvent): Effect {
  const { metadata, data } = event.detail;
  return {
    kind: 'event',
    at: Date.parse(metadata?.occurredAt ?? event.time),
    to: event.source.replace('appointments.', ''),
    title: event.detailType,
    body: JSON.stringify(data, undefined, 2),
    data,
  };
}
