import { RestError } from './errors';
import type { CallRecord } from './records';
import { isLive } from './records';
import { newCall, updateCall } from './rest-call-form';
import type { RestContext, Route } from './rest-context';
import { gone, ok } from './rest-context';
import { page, within } from './rest-pages';
import { callView } from './views';

/** `/Calls` and `/Calls/{Sid}`. */
export function createCallRoutes(context: RestContext): {
  readonly all: Route;
  readonly one: Route<[sid: string, call: CallRecord]>;
} {
  const { store, seen, calls } = context;
  const show = (call: CallRecord): Record<string, unknown> => callView(call, context);

  return {
    all: (request, form) => {
      if (request.method === 'POST') {
        const notes: [number, string][] = [];
        const wanted = newCall(form, {
          numbers: context.numbers,
          warn: (code, message) => void notes.push([code, message]),
        });
        const call = calls.create(wanted);
        for (const [code, message] of notes) context.warn(code, message, call.sid);
        return { status: 201, json: show(call), afterwards: () => calls.dial(call.sid) };
      }
      const to = form.text('To');
      const from = form.text('From');
      const status = form.text('Status');
      const parent = form.text('ParentCallSid');
      const started = within(form, 'StartTime');
      const ended = within(form, 'EndTime');
      const found = [...seen.calls.values()]
        .filter(
          (call) =>
            (to === null || call.to === to) &&
            (from === null || call.from === from) &&
            (status === null || call.status === status) &&
            (parent === null || call.parentSid === parent) &&
            started(call.dialledAt) &&
            ended(call.endedAt),
        )
        .toReversed();
      return ok(page('calls', found, form, request, show));
    },

    one: (request, form, sid, call) => {
      switch (request.method) {
        case 'POST':
          updateCall(form, call, calls);
          return ok(show(store.calls.get(sid) ?? call));
        case 'DELETE':
          form.nothingElse();
          if (isLive(call.status)) throw new RestError(400, 20_009, 'A call that is not over cannot be deleted');
          calls.remove(sid);
          return gone;
        default:
          form.nothingElse();
          return ok(show(seen.calls.get(sid) ?? call));
      }
    },
  };
}
