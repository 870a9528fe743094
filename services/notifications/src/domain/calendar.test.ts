import { describe, expect, it } from '@jest/globals';
import { invitation, now } from '../../test/invitation';
import { calendarPart } from './calendar';

/** The content lines of RFC 5545, 3.1, unfolded; throws where a rule is broken. */
function contentLines(content: string): { name: string; parameters: string; value: string }[] {
  if (!content.endsWith('\r\n')) throw new Error('the last line does not end');
  const lines = content.slice(0, -2).split('\r\n');
  for (const line of lines) {
    if (/[\r\n]/.test(line)) throw new Error('a line end that is not CRLF');
    if (/[^\P{Cc}\t]/u.test(line)) throw new Error('a control character');
    if (Buffer.byteLength(line) > 75) throw new Error(`a line of ${Buffer.byteLength(line)} octets`);
  }
  return lines
    .join('\r\n')
    .replaceAll('\r\n ', '')
    .split('\r\n')
    .map((line) => {
      const match = /^([A-Z-]+)((?:;[A-Z-]+=(?:"[^"]*"|[^";:,]*))*):(.*)$/su.exec(line);
      if (!match) throw new Error(`no content line: ${line}`);
      return { name: match[1] ?? '', parameters: match[2] ?? '', value: match[3] ?? '' };
    });
}
const valueOf = (content: string, name: string) => contentLines(content).find((line) => line.name === name)?.value;
const unescaped = (text: string) =>
  text.replace(/\\([\\;,nN])/g, (_, character: string) => (/n/i.test(character) ? '\n' : character));

describe('the calendar part', () => {
  it('of a booking asks: REQUEST, SEQUENCE 0, confirmed', () => {
    expect(calendarPart(invitation, now)).toEqual({
      method: 'REQUEST',
      content: [
        'BEGIN:VCALENDAR',
        'VERSION:2.0',
        'PRODID:-//Appointments//Notifications//EN',
        'METHOD:REQUEST',
        'BEGIN:VEVENT',
        'UID:apt_1@appointments',
        'SEQUENCE:0',
        'DTSTAMP:20261122T120000Z',
        'DTSTART:20261201T150000Z',
        'DTEND:20261201T153000Z',
        'SUMMARY:Phone appointment with Alex Morgan',
        'DESCRIPTION:Line one\\nLine two',
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

  it('of a cancellation takes back what was asked: CANCEL, the same UID, a higher SEQUENCE', () => {
    const { method, content } = calendarPart({ ...invitation, version: 3, cancelled: true }, now);

    expect(method).toBe('CANCEL');
    expect(['METHOD', 'UID', 'SEQUENCE', 'STATUS'].map((name) => valueOf(content, name))).toEqual([
      'CANCEL',
      'apt_1@appointments',
      '2',
      'CANCELLED',
    ]);
  });

  it('escapes what has a meaning, and gives it back whole', () => {
    const summary = 'Ada; "the" one, \\ and only';
    const { content } = calendarPart({ ...invitation, summary }, now);

    expect(unescaped(valueOf(content, 'SUMMARY') ?? '')).toBe(summary);
  });
});
