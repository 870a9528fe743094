import { InvalidActionError } from './errors';
import { isE164 } from './format';
import type { Manner, PhoneRecord, Store } from './records';
import { behaviours, isLive } from './records';

/** What a phone does by itself, as it is asked for. */
export interface BehaviourSetting extends Manner {
  /** For the next so many calls; until changed when absent. */
  readonly times?: number;
}

export interface Phones {
  /** Every number called or set so far, oldest first. */
  readonly all: () => readonly PhoneRecord[];
  /** What the phone will do in a call that is dialled now; uses up one of `times`. */
  readonly takeManner: (number: string) => Manner;
  readonly set: (number: string, setting: BehaviourSetting) => void;
  /** The live call the phone rings with or talks in. */
  readonly callOf: (number: string) => string | null;
  readonly engage: (number: string, callSid: string) => void;
  readonly free: (number: string, callSid: string) => void;
  readonly hear: (number: string, line: string) => void;
  readonly heardBy: (number: string) => readonly string[];
}

/** Greetings and detection beyond ten minutes are typing errors. */
const LONGEST_MS = 600_000;

/** The phones of the world outside: people, machines, and what they heard. */
export function createPhones(store: Store): Phones {
  const engaged = new Map<string, string>();
  for (const call of store.calls.values()) {
    if (isLive(call.status) && call.dialledAt !== null) engaged.set(call.to, call.sid);
  }
  const lines = new Map<string, string[]>();
  for (const { number, line } of store.heard.values()) lines.set(number, [...(lines.get(number) ?? []), line]);
  let nextLine = store.heard.size;

  const phone = (number: string): PhoneRecord => {
    const known = store.phones.get(number);
    if (known) return known;
    const made: PhoneRecord = { number, behaviour: 'manual', times: null };
    store.phones.put(number, made);
    return made;
  };

  return {
    all: () => [...store.phones.values()],
    takeManner: (number) => {
      const setting = phone(number);
      const { number: _, times, ...manner } = setting;
      if (times !== null) {
        store.phones.put(
          number,
          times > 1 ? { ...setting, times: times - 1 } : { number, behaviour: 'manual', times: null },
        );
      }
      return manner;
    },
    set: (number, { times, ...manner }) => {
      if (!isE164(number))
        throw new InvalidActionError(`${number} is no phone number: + and 7 to 15 digits are needed`);
      if (!behaviours.includes(manner.behaviour)) {
        throw new InvalidActionError(`behaviour must be one of ${behaviours.join(', ')}`);
      }
      if (times !== undefined && !(Number.isInteger(times) && times >= 1)) {
        throw new InvalidActionError('times must be a whole number of at least 1');
      }
      for (const name of ['detectionMs', 'greetingMs'] as const) {
        const ms = manner[name];
        if (ms !== undefined && !(Number.isInteger(ms) && ms >= 0 && ms <= LONGEST_MS)) {
          throw new InvalidActionError(`${name} must be a whole number from 0 to ${LONGEST_MS}`);
        }
      }
      if (manner.behaviour !== 'voicemail' && (manner.greetingMs !== undefined || manner.beep !== undefined)) {
        throw new InvalidActionError('greetingMs and beep belong to a voicemail');
      }
      store.phones.put(number, { number, ...manner, times: times ?? null });
    },
    callOf: (number) => engaged.get(number) ?? null,
    engage: (number, callSid) => void engaged.set(number, callSid),
    free: (number, callSid) => {
      if (engaged.get(number) === callSid) engaged.delete(number);
    },
    hear: (number, line) => {
      const own = lines.get(number);
      if (own) own.push(line);
      else lines.set(number, [line]);
      store.heard.put(String(nextLine), { number, line });
      nextLine += 1;
    },
    heardBy: (number) => lines.get(number) ?? [],
  };
}
