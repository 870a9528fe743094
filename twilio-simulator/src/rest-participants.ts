import { RestError } from './errors';
import type { Form } from './form';
import { INVALID_PARAMETER } from './form';
import type { CallRecord, ConferenceRecord, ParticipantRecord } from './records';
import type { RestContext, Route } from './rest-context';
import { gone, notFound, ok } from './rest-context';
import { notStarted } from './rest-conferences';
import { page } from './rest-pages';
import { newParticipant } from './rest-participant-form';
import { present } from './rooms';
import { invitedView, participantView } from './views';

/** `/Conferences/{Sid or name}/Participants` and one of them, by call or label. */
export function createParticipantRoutes(context: RestContext): {
  readonly all: Route<[key: string, conference: ConferenceRecord | undefined]>;
  readonly one: Route<[conference: ConferenceRecord, key: string]>;
} {
  const { store, seen, calls, conferences, accountSid } = context;
  const invitedTo = ({ invited = [] }: ConferenceRecord): CallRecord[] =>
    invited.flatMap((callSid) => store.calls.get(callSid) ?? []);
  const show = (participant: ParticipantRecord, conferenceSid: string): Record<string, unknown> =>
    participantView(participant, conferenceSid, accountSid);

  const create = (form: Form, key: string, running: ConferenceRecord | undefined): ReturnType<Route> => {
    // A SID names a room that there is; any other name makes one.
    if (/^CF[0-9a-f]{32}$/i.test(key) && (running === undefined || running.status === 'completed')) throw notFound(key);
    const notes: [number, string][] = [];
    const { call: wanted, room } = newParticipant(form, running?.name ?? key, {
      numbers: context.numbers,
      warn: (code, message) => void notes.push([code, message]),
    });
    const here = running === undefined ? [] : present(running).map(({ label }) => label);
    const coming =
      running === undefined ? [] : invitedTo(running).map((call) => call.room?.attributes.participantLabel);
    if (room.participantLabel !== null && [...here, ...coming].includes(room.participantLabel)) {
      throw new RestError(400, 16_025, `A participant labelled ${room.participantLabel} is there already`);
    }
    if (here.length + coming.length >= Math.min(running?.maxParticipants ?? 250, room.maxParticipants)) {
      throw new RestError(400, 16_020, `Conference ${room.name} is full`);
    }
    if (room.coach !== null && !isPresent(running, room.coach)) throw nobodyToCoach(room.coach);
    const { sid } = calls.create(wanted);
    const conference = conferences.invite(sid, room);
    calls.bring(sid, { conferenceSid: conference.sid, attributes: room });
    for (const [code, message] of notes) context.warn(code, message, sid);
    const call = store.calls.get(sid);
    if (call === undefined) throw notFound(sid);
    return { status: 201, json: invitedView(call, conference.sid, accountSid), afterwards: () => calls.dial(sid) };
  };

  const update = (form: Form, conference: ConferenceRecord, participant: ParticipantRecord): void => {
    const { sid } = conference;
    const { callSid } = participant;
    const muted = form.boolean('Muted');
    const hold = form.boolean('Hold');
    const endConferenceOnExit = form.boolean('EndConferenceOnExit');
    const holdMusic = form.hook('HoldUrl', 'HoldMethod', 21_205);
    const waitMusic = form.hook('WaitUrl', 'WaitMethod', 21_205);
    const announcement = form.hook('AnnounceUrl', 'AnnounceMethod', 21_205);
    const coaching = form.boolean('Coaching');
    const coach = form.text('CallSidToCoach');
    // A sound that nobody hears here.
    form.boolean('BeepOnExit');
    form.nothingElse();
    if (announcement !== null && conference.status !== 'in-progress') throw notStarted();
    const wanted = coaching === false ? null : (coach ?? participant.coach ?? null);
    if (coaching === true && wanted === null) {
      throw new RestError(400, INVALID_PARAMETER, 'Coaching needs CallSidToCoach');
    }
    if (coach !== null && (coach === callSid || !isPresent(conference, coach))) throw nobodyToCoach(coach);
    conferences.update(sid, callSid, {
      ...(muted === null ? {} : { muted }),
      ...(hold === null ? {} : { hold }),
      ...(holdMusic === null ? {} : { holdMusic: { waitUrl: holdMusic.url, waitMethod: holdMusic.method } }),
      ...(endConferenceOnExit === null ? {} : { endConferenceOnExit }),
      ...(waitMusic === null ? {} : { waitMusic: { waitUrl: waitMusic.url, waitMethod: waitMusic.method } }),
      ...(coaching === null && coach === null ? {} : { coach: wanted }),
    });
    if (announcement !== null) conferences.announce(sid, announcement, callSid);
  };

  return {
    all: (request, form, key, conference) => {
      if (request.method === 'POST') return create(form, key, conference);
      const then = conference && (seen.conferences.get(conference.sid) ?? conference);
      if (then === undefined) throw notFound(request.path);
      const muted = form.boolean('Muted');
      const hold = form.boolean('Hold');
      const coaching = form.boolean('Coaching');
      const over = then.status === 'completed';
      const inside = (over ? [] : present(then))
        .filter(
          (participant) =>
            (muted === null || participant.muted === muted) &&
            (hold === null || participant.hold === hold) &&
            (coaching === null || ((participant.coach ?? null) !== null) === coaching),
        )
        .map((participant) => show(participant, then.sid));
      const outside = (over ? [] : invitedTo(then))
        .filter(({ room }) => (muted === null || room?.attributes.muted === muted) && hold !== true)
        .filter(({ room }) => coaching === null || (room?.attributes.coach !== null) === coaching)
        .map((call) => invitedView(call, then.sid, accountSid));
      return ok(page('participants', [...inside, ...outside], form, request, (view) => view));
    },

    one: (request, form, conference, key) => {
      const participant = present(conference).find(({ callSid, label }) => callSid === key || label === key);
      if (conference.status === 'completed') throw notFound(request.path);
      if (participant === undefined) {
        const call = invitedTo(conference).find(
          ({ sid, room }) => sid === key || room?.attributes.participantLabel === key,
        );
        if (call === undefined) throw notFound(request.path);
        if (request.method === 'POST') throw new RestError(400, 21_220, 'Call is not in-progress. Cannot update.');
        form.nothingElse();
        if (request.method === 'GET') return ok(invitedView(call, conference.sid, accountSid));
        calls.end(call.sid, 'canceled', 487);
        return gone;
      }
      const { callSid } = participant;
      switch (request.method) {
        case 'POST':
          update(form, conference, participant);
          break;
        case 'DELETE':
          form.nothingElse();
          conferences.leave(callSid, 'participant_updated_via_api', 'kicked');
          return gone;
        default: {
          form.nothingElse();
          const then = seen.conferences.get(conference.sid) ?? conference;
          return ok(show(then.participants.findLast((one) => one.callSid === callSid) ?? participant, conference.sid));
        }
      }
      const now = store.conferences.get(conference.sid)?.participants.findLast((one) => one.callSid === callSid);
      return ok(show(now ?? participant, conference.sid));
    },
  };
}

function isPresent(conference: ConferenceRecord | undefined, callSid: string): boolean {
  return conference !== undefined && present(conference).some((one) => one.callSid === callSid);
}

function nobodyToCoach(callSid: string): RestError {
  return new RestError(400, INVALID_PARAMETER, `CallSidToCoach: ${callSid} is not another participant of this room`);
}
