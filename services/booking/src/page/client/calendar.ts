/** What a calendar is told of an appointment. */
export interface CalendarEntry {
  readonly appointmentId: string;
  readonly version: number;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly title: string;
  readonly text: string;
}

/** `20261201T150000Z`, which every calendar understands whatever zone it is in. */
const compact = (instant: string | Date): string =>
  new Date(instant)
    .toISOString()
    .replace(/[-:]/g, '')
    .replace(/\.\d{3}/, '');

/** RFC 5545, 3.3.11: backslash, semicolon, comma and line end have a meaning in a text. */
const escaped = (text: string): string =>
  text
    .replace(/[\\;,]/g, (found) => `\\${found}`)
    .replace(/\r\n|\r|\n/g, '\\n')
    // eslint-disable-next-line no-control-regex
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '');

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

/** RFC 5545, 3.1: lines of at most 75 octets, continued by a space; no character is cut in two. */
function folded(line: string): string {
  const lines: string[] = [];
  let current = '';
  for (const character of line) {
    if (bytesOf(current) + bytesOf(character) > 75) {
      lines.push(current);
      current = ' ';
    }
    current += character;
  }
  return [...lines, current].join('\r\n');
}

/**
 * The appointment as a file for any calendar. It has the UID and the SEQUENCE of the invitation that goes out by e-mail, so
 * that whoever takes both has one entry, which later invitations change.
 */
export function calendarFile(
  entry: CalendarEntry,
  manageUrl: { readonly url: string; readonly text: string },
  now: Date,
): string {
  return [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Appointments//Booking page//EN',
    'BEGIN:VEVENT',
    `UID:${entry.appointmentId}@appointments`,
    `SEQUENCE:${entry.version - 1}`,
    `DTSTAMP:${compact(now)}`,
    `DTSTART:${compact(entry.startsAt)}`,
    `DTEND:${compact(entry.endsAt)}`,
    `SUMMARY:${escaped(entry.title)}`,
    `DESCRIPTION:${escaped(`${entry.text}\n${manageUrl.text}`)}`,
    `URL:${manageUrl.url}`,
    'STATUS:CONFIRMED',
    'END:VEVENT',
    'END:VCALENDAR',
  ]
    .map((line) => `${folded(line)}\r\n`)
    .join('');
}

export interface WebCalendar {
  readonly name: string;
  readonly url: string;
}

/** Web calendars that open with the entry filled in. They never learn the manage link: whoever has it may cancel. */
export function webCalendars({ startsAt, endsAt, title, text }: CalendarEntry): WebCalendar[] {
  const google = new URLSearchParams({
    action: 'TEMPLATE',
    text: title,
    dates: `${compact(startsAt)}/${compact(endsAt)}`,
    details: text,
  });
  const outlook = new URLSearchParams({
    path: '/calendar/action/compose',
    rru: 'addevent',
    subject: title,
    startdt: new Date(startsAt).toISOString(),
    enddt: new Date(endsAt).toISOString(),
    body: text,
  });
  // Outlook takes a plus sign for a plus sign, and not for a space.
  const spaced = outlook.toString().replaceAll('+', '%20');
  return [
    { name: 'Google Calendar', url: `https://calendar.google.com/calendar/render?${google.toString()}` },
    { name: 'Outlook.com', url: `https://outlook.live.com/calendar/0/deeplink/compose?${spaced}` },
    { name: 'Microsoft 365', url: `https://outlook.office.com/calendar/0/deeplink/compose?${spaced}` },
  ];
}
