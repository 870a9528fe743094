import type { Invitation } from '../src/domain/calendar';

export const now = new Date('2026-11-22T12:00:00.000Z');
export const invitation: Invitation = {
  appointmentId: 'apt_1',
  version: 1,
  cancelled: false,
  startsAt: '2026-12-01T15:00:00.000Z',
  endsAt: '2026-12-01T15:30:00.000Z',
  summary: 'Phone appointment with Alex Morgan',
  description: 'Line one\nLine two',
  organizer: { name: 'Appointments', email: 'appointments@example.com' },
  attendee: { name: 'Ada Client', email: 'ada@example.com' },
};
