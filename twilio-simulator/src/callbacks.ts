import { randomUUID } from 'node:crypto';
import type { Chaos } from './chaos';
import type { SimulatorPorts } from './ports';
import type { SendWebhook, Webhook, WebhookAnswer } from './webhooks';
import { createOrder } from './webhooks';

export interface CallbackPorts {
  readonly ports: SimulatorPorts;
  readonly send: SendWebhook;
  readonly chaos: Chaos;
  readonly warn: (code: number, message: string, callSid: string | null) => void;
}

export interface Callbacks {
  /** Sends a webhook whose answer matters, after those of the same call that were fired before it. */
  readonly request: (key: string, webhook: Webhook) => Promise<WebhookAnswer>;
  /** Sends a callback whose answer means nothing; that it failed is a matter for the debugger. */
  readonly notify: (key: string, webhook: Webhook) => void;
  /** Forgets the callbacks that are late. */
  readonly stop: () => void;
}

/** Webhooks in their order, and callbacks as the chaos has it. */
export function createCallbacks({ ports, send, chaos, warn }: CallbackPorts): Callbacks {
  const inOrder = createOrder(ports.begin);
  /** Until when the callbacks of a call or room wait for one that is late. */
  const heldUntil = new Map<string, number>();
  const late = new Set<() => void>();

  const request: Callbacks['request'] = (key, webhook) => inOrder(key, () => sendSafely(ports, send, webhook));
  const deliver = (key: string, webhook: Webhook): void => {
    void request(key, webhook).then(({ status, failure }) => {
      if (status < 200 || status > 299) {
        warn(11_200, `A callback failed: ${failure ?? `status ${status}`}`, key.startsWith('CA') ? key : null);
      }
    });
  };
  const deliverAt = (at: number, key: string, webhook: Webhook): void => {
    if (at <= ports.now()) {
      deliver(key, webhook);
      return;
    }
    const run = (): void => {
      late.delete(disarm);
      deliver(key, webhook);
    };
    const disarm = ports.arm({ at, kind: 'carrier', what: `a late callback of ${key}`, run });
    late.add(disarm);
  };

  return {
    request,
    notify: (key, webhook) => {
      const { lateByMs, holdsUp } = chaos.deliveryOf();
      const now = ports.now();
      const token = randomUUID();
      const held = heldUntil.get(key) ?? 0;
      if (held <= now) heldUntil.delete(key);
      for (const lateMs of lateByMs) {
        const at = lateMs > 0 && !holdsUp ? now + lateMs : Math.max(now + lateMs, held);
        if (holdsUp) heldUntil.set(key, Math.max(at, heldUntil.get(key) ?? 0));
        deliverAt(at, key, { ...webhook, token });
      }
    },
    stop: () => {
      for (const disarm of late) disarm();
      late.clear();
    },
  };
}

/** An address that cannot even be asked is a webhook that failed, not a fault of the simulator. */
async function sendSafely(ports: SimulatorPorts, send: SendWebhook, webhook: Webhook): Promise<WebhookAnswer> {
  try {
    // Nothing is told of a call before it is kept: a restart must not tell it differently.
    await ports.flushed();
    return await send(webhook);
  } catch (fault) {
    const failure = fault instanceof Error ? fault.message : String(fault);
    return { status: 0, contentType: '', body: '', url: webhook.url, failure };
  }
}
