import { describe, expect, it } from '@jest/globals';
import { AppointmentCreated } from '@appointments/events';
import { compose, composeConfirmationRequest, composeHandOver, type Letter } from './compose';
import { partsOfBooking } from './projection';
import type { Kind } from './word';

const now = new Date('2026-11-22T12:00:00.000Z');
const house = {
  brandName: 'Appointments',
  senderEmail: 'appointments@example.com',
  publicUrl: 'https://book.example.com',
};
const booked = AppointmentCreated.example.data;
const { state, particulars } = partsOfBooking({ ...booked, notes: 'About the contract' });
if (!particulars) throw new Error('no particulars');
const { appointmentId } = booked;

const letter = (kind: Kind, changes: Partial<Letter> = {}): Letter => ({
  word: { appointmentId, version: 1, kind },
  state,
  particulars,
  manageUrl: `https://book.example.com/manage/${appointmentId}#v1.k1.1798723800.signature`,
  confirmUrl: `https://book.example.com/confirm/${appointmentId}#v1.k1.1798723800.proof`,
  ...changes,
});
const withClient = (name: string, notes?: string): Letter['particulars'] => ({
  ...particulars,
  client: { ...particulars.client, name },
  ...(notes !== undefined && { notes }),
});
const failure = (reason: string, leg: 'agent' | 'client', tries: number) => ({
  version: 1,
  callSessionId: 'cs_1',
  leg,
  reason,
  attempts: Array.from({ length: tries }, () => ({ leg, outcome: 'no-answer' })),
});

describe('while something is to be confirmed', () => {
  const unproven = (...what: ('email' | 'phone')[]) => ({ particulars: { ...particulars, unproven: what } });
  const confirm = `https://book.example.com/confirm/${appointmentId}#v1.k1.1798723800.proof`;

  it('the confirmation to the client says so before all else, with the link', () => {
    const mail = compose(letter('confirmation', unproven('email')), 'client', house, now);

    expect(mail.subject).toBe('Appointment with Alex Morgan: please confirm');
    expect(mail.text).toBe(`One step is missing

Hello Ada Client,

Please confirm your e-mail address. Until you have, we cannot phone you.

Confirm my e-mail address:
${confirm}

Your appointment with Alex Morgan is reserved for you. At the booked time we phone you and connect you both. There is nothing you need to dial: just keep your phone within reach, and press 1 when you are asked to.

When: Tuesday, 1 December 2026, 16:00 (Europe/Berlin, UTC+01:00)
Length: 30 minutes
With: Alex Morgan
We phone: +12025550123
Your notes: About the contract

You have booked nothing? Then ignore this message, and nobody is phoned.

Does the time no longer suit you? You can move or cancel the appointment until it begins.

Move or cancel:
https://book.example.com/manage/apt_01JDXK3Q6Z8V4T2M9R7W5Y1N0C#v1.k1.1798723800.signature

-- 
You receive this message because an appointment was booked with this address at Appointments. It was sent automatically.
`);
  });

  it('a code that was texted is asked for on the page, and the address is not', () => {
    const mail = compose(letter('moved', unproven('phone')), 'client', house, now);

    expect(mail.text).toContain('We have texted a code to +12025550123.');
    expect(mail.text).not.toContain('/confirm/');
    expect(mail.html).not.toContain('/confirm/');
  });

  it.each(['confirmation', 'moved', 'cancelled', 'could-not-connect'] as const)(
    'the agent is never given the client’s link: %s',
    (kind) => {
      const mail = compose(letter(kind, unproven('email', 'phone')), 'agent', house, now);

      expect(JSON.stringify(mail)).not.toContain('/confirm/');
      expect(JSON.stringify(mail)).not.toContain('/manage/');
    },
  );

  it('the agent learns of a booking that something is missing', () => {
    const text = (changes: Partial<Letter>) => compose(letter('confirmation', changes), 'agent', house, now).text;

    expect(text(unproven('phone'))).toContain('We phone you only if they have done so by then.');
    expect(text({})).not.toContain('have done so by then');
  });

  it('a call that was not made for that reason is explained by it, to both', () => {
    const failed = { failure: failure('rejected-by-policy', 'client', 0), ...unproven('email', 'phone') };
    const [client, agent] = (['client', 'agent'] as const).map(
      (reader) => compose(letter('could-not-connect', failed), reader, house, now).text,
    );

    expect(client).toContain(
      'because there was something left to confirm. Your e-mail address was not confirmed. The code that we texted to +12025550123 was not entered.',
    );
    expect(client).toContain(confirm);
    expect(agent).toContain('they had not confirmed their particulars');
  });

  it('another policy’s refusal is not explained by it', () => {
    const refused = { failure: failure('rejected-by-policy', 'client', 0) };

    expect(compose(letter('could-not-connect', refused), 'client', house, now).text).toContain(
      'We are sorry: the call for your appointment with Alex Morgan could not take place.',
    );
  });

  it('a new address is asked for its confirmation, and for nothing but that', () => {
    const { word, manageUrl, confirmUrl } = letter('confirmation');
    const changed = {
      ...particulars,
      client: { ...particulars.client, email: 'new@example.com' },
      unproven: ['email'],
    };

    const mail = composeConfirmationRequest({ word, manageUrl, confirmUrl, particulars: changed }, house);

    expect(mail).toMatchObject({
      to: { name: 'Ada Client', address: 'new@example.com' },
      subject: 'Appointment with Alex Morgan: please confirm your e-mail address',
    });
    expect(mail.calendar).toBeUndefined();
    expect(mail.text).toContain(confirm);
    expect(mail.text).not.toContain('/manage/');
  });
});

