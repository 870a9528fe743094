import { flushMetrics, log, readConfig, secret } from '@appointments/runtime';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import * as z from 'zod';
import { TwilioSecret } from '../adapters/twilio-secret';
import { callForm, callPathOf, roomForm, verifyWebhook } from '../adapters/webhook';
import { tablePorts } from '../adapters/wiring';
import { isRoomOf, recordRoom, recordStatus } from '../app/hear-call';

const config = readConfig(z.object({ WEBHOOK_BASE_URL: z.url(), TWILIO_SECRET_NAME: z.string() }));
const table = tablePorts();
const verify = verifyWebhook(config.WEBHOOK_BASE_URL, secret(TwilioSecret, config.TWILIO_SECRET_NAME));
const ofCall = recordStatus(table);
const ofRoom = recordRoom(table);

/** What Twilio tells of calls and conferences; an error is answered 500, and Twilio tells it again. */
export async function handler(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  const path = callPathOf(event.rawPath);
  if (path?.what !== 'status' && path?.what !== 'conference') return { statusCode: 404 };
  const form = await verify(event);
  if (!form) {
    log.warn('Webhook refused: it is not signed by Twilio for this address', { path: event.rawPath });
    return { statusCode: 403 };
  }
  const { sessionId, leg, n } = path;
  const place = { sessionId, leg, n };
  if (path.what === 'status') {
    const call = callForm().safeParse(form);
    if (!call.success || call.data.CallStatus === undefined) return { statusCode: 400 };
    const { CallSid, CallStatus, SipResponseCode, Timestamp } = call.data;
    await ofCall({ place, callSid: CallSid, status: CallStatus, sipCode: SipResponseCode, at: Timestamp });
  } else {
    const room = roomForm().safeParse(form);
    if (!room.success || !isRoomOf({ id: sessionId }, room.data.FriendlyName, n)) return { statusCode: 400 };
    const { FriendlyName, StatusCallbackEvent, ConferenceSid, CallSid } = room.data;
    const { ReasonParticipantLeft, ParticipantLabelEndingConference } = room.data;
    // Events that were not asked for are taken note of by nobody.
    if (StatusCallbackEvent !== undefined)
      await ofRoom({
        place,
        room: FriendlyName,
        event: StatusCallbackEvent,
        conferenceSid: ConferenceSid,
        callSid: CallSid,
        hungUp: ReasonParticipantLeft === 'participant_hung_up',
        endedBy: ParticipantLabelEndingConference,
      });
  }
  flushMetrics();
  return { statusCode: 204 };
}
