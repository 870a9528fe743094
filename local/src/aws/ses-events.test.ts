import { SendEmailCommand, SendRawEmailCommand, SESClient } from '@aws-sdk/client-ses';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestCloud } from './test-cloud';
import type { Kept, TestCloud } from './test-cloud';

const START = Date.UTC(2026, 11, 1, 15);
const ALL = ['send', 'delivery', 'deliveryDelay', 'bounce', 'complaint', 'reject'];
let cloud: TestCloud;
let ses: SESClient;

interface Event {
  readonly source: string;
  readonly 'detail-type': string;
  readonly time: string;
  readonly resources: readonly string[];
  readonly detail: {
    readonly eventType: string;
    readonly mail: {
      readonly messageId: string;
      readonly destination: readonly string[];
      readonly tags: Record<string, string[]>;
    };
    readonly bounce?: {
      readonly bounceType: string;
      readonly bounceSubType: string;
      readonly bouncedRecipients: readonly { emailAddress: string }[];
    };
    readonly complaint?: Readonly<Record<string, unknown>>;
  };
}

function declare(target: TestCloud, types: readonly string[] = ALL) {
  const { queues, buses, mail } = target.services;
  const { arn } = queues.declare({ name: 'told' });
  buses.declareRule({
    name: 'mail',
    busName: 'default',
    pattern: { source: ['aws.ses'], detail: { mail: { tags: { 'ses:configuration-set': ['ours'] } } } },
    enabled: true,
    targets: [{ id: 't', arn }],
  });
  mail.declareConfigurationSet('ours');
  mail.declareConfigurationSet('other');
  mail.declareEventDestination('ours', types);
}

const told = () => cloud.services.queues.messages('told').map(({ body }) => JSON.parse(body) as Event);
const send = (to: string | readonly string[], more: object = { ConfigurationSetName: 'ours' }) =>
  ses.send(
    new SendRawEmailCommand({
      Source: 'Appointments <appointments@example.com>',
      Destinations: [to].flat(),
      RawMessage: { Data: Buffer.from('From: appointments@example.com\r\nSubject: Hello\r\n\r\nHi\r\n') },
      ...more,
    }),
  );

beforeEach(async () => {
  cloud = await startTestCloud(START);
  ses = new SESClient(cloud.client);
  declare(cloud);
});
afterEach(async () => {
  ses.destroy();
  await cloud.stop();
});

