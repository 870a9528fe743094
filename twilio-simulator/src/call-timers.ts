import type { SimulatorPorts } from './ports';

/** Ring time-outs, time limits and the like of each live call, by name. */
export interface CallTimers {
  readonly arm: (sid: string, name: string, at: number, kind: 'carrier' | 'phone', run: () => void) => void;
  readonly disarm: (sid: string, name: string) => void;
  readonly disarmAll: (sid: string) => void;
}

export function createCallTimers(ports: Pick<SimulatorPorts, 'arm'>): CallTimers {
  const timers = new Map<string, Map<string, () => void>>();
  const disarm: CallTimers['disarm'] = (sid, name) => {
    timers.get(sid)?.get(name)?.();
    timers.get(sid)?.delete(name);
  };
  return {
    disarm,
    arm: (sid, name, at, kind, run) => {
      disarm(sid, name);
      const own = timers.get(sid) ?? new Map<string, () => void>();
      timers.set(sid, own);
      own.set(name, ports.arm({ at, kind, what: `${name} of ${sid}`, run }));
    },
    disarmAll: (sid) => {
      for (const stop of timers.get(sid)?.values() ?? []) stop();
      timers.delete(sid);
    },
  };
}
