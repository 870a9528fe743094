import * as z from 'zod';

// What the contracts of several services are made of.

export const Instant = () => z.iso.datetime();
export const Version = () => z.int().positive();
const AppointmentId = () => z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);

export const aboutAppointment = () => ({ appointmentId: AppointmentId(), appointmentVersion: Version() });
export const about = (data: { appointmentId: string }): string => data.appointmentId;

export const LEGS = ['agent', 'client'] as const;

export const exampleAbout = { appointmentId: 'apt_01JDXK3Q6Z8V4T2M9R7W5Y1N0C', appointmentVersion: 1 };
export const exampleStart = '2026-12-01T15:00:00.000Z';