describe('what SES tells of a mail', () => {
  it('that it was sent and delivered, with its own tags and the sender’s, as soon as what is due has run', async () => {
    const { MessageId } = await send('ada@example.com', {
      ConfigurationSetName: 'ours',
      Tags: [
        { Name: 'template', Value: 'reminder-1d_40wall' },
        { Name: 'version', Value: '2' },
      ],
    });
    expect(told()).toEqual([]);

    await cloud.advance(0);

    expect(told().map((event) => [event['detail-type'], event.detail.eventType])).toEqual([
      ['Email Sent', 'Send'],
      ['Email Delivered', 'Delivery'],
    ]);
    for (const { source, time, resources, detail } of told()) {
      expect({ source, time, resources }).toEqual({
        source: 'aws.ses',
        time: '2026-12-01T15:00:00Z',
        resources: ['arn:aws:ses:us-east-1:000000000000:configuration-set/ours'],
      });
      expect(detail.mail).toMatchObject({
        messageId: MessageId,
        destination: ['ada@example.com'],
        tags: {
          'ses:configuration-set': ['ours'],
          'ses:operation': ['SendRawEmail'],
          'ses:from-domain': ['example.com'],
          template: ['reminder-1d_40wall'],
          version: ['2'],
        },
      });
    }
  });

  it.each([
    ['success', ['Send', 'Delivery']],
    ['ooto', ['Send', 'Delivery']],
    ['bounce', ['Send', 'Bounce']],
    ['Bounce+of-ada', ['Send', 'Bounce']],
    ['suppressionlist', ['Send', 'Bounce']],
    ['complaint', ['Send', 'Delivery', 'Complaint']],
    ['whoever', ['Send', 'Delivery']],
  ])('of one to %s@simulator.amazonses.com is %j', async (name, types) => {
    await send(`${name}@simulator.amazonses.com`);
    await cloud.advance(0);

    expect(told().map(({ detail }) => detail.eventType)).toEqual(types);
  });

  it('says what kind of bounce it was, and that somebody took offence', async () => {
    await send('bounce@simulator.amazonses.com');
    await send('suppressionlist@simulator.amazonses.com');
    await send('complaint@simulator.amazonses.com');
    await cloud.advance(0);

    expect(told().flatMap(({ detail }) => (detail.bounce ? [detail.bounce] : []))).toMatchObject([
      {
        bounceType: 'Permanent',
        bounceSubType: 'General',
        bouncedRecipients: [{ emailAddress: 'bounce@simulator.amazonses.com' }],
      },
      { bounceType: 'Permanent', bounceSubType: 'Suppressed' },
    ]);
    expect(told().flatMap(({ detail }) => (detail.complaint ? [detail.complaint] : []))).toMatchObject([
      { complaintFeedbackType: 'abuse', complainedRecipients: [{ emailAddress: 'complaint@simulator.amazonses.com' }] },
    ]);
  });

  it('goes only where an event destination asks for it', async () => {
    await cloud.stop();
    cloud = await startTestCloud(START);
    ses = new SESClient(cloud.client);
    declare(cloud, ['BOUNCE', 'complaint']);

    await send('ada@example.com');
    await send('bounce@simulator.amazonses.com');
    await cloud.advance(0);

    expect(told().map(({ detail }) => detail.eventType)).toEqual(['Bounce']);
  });

  it('is nothing for a mail without a configuration set, or with another', async () => {
    await send('ada@example.com', {});
    await send('ada@example.com', { ConfigurationSetName: 'other' });
    await cloud.advance(0);

    expect(told()).toEqual([]);
    expect(cloud.services.mail.sent()).toHaveLength(2);
  });

  it('is told of a plain mail too', async () => {
    await ses.send(
      new SendEmailCommand({
        Source: 'appointments@example.com',
        Destination: { ToAddresses: ['ada@example.com'] },
        Message: { Subject: { Data: 'Hello' }, Body: { Text: { Data: 'Hi' } } },
        ConfigurationSetName: 'ours',
      }),
    );
    await cloud.advance(0);

    expect(told().map(({ detail }) => detail.mail.tags['ses:operation'])).toEqual([['SendEmail'], ['SendEmail']]);
  });

  it('is not lost where the process ends between the mail and its events', async () => {
    const kept: Kept = cloud.store.kept;
    await send('ada@example.com');
    ses.destroy();
    await cloud.stop();

    cloud = await startTestCloud(START + 60_000, kept);
    ses = new SESClient(cloud.client);
    declare(cloud);
    await cloud.advance(0);

    expect(told().map(({ detail }) => detail.eventType)).toEqual(['Send', 'Delivery']);
    await cloud.advance(1000);
    expect(told()).toHaveLength(2);
  });
});

it('a mail with a configuration set that does not exist, or a tag that AWS does not take, is refused', async () => {
  await expect(send('ada@example.com', { ConfigurationSetName: 'none' })).rejects.toMatchObject({
    name: 'ConfigurationSetDoesNotExistException',
  });
  await expect(
    send('ada@example.com', { ConfigurationSetName: 'ours', Tags: [{ Name: 'a', Value: 'b@c' }] }),
  ).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  await expect(
    send('ada@example.com', { ConfigurationSetName: 'ours', Tags: [{ Name: 'a', Value: '' }] }),
  ).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  expect(cloud.services.mail.sent()).toEqual([]);
});
