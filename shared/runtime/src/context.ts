import { AsyncLocalStorage } from 'node:async_hooks';
import { FOR_REAL_PREFIX, type Cause } from '@appointments/events';

/** What is being handled right now, for log lines, causes and the replay guard. */
export interface HandlingContext {
  readonly correlationId?: string | undefined;
  /** The request of the HTTP API that is being answered. */
  readonly requestId?: string | undefined;
  readonly cause?: Cause | undefined;
  readonly replayName?: string | undefined;
}

const storage = new AsyncLocalStorage<HandlingContext>();

export function within<T>(context: HandlingContext, work: () => T): T {
  return storage.run(context, work);
}

export function handlingContext(): HandlingContext {
  return storage.getStore() ?? {};
}

/** Thrown where an effect is attempted while a replayed event is handled: a replay rebuilds, it never acts by accident. */
export class ReplayMayNotAct extends Error {
  override readonly name = 'ReplayMayNotAct';
}

/** Throws {@link ReplayMayNotAct} while an event of a replay that is not meant for real is handled. */
export function assertMayAct(what: string): void {
  const { replayName } = handlingContext();
  if (replayName !== undefined && !replayName.startsWith(FOR_REAL_PREFIX)) {
    throw new ReplayMayNotAct(`${what} was attempted while the replay ${replayName} is handled`);
  }
}
