import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import ICAL from 'ical.js';
import { calendarPart, type CalendarPart } from '../src/domain/calendar';
import { LANGUAGES } from '../src/domain/language';
import { plainLine, plainText } from '../src/domain/plain';
import { samplesIn } from '../src/domain/samples';
import { faultsIn } from './calendar-rules';
import { invitation, now } from './invitation';

const faultsOf = (content: string) => faultsIn(Buffer.from(content));

/** What an independent parser reads. */
function read({ content }: CalendarPart) {
  const calendar = new ICAL.Component(ICAL.parse(content));
  const events = calendar.getAllSubcomponents('vevent');
  const [component] = events;
  if (!component || events.length !== 1) throw new Error(`${events.length} events`);
  const event = new ICAL.Event(component);
  const nameOf = (property: string) => component.getFirstProperty(property)?.getFirstParameter('cn');
  return {
    method: calendar.getFirstPropertyValue('method'),
    uid: event.uid,
    sequence: event.sequence,
    summary: event.summary,
    description: event.description ?? '',
    status: component.getFirstPropertyValue('status'),
    startsAt: event.startDate.toJSDate().toISOString(),
    endsAt: event.endDate.toJSDate().toISOString(),
    organizer: { name: nameOf('organizer'), address: event.organizer },
    attendees: event.attendees.map((attendee) => attendee.getFirstValue()),
    attendee: nameOf('attendee'),
  };
}

/** A name cannot hold these, or not safely. */
const shownName = (name: string) => plainLine(name).replaceAll('"', "'").replaceAll('\\', '/');

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc
    .array(
      fc.constantFrom(
        '\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\n',
        '\n',
        '\r',
        '\u2028',
        '\\',
        '\\n',
        '\\;',
        ';',
        ',',
        ':',
        '"',
        '^n',
        "^'",
        '^^',
        '=',
        ' ',
        '\t',
        '\u0000',
        'é',
        '漢字',
        '👩‍👩‍👧‍👦',
        'mailto:eve@example.com',
        'a'.repeat(74),
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join('')),
);

