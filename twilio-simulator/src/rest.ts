import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Calls } from './calls';
import type { Conferences } from './conferences';
import { present } from './conferences';
import { RestError } from './errors';
import type { Form } from './form';
import { INVALID_PARAMETER, readForm } from './form';
import type { SimulatorPorts } from './ports';
import type { CallRecord, ConferenceRecord, ParticipantRecord, Store } from './records';
import { isLive } from './records';
import { newCall, updateCall } from './rest-calls';
import { page, within } from './rest-pages';
import { callView, conferenceView, participantView } from './views';

export interface RestPorts {
  readonly accountSid: string;
  readonly authToken: string;
  readonly allowedFrom: readonly string[] | undefined;
  readonly fault: ((request: RestRequest) => RestFault) | undefined;
  readonly ports: SimulatorPorts;
  readonly store: Store;
  readonly calls: Calls;
  readonly conferences: Conferences;
  readonly newSid: (prefix: 'RQ') => string;
  readonly warn: (code: number, message: string, callSid: string | null) => void;
}

export interface RestRequest {
  readonly method: string;
  readonly path: string;
}
export type RestFault = 'pass' | 'throttle' | 'drop-answer';

interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  readonly body: string;
}
interface Answer {
  readonly status: number;
  readonly json: Record<string, unknown> | null;
  /** Done once the answer is on its way: a call is dialled after its create is acknowledged. */
  readonly afterwards?: () => void;
}

const LARGEST_REQUEST = 1024 * 1024;

/** Twilio's REST API for calls, conferences and participants, as far as it is simulated. */
export function createRestApi(deps: RestPorts): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const route = createRoutes(deps);
  return async (incoming, outgoing) => {
    const done = deps.ports.begin('a request to the carrier');
    try {
      const fault =
        deps.fault?.({ method: incoming.method ?? 'GET', path: (incoming.url ?? '/').split('?')[0] ?? '/' }) ?? 'pass';
      const answer = await answerTo(incoming, fault);
      await deps.ports.flushed();
      if (fault === 'drop-answer') {
        outgoing.destroy();
        answer.afterwards?.();
        return;
      }
      const text = answer.json === null ? '' : JSON.stringify(answer.json);
      outgoing.writeHead(answer.status, {
        'Twilio-Request-Id': deps.newSid('RQ'),
        'Twilio-Concurrent-Requests': '1',
        ...(answer.json === null ? {} : { 'Content-Type': 'application/json' }),
        ...(answer.status === 401 ? { 'WWW-Authenticate': 'Basic realm="Twilio API"' } : {}),
        ...(answer.status === 204 ? {} : { 'Content-Length': Buffer.byteLength(text) }),
      });
      outgoing.end(text);
      answer.afterwards?.();
    } catch {
      // What could not be kept must not be acknowledged: the client sees a broken connection, an unknown outcome.
      outgoing.destroy();
    } finally {
      done();
    }
  };

  async function answerTo(incoming: IncomingMessage, fault: RestFault): Promise<Answer> {
    try {
      if (fault === 'throttle') throw new RestError(429, 20_429, 'Too Many Requests');
      // A path may begin with two slashes, which alone would name a host.
      const url = new URL(`http://carrier${incoming.url ?? '/'}`);
      return route({
        method: incoming.method ?? 'GET',
        path: url.pathname,
        query: url.searchParams,
        authorization: incoming.headers.authorization,
        body: await bodyOf(incoming),
      });
    } catch (fault) {
      const error =
        fault instanceof RestError
          ? fault
          : new RestError(
              500,
              20_500,
              `The simulator failed: ${fault instanceof Error ? (fault.stack ?? '') : String(fault)}`,
            );
      return {
        status: error.status,
        json: {
          code: error.code,
          message: error.message,
          more_info: `https://www.twilio.com/docs/errors/${error.code}`,
          status: error.status,
        },
      };
    }
  }
}