describe('the confirmation to the client', () => {
  const mail = compose(letter('confirmation'), 'client', house, now);

  it('reads so as plain text', () => {
    expect(mail.text).toBe(`Your appointment is booked

Hello Ada Client,

Your appointment with Alex Morgan is confirmed. At the booked time we phone you and connect you both. There is nothing you need to dial: just keep your phone within reach, and press 1 when you are asked to.

When: Tuesday, 1 December 2026, 16:00 (Europe/Berlin, UTC+01:00)
Length: 30 minutes
With: Alex Morgan
We phone: +12025550123
Your notes: About the contract

Does the time no longer suit you? You can move or cancel the appointment until it begins.

Move or cancel:
https://book.example.com/manage/apt_01JDXK3Q6Z8V4T2M9R7W5Y1N0C#v1.k1.1798723800.signature

-- 
You receive this message because an appointment was booked with this address at Appointments. It was sent automatically.
`);
  });

  it('is the same in HTML, whole', () => {
    const words = mail.html
      .replace(/<head>[\s\S]*<\/head>/, '')
      .replaceAll(/<a\s[^>]*href="([^"]*)"[^>]*>/g, '$1 ')
      .replaceAll(/<[^>]*>|&(?:#\d+|zwnj|nbsp|emsp);/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim();

    expect(words).toBe(
      [
        'We will phone you. There is nothing you need to dial. Appointments Your appointment is booked Hello Ada Client,',
        'Your appointment with Alex Morgan is confirmed. At the booked time we phone you and connect you both.',
        'There is nothing you need to dial: just keep your phone within reach, and press 1 when you are asked to.',
        'When Tuesday, 1 December 2026, 16:00 (Europe/Berlin, UTC+01:00) Length 30 minutes With Alex Morgan',
        'We phone +12025550123 Your notes About the contract',
        'Does the time no longer suit you? You can move or cancel the appointment until it begins.',
        'https://book.example.com/manage/apt_01JDXK3Q6Z8V4T2M9R7W5Y1N0C#v1.k1.1798723800.signature Move or cancel',
        'You receive this message because an appointment was booked with this address at Appointments. It was sent automatically.',
      ].join(' '),
    );
    expect(mail.html).toMatch(/^<!doctype html>\n<html lang="en"/);
    expect(mail.html).toMatch(/<\/html>$/);
    expect(mail.html).not.toMatch(/\{\{|\[\[|<script|<img/);
  });

  it('goes to the client, with a subject that tells day and time', () => {
    expect(mail.to).toEqual({ name: 'Ada Client', address: 'ada@example.com' });
    expect(mail.subject).toBe('Appointment with Alex Morgan: confirmed for Tue 1 Dec 2026, 16:00');
  });

  it('carries an invitation that names the manage link', () => {
    expect(mail.calendar).toEqual({
      method: 'REQUEST',
      content: [
        'BEGIN:VCALENDAR',
        'VERSION:2.0',
        'PRODID:-//Appointments//Notifications//EN',
        'METHOD:REQUEST',
        'BEGIN:VEVENT',
        'UID:apt_01JDXK3Q6Z8V4T2M9R7W5Y1N0C@appointments',
        'SEQUENCE:0',
        'DTSTAMP:20261122T120000Z',
        'DTSTART:20261201T150000Z',
        'DTEND:20261201T153000Z',
        'SUMMARY:Phone appointment with Alex Morgan',
        'DESCRIPTION:At the booked time Appointments phones both parties and connec',
        ' ts them.\\nMove or cancel: https://book.example.com/manage/apt_01JDXK3Q6Z8V',
        ' 4T2M9R7W5Y1N0C#v1.k1.1798723800.signature\\nNotes: About the contract',
        'ORGANIZER;CN="Appointments":mailto:appointments@example.com',
        'ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=FALSE;CN="Ada Client"',
        ' :MAILTO:ada@example.com',
        'STATUS:CONFIRMED',
        'END:VEVENT',
        'END:VCALENDAR',
        '',
      ].join('\r\n'),
    });
  });
});

describe('the notice to the agent', () => {
  const mail = compose(letter('confirmation'), 'agent', house, now);

  it('tells the time in the agent’s zone, and whom to expect', () => {
    expect(mail.subject).toBe('Appointment with Ada Client: booked for Tue 1 Dec 2026, 10:00');
    expect(mail.text).toContain('When: Tuesday, 1 December 2026, 10:00 (America/New_York, UTC-05:00)');
    expect(mail.text).toContain('Phone: +12025550123');
    expect(mail.text).toContain('Notes: About the contract');
    expect(mail.to).toEqual({ name: 'Alex Morgan', address: 'alex@example.com' });
  });

  it('goes to the newest address of the agent, and prints the time in the zone it was resolved in', () => {
    const agent = { ...booked.agent, agentVersion: 2, email: 'new@example.com', timeZone: 'Asia/Tokyo' };
    const moved = compose(letter('confirmation', { agent }), 'agent', house, now);

    expect(moved.to.address).toBe('new@example.com');
    expect(moved.text).toContain('10:00 (America/New_York, UTC-05:00)');
  });
});

describe('every message', () => {
  const kinds = ['confirmation', 'moved', 'cancelled', 'reminder', 'could-not-connect', 'follow-up'] as const;

  it.each(kinds)('%s to the agent never holds the manage link', (kind) => {
    const mail = compose(letter(kind), 'agent', house, now);

    expect(JSON.stringify(mail)).not.toMatch(/signature|\/manage\//);
  });

  it.each(kinds)('%s of one appointment belongs to the same thread', (kind) => {
    expect(compose(letter(kind), 'client', house, now).thread).toBe(`appointment.${appointmentId}`);
  });

  it('keeps control characters out of subject, name and text', () => {
    const mail = compose(
      letter('confirmation', { particulars: withClient('Ada\r\nBcc: eve@example.com\u0000', 'one\u0007\r\ntwo') }),
      'agent',
      house,
      now,
    );

    expect(mail.subject).toBe('Appointment with Ada Bcc: eve@example.com: booked for Tue 1 Dec 2026, 10:00');
    expect(mail.text).toContain('Notes: one\ntwo');
    expect(mail.html).toContain('one<br>two');
  });
});

describe('a cancellation', () => {
  const cancelledBy = (who: string, reason?: string) =>
    letter('cancelled', {
      word: { appointmentId, version: 2, kind: 'cancelled' },
      state: { version: 2, cancelled: true, cancelledBy: who, reason },
    });

  it('takes the appointment out of the calendar', () => {
    const { calendar } = compose(cancelledBy('client'), 'client', house, now);

    expect(calendar?.method).toBe('CANCEL');
    expect(calendar?.content).toContain('\r\nMETHOD:CANCEL\r\n');
    expect(calendar?.content).toContain('\r\nSEQUENCE:1\r\n');
    expect(calendar?.content).toContain('\r\nSTATUS:CANCELLED\r\n');
  });

  it('speaks to the client who asked for it as to one who asked for it, and repeats the reason', () => {
    expect(compose(cancelledBy('client', 'I am ill'), 'client', house, now).text).toMatch(
      /As you asked[\s\S]*Reason: I am ill/,
    );
    expect(compose(cancelledBy('agent'), 'client', house, now).text).toMatch(/We are sorry/);
  });

  it('leads to the booking page', () => {
    expect(compose(cancelledBy('agent'), 'client', house, now).text).toContain(
      'Book another time:\nhttps://book.example.com',
    );
  });
});

it('an appointment that was given to somebody else leaves the calendar of whoever had it, and of nobody else', () => {
  const word = { appointmentId, version: 3, kind: 'moved' as const };

  const mail = composeHandOver({ ...letter('moved'), word }, house, now);

  expect(mail.to).toEqual({ name: 'Alex Morgan', address: 'alex@example.com' });
  expect(mail.subject).toBe('Appointment with Ada Client: no longer yours, Tue 1 Dec 2026, 10:00');
  expect(mail.calendar?.method).toBe('CANCEL');
  const lines = mail.calendar?.content.replaceAll('\r\n ', '').split('\r\n') ?? [];
  expect(lines).toEqual(
    expect.arrayContaining(['METHOD:CANCEL', 'SEQUENCE:2', `UID:${appointmentId}@appointments`, 'STATUS:CANCELLED']),
  );
  expect(lines.filter((line) => line.startsWith('ATTENDEE')).join()).toContain('alex@example.com');
  expect(mail.calendar?.content).not.toContain('ada@example.com');
});

describe('the word on a failed call', () => {
  it('says who was missed and how often they were phoned', () => {
    const missedClient = letter('could-not-connect', { failure: failure('client-unreachable', 'client', 3) });
    const missedAgent = letter('could-not-connect', { failure: failure('agent-unreachable', 'agent', 3) });

    expect(compose(missedClient, 'client', house, now).text).toContain(
      'We phoned you for your appointment with Alex Morgan, 3 times in all, but could not reach you.',
    );
    expect(compose(missedAgent, 'client', house, now).text).toContain(
      'Alex Morgan could not take the call for your appointment, though we tried 3 times.',
    );
    expect(compose(missedAgent, 'agent', house, now).text).toContain(
      'We phoned you for the appointment with Ada Client, 3 times in all, but could not reach you.',
    );
  });

  it('blames nobody where nobody was missed', () => {
    const mail = compose(
      letter('could-not-connect', { failure: failure('carrier-error', 'client', 1) }),
      'client',
      house,
      now,
    );

    expect(mail.text).toContain('the call for your appointment with Alex Morgan could not take place.');
  });

  it('lets the client choose another time, and leaves the calendar alone', () => {
    const mail = compose(letter('could-not-connect', { failure: failure('missed', 'agent', 0) }), 'client', house, now);

    expect(mail.text).toContain('Choose another time:\nhttps://book.example.com/manage/');
    expect(mail.calendar).toBeUndefined();
  });
});
