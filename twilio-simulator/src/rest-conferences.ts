import { RestError } from './errors';
import { INVALID_PARAMETER } from './form';
import type { ConferenceRecord } from './records';
import type { RestContext, Route } from './rest-context';
import { ok } from './rest-context';
import { page, within } from './rest-pages';
import { conferenceView } from './views';

/** An announcement before the conference has started; Twilio's own code for it is not known. */
export function notStarted(): RestError {
  return new RestError(400, INVALID_PARAMETER, 'Announcements need a conference that is in-progress');
}

/** `/Conferences` and `/Conferences/{Sid}`. */
export function createConferenceRoutes(context: RestContext): {
  readonly all: Route;
  readonly one: Route<[conference: ConferenceRecord]>;
} {
  const { store, seen, conferences } = context;
  const show = (conference: ConferenceRecord): Record<string, unknown> =>
    conferenceView(conference, context.accountSid);

  return {
    all: (request, form) => {
      const name = form.text('FriendlyName');
      // The default since 30 September 2026; a room with one who waits is `init` and must be asked for by name.
      const status = form.text('Status') ?? 'in-progress';
      const created = within(form, 'DateCreated');
      const updated = within(form, 'DateUpdated');
      const found = [...seen.conferences.values()]
        .filter(
          (conference) =>
            conference.status === status &&
            (name === null || conference.name === name) &&
            created(conference.createdAt) &&
            updated(conference.updatedAt),
        )
        .toReversed();
      return ok(page('conferences', found, form, request, show));
    },

    one: (request, form, conference) => {
      const { sid } = conference;
      if (request.method !== 'POST') {
        form.nothingElse();
        return ok(show(seen.conferences.get(sid) ?? conference));
      }
      const announcement = form.hook('AnnounceUrl', 'AnnounceMethod', 21_205);
      const status = form.text('Status');
      form.nothingElse();
      if (status !== null && status !== 'completed')
        throw new RestError(400, INVALID_PARAMETER, 'Status must be completed');
      if (announcement !== null && conference.status !== 'in-progress') throw notStarted();
      if (announcement !== null) conferences.announce(sid, announcement, null);
      if (status === 'completed') conferences.end(sid);
      return ok(show(store.conferences.get(sid) ?? conference));
    },
  };
}
