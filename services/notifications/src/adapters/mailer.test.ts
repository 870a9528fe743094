import { describe, expect, it, jest } from '@jest/globals';
import type { SESClient } from '@aws-sdk/client-ses';
import PostalMime from 'postal-mime';
import type { Slot } from '../app/deliver';
import type { Email } from '../domain/compose';
import { mailer, mime } from './mailer';

const now = new Date('2026-11-22T12:00:00.000Z');
const house = { brandName: 'Räume & Co', senderEmail: 'appointments@example.com', publicUrl: 'https://x.example' };
const slot: Slot = {
  appointmentId: 'apt_1',
  version: 1,
  template: 'reminder-1d@wall',
  channel: 'email',
  recipient: 'client',
};
const calendar = 'BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n';
const email: Email = {
  to: { name: 'Ada Client', address: 'ada@example.com' },
  subject: 'Appointment with Zoë: confirmed',
  html: '<p>Hällo</p>',
  text: 'Hällo\n',
  calendar: { method: 'REQUEST', content: calendar },
  thread: 'appointment.apt_1',
  id: 'apt_1.1.confirmation.client',
};
const decoded = (content: unknown) =>
  typeof content === 'string' ? content : new TextDecoder().decode(content as never);

describe('the MIME message', () => {
  it('is read back as it was written', async () => {
    const parsed = await PostalMime.parse(await mime(email, house, now));

    expect(parsed).toMatchObject({
      from: { name: 'Räume & Co', address: 'appointments@example.com' },
      to: [{ name: 'Ada Client', address: 'ada@example.com' }],
      subject: 'Appointment with Zoë: confirmed',
      html: expect.stringMatching(/^<p>Hällo<\/p>\s*$/),
      text: expect.stringMatching(/^Hällo\s*$/),
      messageId: '<apt_1.1.confirmation.client@example.com>',
      inReplyTo: '<appointment.apt_1@example.com>',
      references: '<appointment.apt_1@example.com>',
    });
    expect(parsed.headers).toContainEqual(expect.objectContaining({ key: 'auto-submitted', value: 'auto-generated' }));
    expect(parsed.date).toBe('2026-11-22T12:00:00.000Z');
  });

  it('holds the calendar as an alternative of the text, its method equal to the body’s, and as a file', async () => {
    const raw = (await mime(email, house, now)).toString();
    const parsed = await PostalMime.parse(raw);

    expect(raw.replaceAll(/;\r\n /g, '; ')).toContain(
      'Content-Type: text/calendar; charset=utf-8; method=REQUEST; name=invite.ics',
    );
    expect(
      parsed.attachments.map(({ filename, mimeType, method, content }) => [
        filename,
        mimeType,
        method,
        decoded(content).replaceAll(/\r?\n/g, '\r\n'),
      ]),
    ).toEqual([
      ['invite.ics', 'text/calendar', 'REQUEST', calendar],
      ['invite.ics', 'application/ics', undefined, calendar],
    ]);
    expect(raw.indexOf('multipart/alternative')).toBeLessThan(raw.indexOf('text/calendar'));
    expect(raw.indexOf('text/html')).toBeLessThan(raw.indexOf('text/calendar'));
  });

  it('without a calendar is text and HTML alone', async () => {
    const parsed = await PostalMime.parse(await mime({ ...email, calendar: undefined }, house, now));

    expect(parsed.attachments).toEqual([]);
    expect(parsed.html?.trim()).toBe('<p>Hällo</p>');
  });

  it('lets no name or subject add a header', async () => {
    const evil = 'x\r\nBcc: eve@example.com';
    const raw = await mime(
      { ...email, subject: evil, to: { name: evil, address: 'ada@example.com' } },
      { ...house, brandName: evil },
      now,
    );
    const parsed = await PostalMime.parse(raw);

    expect(parsed.headers.map(({ key }) => key)).not.toContain('bcc');
    expect(raw.toString()).not.toMatch(/^Bcc:/m);
  });
});

describe('sending', () => {
  function ses(answer: () => Promise<unknown>) {
    const send =
      jest.fn<(command: { input: { Destinations?: string[]; Source?: string } }) => Promise<unknown>>(answer);
    const sendBy = mailer({ send } as unknown as SESClient, house, 'appointments-dev');
    return { send, deliver: (mail: Email, at: Date) => sendBy(mail, at, slot) };
  }
  const failing = (properties: Record<string, unknown>) =>
    ses(() => Promise.reject(Object.assign(new Error('no'), properties))).deliver(email, now);

  it('goes to the one recipient', async () => {
    const { send, deliver } = ses(() => Promise.resolve({ MessageId: 'm-1' }));

    expect(await deliver(email, now)).toEqual({ is: 'accepted', providerId: 'm-1' });
    expect(send.mock.calls[0]?.[0].input).toMatchObject({
      Source: 'appointments@example.com',
      Destinations: ['ada@example.com'],
    });
  });

  it('has SES tell what becomes of the mail, and the ledger key brought back', async () => {
    const { send, deliver } = ses(() => Promise.resolve({ MessageId: 'm-1' }));

    await deliver(email, now);

    expect(send.mock.calls[0]?.[0].input).toMatchObject({
      ConfigurationSetName: 'appointments-dev',
      Tags: [
        { Name: 'appointmentId', Value: 'apt_5f1' },
        { Name: 'version', Value: '1' },
        { Name: 'template', Value: 'reminder-1d_40wall' },
        { Name: 'channel', Value: 'email' },
        { Name: 'recipient', Value: 'client' },
      ],
    });
  });

  it.each(['a@b.c, eve@example.com', 'a@b.c\r\nBcc: eve@example.com', 'nobody', 'a b@c.d', '<a@b.c>'])(
    'to %j is rejected unsent',
    async (address) => {
      const { send, deliver } = ses(() => Promise.resolve({}));

      expect(await deliver({ ...email, to: { name: 'x', address } }, now)).toMatchObject({ is: 'rejected' });
      expect(send).not.toHaveBeenCalled();
    },
  );

  it('that is throttled may be tried again', async () => {
    expect(await failing({ name: 'Throttling', $fault: 'client' })).toEqual({ is: 'throttled' });
    expect(await failing({ name: 'ThrottledException', $fault: 'client' })).toEqual({ is: 'throttled' });
  });

  it('that SES rejects is rejected for good', async () => {
    expect(await failing({ name: 'MessageRejected', $fault: 'client' })).toEqual({
      is: 'rejected',
      reason: 'MessageRejected',
    });
  });

  it.each([
    { name: 'AccountSendingPausedException', $fault: 'client' },
    { name: 'Error', code: 'ECONNREFUSED' },
  ])('that was refused before it was sent ($name) was not sent', async (properties) => {
    expect(await failing(properties)).toMatchObject({ is: 'not-sent' });
  });

  it.each([
    { name: 'TimeoutError', code: 'ETIMEDOUT' },
    { name: 'InternalFailure', $fault: 'server' },
  ])('whose answer was lost ($name) is not taken for unsent', async (properties) => {
    await expect(failing(properties)).rejects.toThrow('no');
  });
});
