import {
  ICalAttendeeRole,
  ICalAttendeeStatus,
  ICalCalendar,
  ICalCalendarMethod,
  ICalEventStatus,
} from 'ical-generator';
import { plainLine, plainText } from './plain';

export interface Invitation {
  readonly appointmentId: string;
  readonly version: number;
  readonly cancelled: boolean;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly summary: string;
  readonly description: string;
  readonly organizer: { readonly name: string; readonly email: string };
  readonly attendee: { readonly name: string; readonly email: string };
}

export interface CalendarPart {
  readonly method: 'REQUEST' | 'CANCEL';
  readonly content: string;
}

/**
 * The calendar part of a message (RFC 5545, RFC 5546): one UID for life, SEQUENCE one below the version, and REQUEST from the
 * first, because Gmail takes out of a calendar only what came in as a REQUEST. Its times are in UTC: an appointment is one
 * instant, and every program shows that in the zone of whoever looks; a VTIMEZONE would bring rules that could disagree.
 */
export function calendarPart(invitation: Invitation, now: Date): CalendarPart {
  const { appointmentId, version, cancelled, organizer, attendee } = invitation;
  const calendar = new ICalCalendar({
    method: cancelled ? ICalCalendarMethod.CANCEL : ICalCalendarMethod.REQUEST,
    prodId: { company: 'Appointments', product: 'Notifications', language: 'EN' },
  });
  const event = calendar.createEvent({
    id: `${appointmentId}@appointments`,
    sequence: version - 1,
    stamp: now,
    start: new Date(invitation.startsAt),
    end: new Date(invitation.endsAt),
    summary: plainLine(invitation.summary),
    description: plainText(invitation.description),
    organizer: { name: parameter(organizer.name), email: organizer.email },
    status: cancelled ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
  });
  event.createAttendee({
    name: parameter(attendee.name),
    email: attendee.email,
    role: ICalAttendeeRole.REQ,
    // They agreed when it was booked; an answer by the calendar would reach nobody.
    status: ICalAttendeeStatus.ACCEPTED,
    rsvp: false,
  });
  // The specification ends every line, the last one too.
  return { method: cancelled ? 'CANCEL' : 'REQUEST', content: `${calendar.toString().trimEnd()}\r\n` };
}

/**
 * A parameter's value can hold no double quote, not even escaped (RFC 5545, 3.1). Some programs take a backslash in it for an
 * escape all the same, and lose the address behind it; those that know RFC 6868 take a circumflex for one.
 */
function parameter(name: string): string {
  return plainLine(name)
    .replaceAll('"', "'")
    .replaceAll('\\', '/')
    .replaceAll(/\^(?=[\^n'])/g, '^^');
}
