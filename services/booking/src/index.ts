import type * as z from 'zod';
import type {
  Amend,
  AppointmentAnswer,
  AvailabilityAnswer,
  AvailabilityQuery,
  Cancel,
  ConfirmAppointment,
  ConfirmedAnswer,
  CreateAppointment,
  CreatedAnswer,
  ProblemAnswer,
  Reschedule,
  StaffAppointmentsAnswer,
  StaffAppointmentsQuery,
  StaffAppointmentWithHistoryAnswer,
  StaffReschedule,
} from './app/schemas';

// The public API in types, for those who call it.
export type CreateAppointmentBody = z.input<typeof CreateAppointment>;
export type RescheduleBody = z.input<typeof Reschedule>;
export type CancelBody = z.input<typeof Cancel>;
export type AmendBody = z.input<typeof Amend>;
export type ConfirmBody = z.input<typeof ConfirmAppointment>;
export type ConfirmedAppointment = z.infer<typeof ConfirmedAnswer>;
export type AvailabilityParameters = z.input<typeof AvailabilityQuery>;
export type CreatedAppointment = z.infer<typeof CreatedAnswer>;
export type Appointment = z.infer<typeof AppointmentAnswer>;
export type Availability = z.infer<typeof AvailabilityAnswer>;
export type StaffAppointmentsParameters = z.input<typeof StaffAppointmentsQuery>;
export type StaffRescheduleBody = z.input<typeof StaffReschedule>;
export type StaffAppointments = z.infer<typeof StaffAppointmentsAnswer>;
export type StaffAppointment = z.infer<typeof StaffAppointmentWithHistoryAnswer>;
export type ApiProblem = z.infer<typeof ProblemAnswer>;
