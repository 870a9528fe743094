import type { HttpRequest } from '../src/http';

/** A request to a staff endpoint of an appointment, as a use case is handed it. */
export function requestAbout(appointmentId: string): HttpRequest {
  return {
    requestId: 'r',
    method: 'GET',
    path: '/',
    sourceIp: undefined,
    headers: {},
    query: {},
    parameters: { appointmentId },
    json: undefined,
  };
}