function createRoutes(deps: RestPorts): (request: Request) => Answer {
  const { accountSid, store, calls, conferences } = deps;
  const ok = (json: Record<string, unknown>): Answer => ({ status: 200, json });
  const gone: Answer = { status: 204, json: null };
  const expected = Buffer.from(`Basic ${Buffer.from(`${accountSid}:${deps.authToken}`).toString('base64')}`);

  const showCall = (call: CallRecord): Record<string, unknown> => callView(call, accountSid);
  const showConference = (conference: ConferenceRecord): Record<string, unknown> =>
    conferenceView(conference, accountSid);

  const onCalls = (request: Request, form: Form): Answer => {
    if (request.method === 'POST') {
      const notes: [number, string][] = [];
      const wanted = newCall(form, {
        allowedFrom: deps.allowedFrom,
        warn: (code, message) => void notes.push([code, message]),
      });
      const call = calls.create(wanted);
      for (const [code, message] of notes) deps.warn(code, message, call.sid);
      return { status: 201, json: showCall(call), afterwards: () => calls.dial(call.sid) };
    }
    const to = form.text('To');
    const from = form.text('From');
    const status = form.text('Status');
    const parent = form.text('ParentCallSid');
    const started = within(form, 'StartTime');
    const ended = within(form, 'EndTime');
    const found = [...store.calls.values()]
      .filter(
        (call) =>
          (to === null || call.to === to) &&
          (from === null || call.from === from) &&
          (status === null || call.status === status) &&
          // No call here was dialled by another.
          parent === null &&
          started(call.dialledAt) &&
          ended(call.endedAt),
      )
      .toReversed();
    return ok(page('calls', found, form, request, showCall));
  };

  const onCall = (request: Request, form: Form, call: CallRecord): Answer => {
    switch (request.method) {
      case 'POST':
        updateCall(form, call, calls);
        return ok(showCall(store.calls.get(call.sid) ?? call));
      case 'DELETE':
        if (isLive(call.status)) throw new RestError(400, 20_009, 'A call that is not over cannot be deleted');
        calls.remove(call.sid);
        return gone;
      default:
        return ok(showCall(call));
    }
  };

  const onConferences = (request: Request, form: Form): Answer => {
    const name = form.text('FriendlyName');
    // The default since 30 September 2026; a room with one who waits is `init` and must be asked for by name.
    const status = form.text('Status') ?? 'in-progress';
    const created = within(form, 'DateCreated');
    const updated = within(form, 'DateUpdated');
    const found = [...store.conferences.values()]
      .filter(
        (conference) =>
          conference.status === status &&
          (name === null || conference.name === name) &&
          created(conference.createdAt) &&
          updated(conference.updatedAt),
      )
      .toReversed();
    return ok(page('conferences', found, form, request, showConference));
  };

  const onConference = (request: Request, form: Form, conference: ConferenceRecord): Answer => {
    if (request.method === 'POST') {
      form.cannot('AnnounceUrl', 'AnnounceMethod');
      const status = form.text('Status');
      form.nothingElse();
      if (status !== null && status !== 'completed')
        throw new RestError(400, INVALID_PARAMETER, 'Status must be completed');
      if (status === 'completed') conferences.end(conference.sid);
    }
    return ok(showConference(store.conferences.get(conference.sid) ?? conference));
  };

  const onParticipants = (request: Request, form: Form, conference: ConferenceRecord | undefined): Answer => {
    if (request.method === 'POST') {
      throw new RestError(
        400,
        INVALID_PARAMETER,
        'Creating a participant is not simulated: create a call whose TwiML dials the conference',
      );
    }
    if (conference === undefined) throw notFound(request.path);
    const muted = form.boolean('Muted');
    const hold = form.boolean('Hold');
    const coaching = form.boolean('Coaching');
    const found = (conference.status === 'completed' ? [] : present(conference)).filter(
      (participant) =>
        (muted === null || participant.muted === muted) &&
        (hold === null || participant.hold === hold) &&
        coaching !== true,
    );
    return ok(
      page('participants', found, form, request, (participant) =>
        participantView(participant, conference.sid, accountSid),
      ),
    );
  };

  const onParticipant = (
    request: Request,
    form: Form,
    conference: ConferenceRecord,
    participant: ParticipantRecord,
  ): Answer => {
    switch (request.method) {
      case 'POST': {
        form.cannot(
          'HoldUrl',
          'HoldMethod',
          'AnnounceUrl',
          'AnnounceMethod',
          'WaitUrl',
          'WaitMethod',
          'BeepOnExit',
          'Coaching',
          'CallSidToCoach',
        );
        const muted = form.boolean('Muted');
        const hold = form.boolean('Hold');
        const endConferenceOnExit = form.boolean('EndConferenceOnExit');
        form.nothingElse();
        conferences.update(conference.sid, participant.callSid, {
          ...(muted === null ? {} : { muted }),
          ...(hold === null ? {} : { hold }),
          ...(endConferenceOnExit === null ? {} : { endConferenceOnExit }),
        });
        break;
      }
      case 'DELETE':
        conferences.leave(participant.callSid, 'participant_updated_via_api', 'kicked');
        return gone;
      default:
    }
    const now = store.conferences
      .get(conference.sid)
      ?.participants.findLast(({ callSid }) => callSid === participant.callSid);
    return ok(participantView(now ?? participant, conference.sid, accountSid));
  };

  const allow = (request: Request, ...methods: readonly string[]): void => {
    if (!methods.includes(request.method)) throw new RestError(405, 20_004, 'Method not allowed');
  };
  const callOf = (sid: string, path: string): CallRecord => {
    const call = store.calls.get(sid);
    if (call === undefined) throw notFound(path);
    return call;
  };
  /** By SID; participants may also be asked for by the name of a running room. */
  const conferenceOf = (key: string): ConferenceRecord | undefined =>
    store.conferences.get(key) ?? conferences.active(key);

  return (request) => {
    const given = Buffer.from(request.authorization ?? '');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw new RestError(401, 20_003, 'Authenticate');
    }
    const form = readForm(request.method === 'POST' ? new URLSearchParams(request.body) : request.query);
    const parts = request.path
      .replace(/\.json$/, '')
      .split('/')
      .slice(1)
      .map(decoded);
    const [version, accounts, account, resource, key, sub, subKey, ...rest] = parts;
    if (version !== '2010-04-01' || accounts !== 'Accounts' || account !== accountSid || rest.length > 0)
      throw notFound(request.path);

    if (resource === 'Calls' && sub === undefined) {
      if (key === undefined) {
        allow(request, 'GET', 'POST');
        return onCalls(request, form);
      }
      allow(request, 'GET', 'POST', 'DELETE');
      return onCall(request, form, callOf(key, request.path));
    }
    if (resource === 'Conferences') {
      if (key === undefined) {
        allow(request, 'GET');
        return onConferences(request, form);
      }
      if (sub === 'Participants' && subKey === undefined) {
        allow(request, 'GET', 'POST');
        return onParticipants(request, form, conferenceOf(key));
      }
      const conference = sub === undefined ? store.conferences.get(key) : conferenceOf(key);
      if (conference === undefined) throw notFound(request.path);
      if (sub === undefined) {
        allow(request, 'GET', 'POST');
        return onConference(request, form, conference);
      }
      const participant =
        sub === 'Participants' && conference.status !== 'completed'
          ? present(conference).find(({ callSid, label }) => callSid === subKey || label === subKey)
          : undefined;
      if (participant === undefined) throw notFound(request.path);
      allow(request, 'GET', 'POST', 'DELETE');
      return onParticipant(request, form, conference, participant);
    }
    throw notFound(request.path);
  };
}

function notFound(path: string): RestError {
  return new RestError(404, 20_404, `The requested resource ${path} was not found`);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // A malformed escape names nothing that exists.
    return part;
  }
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    const bytes: Buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    size += bytes.length;
    if (size > LARGEST_REQUEST) throw new RestError(413, INVALID_PARAMETER, 'The request is too large');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}
