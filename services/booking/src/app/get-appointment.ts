import type { HttpAnswer, HttpRequest } from '@appointments/runtime';
import { appointmentBody, privately, type Told } from './answers';
import { authorise, noSuchAppointment, type AuthorisePorts } from './authorise';

export interface GetAppointmentPorts extends AuthorisePorts {
  readonly read: (appointmentId: string) => Promise<Told | undefined>;
}

/** Answers the appointment that the bearer token opens, cancelled or not. */
export function getAppointment(ports: GetAppointmentPorts) {
  return async (request: HttpRequest): Promise<HttpAnswer> => {
    const told = await ports.read(await authorise(request, ports));
    if (!told) throw noSuchAppointment();
    return privately(appointmentBody(told));
  };
}
