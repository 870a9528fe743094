import type { HttpAnswer, HttpRequest } from '@appointments/runtime';
import { privately, staffBody, type Told } from './answers';
import { noSuchAppointment } from './authorise';

export interface GetStaffAppointmentPorts {
  readonly read: (appointmentId: string) => Promise<Told | undefined>;
}

/** Answers any appointment to staff, whom the API's authorizer has let in. */
export function getStaffAppointment({ read }: GetStaffAppointmentPorts) {
  return async (request: HttpRequest): Promise<HttpAnswer> => {
    const told = await read(appointmentNamed(request));
    if (!told) throw noSuchAppointment();
    return privately(staffBody(told));
  };
}

/** The id in the path. @throws Problem 404 for what can be no id, so that it never becomes a key of the database */
export function appointmentNamed({ parameters }: Pick<HttpRequest, 'parameters'>): string {
  const { appointmentId = '' } = parameters;
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(appointmentId)) throw noSuchAppointment();
  return appointmentId;
}
