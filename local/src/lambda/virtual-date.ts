import { workerData } from 'node:worker_threads';
import { readClock } from '../kernel/clock';

/**
 * Loaded before a bundle: the worker's `Date` reads the virtual clock. The prototype stays the same object, so that
 * `instanceof` holds across what was made before and after.
 */
function installVirtualDate(cell: Float64Array) {
  const RealDate = Date;
  const realNow = RealDate.now.bind(RealDate);
  const now = () => readClock(cell, realNow);

  const VirtualDate: DateConstructor = new Proxy(RealDate, {
    construct: (target, args: unknown[], newTarget) =>
      Reflect.construct(
        target,
        args.length === 0 ? [now()] : args,
        newTarget === VirtualDate ? target : newTarget,
      ) as Date,
    apply: () => new RealDate(now()).toString(),
    get: (target, key, receiver): unknown => (key === 'now' ? now : Reflect.get(target, key, receiver)),
  });
  Object.defineProperty(RealDate.prototype, 'constructor', { value: VirtualDate, configurable: true, writable: true });
  globalThis.Date = VirtualDate;
}

const data: unknown = workerData;
if (typeof data === 'object' && data !== null && 'clock' in data && data.clock instanceof SharedArrayBuffer) {
  installVirtualDate(new Float64Array(data.clock));
}