describe('the calendar part', () => {
  it('keeps the rules and is read back as it was meant, whatever people are called and write', () => {
    fc.assert(
      fc.property(
        text,
        text,
        text,
        text,
        fc.integer({ min: 1, max: 500 }),
        fc.boolean(),
        (who, notes, client, brand, version, cancelled) => {
          const part = calendarPart(
            {
              ...invitation,
              version,
              cancelled,
              summary: `With ${who}`,
              description: `Notes: ${notes}`,
              attendee: { name: `A ${client}`, email: 'ada@example.com' },
              organizer: { name: `B ${brand}`, email: 'appointments@example.com' },
            },
            now,
          );

          expect(faultsOf(part.content)).toEqual([]);
          expect(read(part)).toEqual({
            method: cancelled ? 'CANCEL' : 'REQUEST',
            uid: 'apt_1@appointments',
            sequence: version - 1,
            summary: plainLine(`With ${who}`),
            description: plainText(`Notes: ${notes}`),
            status: cancelled ? 'CANCELLED' : 'CONFIRMED',
            startsAt: invitation.startsAt,
            endsAt: invitation.endsAt,
            organizer: {
              name: shownName(`B ${brand}`),
              address: 'mailto:appointments@example.com',
            },
            attendees: ['MAILTO:ada@example.com'],
            attendee: shownName(`A ${client}`),
          });
          expect(part.method).toBe(cancelled ? 'CANCEL' : 'REQUEST');
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each(LANGUAGES.flatMap((language) => samplesIn(language).map((sample) => [language, sample] as const)))(
    'stands in what books, moves, calls off or hands over, and nowhere else: %s %j',
    (_, { name, email }) => {
      const [kind = ''] = name.split('.');
      const changesTheDay = ['confirmation', 'moved', 'cancelled', 'handed-over'].includes(kind);

      expect(email.calendar === undefined).toBe(!changesTheDay);
      if (!email.calendar) return;
      expect(faultsOf(email.calendar.content)).toEqual([]);
      expect(read(email.calendar)).toMatchObject({
        method: kind === 'cancelled' || kind === 'handed-over' ? 'CANCEL' : 'REQUEST',
        attendees: [`MAILTO:${email.to.address}`],
      });
    },
  );

  it('of one appointment is one entry for life: one UID, and each version follows the one before', () => {
    const versions = [1, 2, 3, 4].map((version) =>
      read(calendarPart({ ...invitation, version, cancelled: version === 4 }, now)),
    );

    expect(new Set(versions.map(({ uid }) => uid)).size).toBe(1);
    expect(versions.map(({ method, sequence }) => `${method as string} ${sequence}`)).toEqual([
      'REQUEST 0',
      'REQUEST 1',
      'REQUEST 2',
      'CANCEL 3',
    ]);
  });
});

describe('the rules', () => {
  const good = calendarPart(invitation, now).content;
  const cancellation = calendarPart({ ...invitation, version: 2, cancelled: true }, now).content;
  const without = (name: string) => good.replace(new RegExp(`^${name}.*\r\n(?: .*\r\n)*`, 'm'), '');

  it.each([
    ['a line end without CR', good.replace('\r\n', '\n'), /CRLF/],
    ['a last line that does not end', good.trimEnd(), /last line/],
    ['a line of 76 octets', good.replace('SUMMARY:', `SUMMARY:${'x'.repeat(35)}`), /75 octets/],
    ['a fold inside a character', good.replace('SUMMARY:', 'SUMMARY:\u00c3\r\n \u00a9'), /inside a character/],
    ['a control character', good.replace('SUMMARY:', 'SUMMARY:\u0007'), /control/],
    ['no content line', good.replace('SUMMARY:', 'SUMMARY '), /no content line/],
    ['a quotation mark in a name', good.replace('CN="Appointments"', 'CN="A"b"'), /no content line/],
    ['a comma that is not escaped', good.replace('SUMMARY:', 'SUMMARY:a,'), /SUMMARY is escaped/],
    ['a backslash that escapes nothing', good.replace('SUMMARY:', 'SUMMARY:\\x'), /SUMMARY is escaped/],
    ['no UID', without('UID'), /has UID/],
    ['no DTSTAMP', without('DTSTAMP'), /has DTSTAMP/],
    ['no ORGANIZER', without('ORGANIZER'), /has ORGANIZER/],
    ['no ATTENDEE', without('ATTENDEE'), /one ATTENDEE/],
    ['no METHOD', without('METHOD'), /one METHOD/],
    ['no PRODID', without('PRODID'), /one PRODID/],
    ['no SUMMARY', without('SUMMARY'), /SUMMARY/],
    ['a DTSTAMP of no zone', good.replace('20261122T120000Z', '20261122T120000'), /DTSTAMP is in UTC/],
    ['a time of no zone', good.replace('20261201T150000Z', '20261201T150000'), /DTSTART is in UTC/],
    [
      'a zone that is not described',
      good.replace('DTSTART:20261201T150000Z', 'DTSTART;TZID=Europe/Berlin:20261201T160000'),
      /described/,
    ],
    ['an end before the beginning', good.replace('20261201T153000Z', '20261201T143000Z'), /after the beginning/],
    ['a property twice', good.replace('SEQUENCE:0', 'SEQUENCE:0\r\nSEQUENCE:1'), /SEQUENCE stands at most once/],
    ['two events', good.replace('END:VEVENT', 'END:VEVENT\r\nBEGIN:VEVENT\r\nEND:VEVENT'), /one VEVENT/],
    ['a component that does not end', good.replace('END:VEVENT\r\n', ''), /ends what was not begun/],
    ['two addresses', good.replace('mailto:app', 'mailto:eve@example.com,app'), /one e-mail address/],
    ['a request of what is cancelled', good.replace('CONFIRMED', 'CANCELLED'), /confirmed or tentative/],
    ['a cancellation that confirms', cancellation.replace('STATUS:CANCELLED', 'STATUS:CONFIRMED'), /CANCELLED/],
    ['an unknown answer', good.replace('PARTSTAT=ACCEPTED', 'PARTSTAT=YES'), /known PARTSTAT/],
    ['a version of something else', good.replace('VERSION:2.0', 'VERSION:1.0'), /VERSION is 2.0/],
  ])('are broken by %s', (what, broken, fault) => {
    expect([good, cancellation]).not.toContain(broken);
    const octets = what.startsWith('a fold') ? Buffer.from(broken, 'latin1') : Buffer.from(broken);

    expect(faultsIn(octets).join('\n')).toMatch(fault);
  });

  it('are kept by a time in a zone that is described', () => {
    const zoned = good
      .replace('DTSTART:20261201T150000Z', 'DTSTART;TZID=X:20261201T160000')
      .replace('DTEND:20261201T153000Z', 'DTEND;TZID=X:20261201T163000')
      .replace('BEGIN:VEVENT', 'BEGIN:VTIMEZONE\r\nTZID:X\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT');

    expect(faultsOf(zoned)).toEqual([]);
  });
});
