import { NoAnswer } from '@appointments/twilio-simulator';
import type { RestFault, RestRequest, Transport, TransportRequest } from '@appointments/twilio-simulator';
import type { Faults } from '../kernel/faults';
import type { Kernel } from '../kernel/types';

/** Taken for a callback that is held back: what is answered to one means nothing to the carrier. */
const TAKEN = { status: 204, headers: {}, body: '' };

/**
 * Webhooks over a network that loses, repeats and holds back. Of those lost, half lose this one try, so that the carrier's
 * own rules and the overrides in the URL decide whether there is another; the other half lose every try, for with a few
 * repeats nothing else would ever be lost for good. Of a repeated one the second answer counts. Only callbacks are held back: somebody is on the line while the carrier asks for a document, and waits.
 */
export function unreliable(
  send: Transport,
  { faults, clock, timers }: Pick<Kernel, 'faults' | 'clock' | 'timers'>,
): Transport {
  /** By the token that all tries of one webhook carry. */
  const lostForGood = new Set<string | undefined>();

  const isLost = ({ headers }: TransportRequest, where: string): boolean => {
    const token = headers['I-Twilio-Idempotency-Token'];
    if (lostForGood.has(token)) return true;
    if (!faults.strikes('drop', where)) return false;
    if (faults.oneOf(where, ['this try', 'every try']) === 'every try') lostForGood.add(token);
    return true;
  };

  const deliver = async (request: TransportRequest, where: string) => {
    if (faults.strikes('duplicate', where)) await send(request);
    return send(request);
  };

  return async (request) => {
    if (!faults.active) return send(request);
    // Without the ids of one call, so that the same is decided in every run.
    const where = `webhook ${request.url.pathname.split('/').at(-1)}`;
    if (isLost(request, where)) throw new NoAnswer('ct', 'Lost on purpose');
    const heldBackMs = isCallback(request) ? faults.holdBackMs(where) : 0;
    if (heldBackMs === 0) return deliver(request, where);
    timers.arm({
      at: clock.now() + heldBackMs,
      kind: 'held-back',
      what: `a ${where} held back`,
      run: async () => void (await deliver(request, where)),
    });
    return TAKEN;
  };
}

/** Callbacks of calls and conferences name their source or their event; what asks for a document does not. */
function isCallback({ body }: TransportRequest): boolean {
  const form = new URLSearchParams(body ?? '');
  return form.has('CallbackSource') || form.has('StatusCallbackEvent');
}

/** What befalls a request of a function to the carrier; requests while no function runs come from outside. */
export function carrierFault(faults: Faults, aFunctionRuns: () => boolean): (request: RestRequest) => RestFault {
  return ({ method, path }) => {
    if (!faults.active || !aFunctionRuns()) return 'pass';
    const where = `carrier ${method} ${path.replaceAll(/[A-Z]{2}[0-9a-f]{32}/g, '…')}`;
    if (faults.strikes('throttle', where)) return 'throttle';
    return method !== 'GET' && faults.strikes('drop', where) ? 'drop-answer' : 'pass';
  };
}
