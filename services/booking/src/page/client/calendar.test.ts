import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { calendarFile, webCalendars } from './calendar';

const entry = {
  appointmentId: 'apt_1',
  version: 2,
  startsAt: '2026-12-01T16:00:00+01:00',
  endsAt: '2026-12-01T16:30:00+01:00',
  title: 'Call with Alex Morgan',
  text: 'Acme phones you.',
};
const manage = { url: 'https://book.example.com/manage/apt_1#v1.k', text: 'Move it: https://book.example.com' };
const now = new Date('2026-11-26T08:00:00Z');

describe('the calendar file', () => {
  it('is the entry of the invitation that goes out by e-mail: one UID for life, SEQUENCE one below the version', () => {
    expect(calendarFile(entry, manage, now).split('\r\n')).toEqual([
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'PRODID:-//Appointments//Booking page//EN',
      'BEGIN:VEVENT',
      'UID:apt_1@appointments',
      'SEQUENCE:1',
      'DTSTAMP:20261126T080000Z',
      'DTSTART:20261201T150000Z',
      'DTEND:20261201T153000Z',
      'SUMMARY:Call with Alex Morgan',
      'DESCRIPTION:Acme phones you.\\nMove it: https://book.example.com',
      'URL:https://book.example.com/manage/apt_1#v1.k',
      'STATUS:CONFIRMED',
      'END:VEVENT',
      'END:VCALENDAR',
      '',
    ]);
  });

  it('lets no text end its line or begin another property', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (title) => {
        const evil = `${title}\r\nATTENDEE:mailto:x@example.com;a,b\\`;
        const lines = calendarFile({ ...entry, title: evil, text: evil }, manage, now).split('\r\n');
        const properties = lines.filter((line) => line !== '' && !line.startsWith(' '));
        expect(properties.map((line) => line.split(':')[0])).toHaveLength(15);
        expect(properties.some((line) => line.startsWith('ATTENDEE'))).toBe(false);
        for (const line of lines) expect(new TextEncoder().encode(line).length).toBeLessThanOrEqual(75);
        const unfolded = lines.join('\r\n').replaceAll('\r\n ', '');
        // eslint-disable-next-line no-control-regex
        const kept = evil.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, '');
        const summary = /\r\nSUMMARY:(.*)\r\n/.exec(unfolded)?.[1] ?? '';
        expect(summary.replace(/\\([\\;,n])/g, (_, one: string) => (one === 'n' ? '\n' : one))).toBe(
          kept.replace(/\r\n|\r/g, '\n'),
        );
      }),
    );
  });
});

describe('web calendars', () => {
  it('are opened with the same time, title and text', () => {
    const [google, ...outlooks] = webCalendars(entry).map(({ url }) => new URL(url));

    expect(Object.fromEntries(google?.searchParams ?? [])).toEqual({
      action: 'TEMPLATE',
      text: 'Call with Alex Morgan',
      dates: '20261201T150000Z/20261201T153000Z',
      details: 'Acme phones you.',
    });
    expect(outlooks.map((url) => url.hostname)).toEqual(['outlook.live.com', 'outlook.office.com']);
    for (const url of outlooks) {
      expect(url.search).not.toContain('+');
      expect(Object.fromEntries(url.searchParams)).toMatchObject({
        subject: 'Call with Alex Morgan',
        startdt: '2026-12-01T15:00:00.000Z',
        enddt: '2026-12-01T15:30:00.000Z',
        body: 'Acme phones you.',
      });
    }
  });
});
