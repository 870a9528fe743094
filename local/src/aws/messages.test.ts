import { GetSendQuotaCommand, SendEmailCommand, SendRawEmailCommand, SESClient } from '@aws-sdk/client-ses';
import { CheckIfPhoneNumberIsOptedOutCommand, ListTopicsCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import MailComposer from 'nodemailer/lib/mail-composer/index.js';
import { startTestCloud } from './test-cloud';
import type { TestCloud } from './test-cloud';

const START = Date.UTC(2026, 11, 1, 15);
let cloud: TestCloud;

beforeEach(async () => {
  cloud = await startTestCloud(START);
});
afterEach(() => cloud.stop());

describe('topics and texts', () => {
  let sns: SNSClient;
  beforeEach(() => {
    sns = new SNSClient(cloud.client);
  });
  afterEach(() => sns.destroy());

  it('lists what is published to a topic as an alert and sends it on to subscribed queues', async () => {
    const queue = cloud.services.queues.declare({ name: 'alerts' });
    const { arn } = cloud.services.topics.declare('alarms', [
      { protocol: 'sqs', endpoint: queue.arn },
      { protocol: 'email', endpoint: 'ops@example.com' },
    ]);
    cloud.services.topics.declare('alarms', [{ protocol: 'sqs', endpoint: queue.arn }]);

    const { MessageId } = await sns.send(
      new PublishCommand({ TopicArn: arn, Subject: 'A call failed & more', Message: 'line 1\nline <2>' }),
    );

    const at = '2026-12-01T15:00:00.000Z';
    expect(cloud.services.topics.alerts()).toEqual([
      { id: MessageId, at, subject: 'A call failed & more', message: 'line 1\nline <2>' },
    ]);
    const [message, ...more] = cloud.services.queues.messages('alerts');
    expect(more).toEqual([]);
    expect(JSON.parse(message?.body ?? '')).toEqual({
      Type: 'Notification',
      MessageId,
      TopicArn: arn,
      Subject: 'A call failed & more',
      Message: 'line 1\nline <2>',
      Timestamp: at,
    });
    expect((await sns.send(new ListTopicsCommand({}))).Topics).toEqual([{ TopicArn: arn }]);
  });

  it('lists what is published to a phone as a text', async () => {
    const { MessageId } = await sns.send(
      new PublishCommand({
        PhoneNumber: '+12025550123',
        Message: 'Your call is in 1 hour ✔',
        MessageAttributes: { 'AWS.SNS.SMS.SMSType': { DataType: 'String', StringValue: 'Transactional' } },
      }),
    );

    expect(cloud.services.topics.texts()).toEqual([
      { id: MessageId, at: '2026-12-01T15:00:00.000Z', to: '+12025550123', text: 'Your call is in 1 hour ✔' },
    ]);
    const { isOptedOut } = await sns.send(new CheckIfPhoneNumberIsOptedOutCommand({ phoneNumber: '+12025550123' }));
    expect(isOptedOut).toBe(false);
  });

  it('texts nobody who has answered STOP, as AWS heeds it, until they answer START', async () => {
    const number = '+12025550123';
    const texted = () => sns.send(new PublishCommand({ PhoneNumber: number, Message: 'Hello' }));
    const isOut = async () =>
      (await sns.send(new CheckIfPhoneNumberIsOptedOutCommand({ phoneNumber: number }))).isOptedOut;

    await cloud.services.topics.receive(number, ' stop ');
    await cloud.services.topics.receive('+12025550124', 'Stop it, please');
    const { MessageId } = await texted();
    const out = [await isOut(), cloud.services.topics.texts().length];
    await cloud.services.topics.receive(number, 'START');
    await texted();

    expect(MessageId).toBeDefined();
    expect(out).toEqual([true, 0]);
    expect([await isOut(), cloud.services.topics.texts().length]).toEqual([false, 1]);
  });

  it('puts what comes in on the topic of the two-way number, in the shape that AWS has', async () => {
    const queue = cloud.services.queues.declare({ name: 'incoming' });
    await cloud.services.topics.receive('+12025550123', 'Nobody hears this');
    cloud.services.topics.declare('incoming-texts', [{ protocol: 'sqs', endpoint: queue.arn }]);

    await cloud.services.topics.receive('+12025550123', 'Stop & go');

    const [message, ...more] = cloud.services.queues.messages('incoming');
    const body = JSON.parse(message?.body ?? '') as { Type: string; Timestamp: string; Message: string };
    expect(more).toEqual([]);
    expect([body.Type, body.Timestamp]).toEqual(['Notification', '2026-12-01T15:00:00.000Z']);
    expect(JSON.parse(body.Message)).toMatchObject({ originationNumber: '+12025550123', messageBody: 'Stop & go' });
    expect(cloud.services.topics.alerts()).toEqual([]);
  });

  it('refuses a topic that does not exist, a wrong number and a subject that AWS does not take', async () => {
    const { arn } = cloud.services.topics.declare('alarms');
    const publish = (more: object) => sns.send(new PublishCommand({ Message: 'a', ...more }));

    await expect(publish({ TopicArn: `${arn}-not` })).rejects.toMatchObject({
      name: 'NotFoundException',
      message: 'Topic does not exist',
    });
    await expect(publish({ PhoneNumber: '12345' })).rejects.toMatchObject({ name: 'InvalidParameterException' });
    await expect(publish({ TopicArn: arn, Subject: 'a\nb' })).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
    await expect(publish({ TopicArn: arn, Message: '' })).rejects.toMatchObject({ name: 'InvalidParameterException' });
    expect(cloud.services.topics.alerts()).toEqual([]);
  });

  it('names an action that it does not answer', async () => {
    const response = await fetch(cloud.endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'Action=CreateTopic&Version=2010-03-31',
    });

    expect(response.status).toBe(400);
    expect(await response.text()).toContain(
      '<Code>UnknownOperationException</Code><Message>The laptop cloud does not answer CreateTopic.</Message>',
    );
  });

  it('keeps alerts, texts and mails over a restart, in their order', async () => {
    const { arn } = cloud.services.topics.declare('alarms');
    for (const Message of ['one', 'two']) await sns.send(new PublishCommand({ TopicArn: arn, Message }));

    const again = await startTestCloud(START, cloud.store.kept);
    const messages = again.services.topics.alerts().map(({ message }) => message);
    await again.stop();

    expect(messages).toEqual(['one', 'two']);
  });
});

