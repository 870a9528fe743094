import { RestError } from './errors';
import { readForm } from './form';
import type { ConferenceRecord } from './records';
import { createCallRoutes } from './rest-calls';
import { createConferenceRoutes } from './rest-conferences';
import type { Answer, Request, RestContext } from './rest-context';
import { allow, notFound } from './rest-context';
import { createParticipantRoutes } from './rest-participants';

/** Finds what a path names and has it answered; throws RestError where Twilio would refuse. */
export function createRoutes(
  context: RestContext,
  knows: (authorization: string | undefined) => boolean,
): (request: Request, authorization: string | undefined, body: string) => Answer {
  const { store, conferences } = context;
  const callRoutes = createCallRoutes(context);
  const conferenceRoutes = createConferenceRoutes(context);
  const participantRoutes = createParticipantRoutes(context);
  /** By SID; participants may also be asked for by the name of a running room. */
  const conferenceOf = (key: string): ConferenceRecord | undefined =>
    store.conferences.get(key) ?? conferences.active(key);

  return (request, authorization, body) => {
    if (!knows(authorization)) throw new RestError(401, 20_003, 'Authenticate');
    const form = readForm(request.method === 'POST' ? new URLSearchParams(body) : request.query);
    const parts = request.path
      .replace(/\.json$/, '')
      .split('/')
      .slice(1)
      .map(decoded);
    const [version, accounts, account, resource, key, sub, subKey, ...rest] = parts;
    if (version !== '2010-04-01' || accounts !== 'Accounts' || account !== context.accountSid || rest.length > 0)
      throw notFound(request.path);

    if (resource === 'Calls' && sub === undefined) {
      if (key === undefined) {
        allow(request, 'GET', 'POST');
        return callRoutes.all(request, form);
      }
      allow(request, 'GET', 'POST', 'DELETE');
      const call = store.calls.get(key);
      if (call === undefined) throw notFound(request.path);
      return callRoutes.one(request, form, key, call);
    }
    if (resource === 'Conferences') {
      if (key === undefined) {
        allow(request, 'GET');
        return conferenceRoutes.all(request, form);
      }
      if (sub === undefined) {
        const conference = store.conferences.get(key);
        if (conference === undefined) throw notFound(request.path);
        allow(request, 'GET', 'POST');
        return conferenceRoutes.one(request, form, conference);
      }
      if (sub !== 'Participants') throw notFound(request.path);
      const conference = conferenceOf(key);
      if (subKey === undefined) {
        allow(request, 'GET', 'POST');
        return participantRoutes.all(request, form, key, conference);
      }
      if (conference === undefined) throw notFound(request.path);
      allow(request, 'GET', 'POST', 'DELETE');
      return participantRoutes.one(request, form, conference, subKey);
    }
    throw notFound(request.path);
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // A malformed escape names nothing that exists.
    return part;
  }
}
