import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod';
import type { Clock } from './clock';
import { FASTEST } from './clock';
import { InvalidActionError, PhoneCannotError } from './errors';
import { actions } from './people';
import { behaviours } from './records';
import { bodyOf, pathOf, restFaults } from './rest';
import type { TwilioSimulator } from './simulator';

export interface ControlOptions {
  /** The simulator's own clock, where it may be frozen, run faster and moved. @default the clock is not controlled */
  readonly clock?: Clock;
  /** Files of a page, by the path they are asked at. @default none */
  readonly file?: (path: string) => { readonly type: string; readonly body: string } | undefined;
}

const millis = z.exactOptional(z.int().nonnegative());
const ActBody = z.strictObject({
  do: z.enum(actions),
  digit: z.exactOptional(z.string()),
  text: z.exactOptional(z.string()),
});
const BehaviourBody = z.strictObject({
  behaviour: z.enum(behaviours),
  times: z.exactOptional(z.int().positive()),
  detectionMs: millis,
  greetingMs: millis,
  beep: z.exactOptional(z.boolean()),
});
const probability = z.exactOptional(z.number().min(0).max(1));
const CallbacksBody = z.strictObject({
  drop: probability,
  duplicate: probability,
  delay: probability,
  reorder: probability,
  delaySeconds: z.exactOptional(z.number().min(0).max(3600)),
});
const RestBody = z.strictObject({
  fault: z.enum(restFaults),
  times: z.exactOptional(z.int().positive()),
  method: z.exactOptional(z.enum(['GET', 'POST', 'DELETE'])),
});
const ClockBody = z.union([
  z.strictObject({ speed: z.number().min(0).max(FASTEST) }),
  z.strictObject({ advanceSeconds: z.number().min(0).max(86_400) }),
]);

/** A request to the controls that cannot be done. */
class Refused extends Error {
  override readonly name = 'Refused';
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Changes that come together are shown together. */
const SETTLING_MS = 30;

/**
 * The controls over HTTP, for a page or a test in another process: everything that functions of the simulator do.
 * Answers false for what is not theirs. There is no password: whoever reaches the port may use them.
 */
export function createControls(
  simulator: TwilioSimulator,
  now: () => number,
  options: ControlOptions,
): (incoming: IncomingMessage, outgoing: ServerResponse) => boolean {
  const { clock, file } = options;
  const state = (): Record<string, unknown> => ({
    now: new Date(now()).toISOString(),
    speed: clock?.speed() ?? null,
    phones: simulator.phones(),
    earshot: simulator.earshot(),
    behaviours: simulator.behaviours(),
    calls: simulator.calls(),
    conferences: simulator.conferences(),
    warnings: simulator.warnings(),
    chaos: {
      seed: simulator.chaos.seed,
      callbacks: simulator.chaos.callbackFaults(),
      planned: simulator.chaos.planned(),
    },
  });
  const changed = new Set<() => void>();

  const control = async (incoming: IncomingMessage, path: string): Promise<void> => {
    const body = async <T>(schema: z.ZodType<T>): Promise<T> => parsed(schema, await jsonOf(incoming));
    const phone = /^\/_simulator\/phones\/([^/]+)(\/behaviour)?$/.exec(path);
    if (phone) {
      const number = decodeURIComponent(phone[1] ?? '').replace(/^(?!\+)/, '+');
      if (phone[2] === undefined) {
        only(incoming, 'POST');
        await simulator.act(number, await body(ActBody));
      } else {
        only(incoming, 'PUT');
        simulator.setBehaviour(number, await body(BehaviourBody));
      }
      return;
    }
    switch (path) {
      case '/_simulator/state':
        only(incoming, 'GET');
        return;
      case '/_simulator/chaos':
        only(incoming, 'DELETE');
        simulator.chaos.calm();
        return;
      case '/_simulator/chaos/callbacks':
        only(incoming, 'POST');
        simulator.chaos.disturbCallbacks(await body(CallbacksBody));
        return;
      case '/_simulator/chaos/rest': {
        only(incoming, 'POST');
        const { fault, ...when } = await body(RestBody);
        simulator.chaos.failNext(fault, when);
        return;
      }
      case '/_simulator/clock': {
        only(incoming, 'POST');
        const wanted = await body(ClockBody);
        if (clock === undefined) throw new Refused(409, 'The clock of this simulator is not its own');
        if ('speed' in wanted) clock.setSpeed(wanted.speed);
        else await clock.advance(wanted.advanceSeconds * 1000);
        return;
      }
      default:
        throw new Refused(404, `There is no control ${path}`);
    }
  };

  const stream = (outgoing: ServerResponse): void => {
    outgoing.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    const show = (): void => void outgoing.write(`data: ${JSON.stringify(state())}\n\n`);
    let soon: NodeJS.Timeout | undefined;
    const later = (): void => {
      soon ??= setTimeout(() => {
        soon = undefined;
        show();
      }, SETTLING_MS);
    };
    changed.add(later);
    const stop = simulator.onChange(later);
    outgoing.on('close', () => {
      stop();
      changed.delete(later);
      clearTimeout(soon);
    });
    show();
  };

  const answer = (outgoing: ServerResponse, status: number, body: Record<string, unknown>): void => {
    outgoing.writeHead(status, { 'Content-Type': 'application/json' });
    outgoing.end(JSON.stringify(body));
  };

  return (incoming, outgoing) => {
    const path = pathOf(incoming);
    const page = file?.(path);
    if (page !== undefined) {
      outgoing.writeHead(200, { 'Content-Type': page.type });
      outgoing.end(page.body);
      return true;
    }
    if (!path.startsWith('/_simulator/')) return false;
    if (path === '/_simulator/events') {
      stream(outgoing);
      return true;
    }
    void control(incoming, path).then(
      () => {
        for (const tell of changed) tell();
        answer(outgoing, 200, state());
      },
      (fault: unknown) => answer(outgoing, statusOf(fault), { error: messageOf(fault) }),
    );
    return true;
  };
}

function only(incoming: IncomingMessage, method: string): void {
  if (incoming.method !== method) throw new Refused(405, `Use ${method}`);
}

async function jsonOf(incoming: IncomingMessage): Promise<unknown> {
  // A page of another site can send a form unasked, but no JSON.
  if (!/^application\/json\b/.test(incoming.headers['content-type'] ?? ''))
    throw new Refused(415, 'The body must be application/json');
  const text = await bodyOf(incoming);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Refused(400, `The body is no JSON: ${messageOf(cause)}`);
  }
}

function parsed<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new Refused(400, z.prettifyError(result.error));
}

function statusOf(fault: unknown): number {
  if (fault instanceof Refused) return fault.status;
  if (fault instanceof PhoneCannotError) return 409;
  // A malformed escape in a path names no phone.
  return fault instanceof InvalidActionError || fault instanceof URIError ? 400 : 500;
}

function messageOf(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault);
}
