import { subscribe } from 'node:diagnostics_channel';
import { Agent } from 'node:http';

/** A handler that is going to be cut off. */
export interface Condemned {
  /** One point of its run: ends the thread if this is where, and lets it go on otherwise. */
  readonly point: (where: string) => void;
  /** It got further than it was to: ends the thread in any case. */
  readonly now: (where: string) => never;
}

/**
 * Condemns the handler that this thread is about to run: it survives so many points, and at the next the thread ends as if
 * the machine had lost its power. A point is the handler's beginning, each call it makes over HTTP (before anything of it
 * is written) and each answer to one (before the handler sees it). No point comes again: the thread takes no other handler.
 */
export function condemn(survives: number, lastWords: (where: string) => void): Condemned {
  let left = survives;
  const now = (where: string): never => {
    lastWords(where);
    // Ends this thread alone, and nothing of it runs any more.
    process.exit(1);
  };
  const point = (where: string) => {
    if (left === 0) now(where);
    left -= 1;
  };
  beforeEachRequest(() => point('before a call'));
  subscribe('http.client.response.finish', () => point('after a call, before its answer'));
  subscribe('undici:request:create', () => point('before a call'));
  subscribe('undici:request:headers', () => point('after a call, before its answer'));
  return { point, now };
}

/** Node has a channel for requests of `fetch` that are not yet written, but none for those of `node:http`. */
function beforeEachRequest(told: () => void): void {
  const addRequest: unknown = Reflect.get(Agent.prototype, 'addRequest');
  if (typeof addRequest !== 'function') throw new Error("This Node's http.Agent has no addRequest.");
  Reflect.set(Agent.prototype, 'addRequest', function (this: Agent, ...request: unknown[]) {
    told();
    Reflect.apply(addRequest, this, request);
  });
}
