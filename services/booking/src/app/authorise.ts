import { Problem, verifyManageToken, type HttpRequest, type LinkKeys } from '@appointments/runtime';

export interface AuthorisePorts {
  readonly linkKeys: () => Promise<LinkKeys>;
  readonly now: () => Date;
}

/** A stranger cannot tell an appointment that is not theirs from one that does not exist. */
export function noSuchAppointment(): Problem {
  return new Problem({ status: 404, slug: 'no-such-appointment', title: 'There is no such appointment' });
}

/** The id of the appointment that the request's bearer token opens. @throws Problem 401 without a token, 404 where it does not fit */
export async function authorise(request: HttpRequest, ports: AuthorisePorts): Promise<string> {
  const appointmentId = request.parameters['appointmentId'] ?? '';
  const token = /^Bearer +(\S+) *$/i.exec(request.headers['authorization'] ?? '')?.[1];
  if (token === undefined) {
    throw new Problem({
      status: 401,
      slug: 'token-missing',
      title: 'The token of the manage link is missing: send it as "Authorization: Bearer <token>"',
      headers: { 'www-authenticate': 'Bearer realm="appointments"' },
    });
  }
  if (!verifyManageToken(await ports.linkKeys(), appointmentId, token, ports.now())) throw noSuchAppointment();
  return appointmentId;
}