describe('mail', () => {
  let ses: SESClient;
  beforeEach(() => {
    ses = new SESClient(cloud.client);
  });
  afterEach(() => ses.destroy());

  const calendar = ['BEGIN:VCALENDAR', 'METHOD:REQUEST', 'SUMMARY:Gespräch', 'END:VCALENDAR', ''].join('\r\n');
  const build = (more: object): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      new MailComposer({
        from: 'Appointments <no-reply@example.com>',
        to: [{ name: 'Grüße, Zoë', address: 'zoe@example.org' }],
        subject: 'Bestätigung — déjà vu',
        text: 'Hallo Zoë',
        html: '<p>Hallo Zoë</p>',
        ...more,
      })
        .compile()
        .build((error: Error | null, message: Buffer) => (error === null ? resolve(message) : reject(error)));
    });
  const sendRaw = async (raw: Buffer, more: object = {}) =>
    ses.send(new SendRawEmailCommand({ RawMessage: { Data: raw }, ...more }));

  it('reads a raw message, the calendar among its alternatives included', async () => {
    const raw = await build({
      icalEvent: { method: 'REQUEST', filename: false, content: calendar },
      attachments: [{ filename: 'notes.txt', content: 'Grüße' }],
    });

    const { MessageId } = await sendRaw(raw, { Source: 'other@example.com', Destinations: ['zoe@example.org'] });

    const [mail] = cloud.services.mail.sent();
    expect(mail).toMatchObject({
      id: MessageId,
      at: '2026-12-01T15:00:00.000Z',
      from: 'no-reply@example.com',
      to: ['zoe@example.org'],
      subject: 'Bestätigung — déjà vu',
      raw: raw.toString('utf8'),
    });
    expect(mail?.text.trim()).toBe('Hallo Zoë');
    expect(mail?.html.trim()).toBe('<p>Hallo Zoë</p>');
    expect(mail?.attachments).toContainEqual({ filename: 'invite.ics', contentType: 'text/calendar', text: calendar });
    expect(mail?.attachments).toContainEqual({ filename: 'notes.txt', contentType: 'text/plain', text: 'Grüße' });
  });

  it('keeps the name of a calendar that has one', async () => {
    await sendRaw(await build({ icalEvent: { method: 'CANCEL', filename: 'cancel.ics', content: calendar } }));

    expect(cloud.services.mail.sent()[0]?.attachments.map(({ filename }) => filename)).toContain('cancel.ics');
  });

  it('takes all recipients of the headers when none are given, as bare addresses', async () => {
    await sendRaw(await build({ cc: 'Alex <alex@example.com>', bcc: 'audit@example.com', keepBcc: true }));

    expect(cloud.services.mail.sent()[0]?.to).toEqual(['zoe@example.org', 'alex@example.com']);
  });

  it('takes the recipients it is given, named or bare', async () => {
    await sendRaw(await build({}), { Destinations: ['Alex <alex@example.com>', 'audit@example.com'] });

    expect(cloud.services.mail.sent()[0]?.to).toEqual(['alex@example.com', 'audit@example.com']);
  });

  it('refuses a message without sender or recipient, and addresses that are none', async () => {
    const refused = { name: 'InvalidParameterValue', $metadata: { httpStatusCode: 400 } };
    const noSender = Buffer.from('To: a@example.com\r\nSubject: x\r\n\r\nhello');
    const noRecipient = Buffer.from('From: a@example.com\r\nSubject: x\r\n\r\nhello');

    await expect(sendRaw(noSender)).rejects.toMatchObject(refused);
    await expect(sendRaw(noRecipient)).rejects.toMatchObject(refused);
    await expect(sendRaw(noRecipient, { Destinations: ['nobody'] })).rejects.toMatchObject(refused);
    expect(cloud.services.mail.sent()).toEqual([]);
  });

  it('composes what SendEmail is given', async () => {
    await ses.send(
      new SendEmailCommand({
        Source: 'Appointments <no-reply@example.com>',
        Destination: { ToAddresses: ['zoe@example.org'], BccAddresses: ['audit@example.com'] },
        Message: { Subject: { Data: 'Grüße' }, Body: { Text: { Data: 'Hallo\nZoë' }, Html: { Data: '<b>Zoë</b>' } } },
      }),
    );

    expect(cloud.services.mail.sent()).toMatchObject([
      { from: 'no-reply@example.com', to: ['zoe@example.org', 'audit@example.com'], subject: 'Grüße' },
    ]);
    expect(cloud.services.mail.sent()[0]?.text.trim()).toBe('Hallo\nZoë');
    expect((await ses.send(new GetSendQuotaCommand({}))).SentLast24Hours).toBe(1);
  });
});
