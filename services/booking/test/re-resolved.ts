import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { jsonRoute } from '@appointments/runtime';
import type { AppointmentStore } from '../src/adapters/appointment-store';
import { reResolveAppointment } from '../src/app/re-resolve-appointment';
import type { ZoneRules } from '../src/domain/re-resolve';
import type { Answered } from './api';

/** `POST /staff/appointments/{appointmentId}/re-resolve` as API Gateway would call it, by any rules. */
export function reResolved(store: AppointmentStore, rules: ZoneRules, now: () => Date) {
  const route = jsonRoute(
    { problemBase: 'https://book.example.com/problems', body: 'optional' },
    reResolveAppointment({ ...store, rules, now }),
  );
  return async (appointmentId: string, body?: unknown): Promise<Pick<Answered, 'status' | 'json'>> => {
    const answer = await route({
      routeKey: 'POST /staff/appointments/{appointmentId}/re-resolve',
      rawPath: `/staff/appointments/${appointmentId}/re-resolve`,
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      pathParameters: { appointmentId },
      requestContext: { requestId: 'req-1', http: { method: 'POST' } },
      body: body === undefined ? undefined : JSON.stringify(body),
    } as unknown as APIGatewayProxyEventV2);
    // oxlint-disable-next-line typescript/no-unsafe-assignment
    return { status: answer.statusCode ?? 0, json: JSON.parse(answer.body ?? '{}') };
  };
}
