import { createHash } from 'node:crypto';
import { AppointmentAmended } from '@appointments/events';
import {
  checked,
  isPhoneCode,
  Problem,
  verifyEmailToken,
  type HttpAnswer,
  type HttpRequest,
  type LinkKeys,
} from '@appointments/runtime';
import { MAY_AMEND, particularsOf, type Appointment } from '../domain/appointment';
import { isCodeDead, prove, wrongCode, type Proof } from '../domain/proof';
import { busy, confirmedBody, privately, stateForbids } from './answers';
import type { ApplyCallEventPorts } from './apply-call-event';
import { noSuchAppointment } from './authorise';
import type { ChangePorts } from './change-appointment';
import { ConfirmAppointment } from './schemas';

export interface ConfirmPorts extends Pick<ApplyCallEventPorts, 'find' | 'record'>, Pick<ChangePorts, 'save'> {
  readonly linkKeys: () => Promise<LinkKeys>;
  readonly now: () => Date;
}

/** As `busy` is said elsewhere: somebody wrote in between every time. */
const TRIES = 5;

/** The tag that stands for a client's number in what is kept of the codes. */
export function tagOf(appointmentId: string, phone: string): string {
  return createHash('sha256').update(`${appointmentId}\n${phone}`).digest('base64url').slice(0, 16);
}

/**
 * Takes the proof that an e-mail address or a number is the client's. No manage token is needed: whoever booked has one at
 * once, so it proves nothing, while the token of the mail and the code of the text reach their owners alone.
 */
export function confirmAppointment(ports: ConfirmPorts) {
  return async (request: HttpRequest): Promise<HttpAnswer> => {
    const appointmentId = request.parameters['appointmentId'] ?? '';
    const asked = checked(ConfirmAppointment, request.json);
    const keys = await ports.linkKeys();
    for (let tried = 0; tried < TRIES; tried++) {
      const now = ports.now();
      const appointment = await ports.find(appointmentId);
      const { emailToken, phoneCode } = asked;
      if (emailToken !== undefined) {
        if (!appointment || !verifyEmailToken(keys, aboutEmail(appointment), emailToken, now))
          throw noSuchAppointment();
        const answer = await take(ports, appointment, 'email', now);
        if (answer) return answer;
      } else if (phoneCode !== undefined) {
        // A stranger cannot tell a wrong code from an appointment that does not exist.
        if (!appointment) throw notTheCode();
        const answer = await takeCode(ports, appointment, { keys, phoneCode, now, requestId: request.requestId });
        if (answer) return answer;
      }
    }
    throw busy();
  };
}

function aboutEmail({ appointmentId, client }: Appointment) {
  return { appointmentId, email: client.email };
}

/** The answer, or `undefined` where somebody else wrote in between. */
async function take(
  ports: ConfirmPorts,
  appointment: Appointment,
  what: Proof,
  now: Date,
): Promise<HttpAnswer | undefined> {
  const change = prove(appointment, what, now);
  // What is proven stays so, whatever became of the appointment; the link may be opened twice.
  if (!change) return privately(confirmedBody(appointment));
  if (!MAY_AMEND.includes(appointment.status)) throw stateForbids(appointment, 'confirmed');
  const event = AppointmentAmended.create(particularsOf(change.appointment), { occurredAt: now.toISOString() });
  const outcome = await ports.save({ before: appointment, change, event, claims: 'keep' }, now);
  return outcome === 'saved' ? privately(confirmedBody(change.appointment)) : undefined;
}

async function takeCode(
  ports: ConfirmPorts,
  appointment: Appointment,
  asked: { readonly keys: LinkKeys; readonly phoneCode: string; readonly now: Date; readonly requestId: string },
): Promise<HttpAnswer | undefined> {
  const { appointmentId, client } = appointment;
  const number = tagOf(appointmentId, client.phone);
  if (isCodeDead(appointment, number)) throw tooManyAttempts();
  if (isPhoneCode(asked.keys, { appointmentId, phone: client.phone }, asked.phoneCode))
    return take(ports, appointment, 'phone', asked.now);
  const { appointment: after, entry } = wrongCode(appointment, number, asked.now);
  // Counted before it is answered: who guesses many at once is held to as many.
  const outcome = await ports.record({
    appointmentId,
    // Each request counts for itself: two that differ in nothing else are still two tries.
    eventId: `wrong-code:${asked.requestId}`,
    entry,
    before: appointment,
    after,
  });
  if (outcome === 'overtaken') return undefined;
  throw isCodeDead(after, number) ? tooManyAttempts() : notTheCode();
}

function notTheCode(): Problem {
  return new Problem({
    status: 400,
    slug: 'wrong-code',
    title: 'This is not the code that was texted',
    errors: [{ path: 'phoneCode', message: 'is not the code that was texted' }],
  });
}

function tooManyAttempts(): Problem {
  return new Problem({
    status: 429,
    slug: 'too-many-attempts',
    title: 'Too many wrong codes were sent',
    errors: [{ path: 'phoneCode', message: 'is no longer taken; another number gets another code' }],
  });
}

/** The appointment has had codes sent to as many numbers as it may. */
export function tooManyNumbers(): Problem {
  return new Problem({
    status: 429,
    slug: 'too-many-numbers',
    title: 'Codes were texted to as many numbers as one appointment may have',
    errors: [{ path: 'phone', message: 'cannot be changed to yet another number' }],
  });
}
