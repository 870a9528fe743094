import type { Calls } from './calls';
import type { Conferences } from './conferences';
import { InvalidActionError, PhoneCannotError } from './errors';
import { isE164 } from './format';
import type { Interpreter } from './interpreter';
import type { Phones } from './phones';
import type { Store } from './records';

export const actions = [
  'answer',
  'decline',
  'hangup',
  'press',
  'say',
  'voicemail',
  'busy',
  'no-answer',
  'unreachable',
] as const;

/**
 * What is done with a phone. A person can `answer`, `decline`, `hangup`, `press` a `digit` and `say` a `text`;
 * of a phone that rings, its `voicemail` can take the call, or it turns out `busy`, `no-answer` or `unreachable`.
 */
export interface PhoneAction {
  readonly do: (typeof actions)[number];
  readonly digit?: string;
  readonly text?: string;
}

const LONGEST_SPEECH = 4096;

export interface PeoplePorts {
  readonly store: Store;
  readonly phones: Phones;
  readonly calls: Calls;
  readonly conferences: Conferences;
  readonly interpreter: Interpreter;
  readonly earshotOf: (callSid: string) => readonly string[];
}

/** Does it, or throws PhoneCannotError where the phone's state does not allow it. */
export function createPeople(deps: PeoplePorts): (number: string, action: PhoneAction) => void {
  const { store, phones, calls, interpreter } = deps;

  /** An answer where one is waited for; in a conversation it is heard by the others. */
  const say = (callSid: string, text: string): void => {
    interpreter.give(callSid, { by: 'speech', text });
    for (const listener of deps.earshotOf(callSid)) {
      const number = store.calls.get(listener)?.to;
      if (number !== undefined) phones.hear(number, `“${text}”`);
    }
    deps.conferences.spoke(callSid);
  };

  return (number, action) => {
    if (!isE164(number)) throw new InvalidActionError(`${number} is no phone number: + and 7 to 15 digits are needed`);
    const callSid = phones.callOf(number);
    const status = callSid === null ? undefined : store.calls.get(callSid)?.status;
    const needs = (wanted: 'ringing' | 'in-progress'): string => {
      if (callSid !== null && status === wanted) return callSid;
      const state = status === 'ringing' ? 'is ringing' : status === 'in-progress' ? 'is in a call' : 'is idle';
      throw new PhoneCannotError(`${number} cannot ${action.do}: it ${state}`);
    };
    switch (action.do) {
      case 'answer':
        calls.answer(needs('ringing'));
        break;
      case 'voicemail':
        calls.answer(needs('ringing'), 'voicemail');
        break;
      case 'decline':
        calls.end(needs('ringing'), 'no-answer', 603);
        break;
      case 'busy':
        calls.end(needs('ringing'), 'busy', 486);
        break;
      case 'no-answer':
        calls.end(needs('ringing'), 'no-answer', 487);
        break;
      case 'unreachable':
        calls.end(needs('ringing'), 'failed', 480);
        break;
      case 'hangup':
        calls.end(needs('in-progress'), 'completed', 200);
        break;
      case 'press':
        if (!/^[0-9*#]$/.test(action.digit ?? '')) throw new InvalidActionError('digit must be one of 0 to 9, * and #');
        interpreter.give(needs('in-progress'), { by: 'key', key: action.digit ?? '' });
        break;
      case 'say': {
        const text = (action.text ?? '').trim();
        if (text === '' || text.length > LONGEST_SPEECH)
          throw new InvalidActionError(`text must have 1 to ${LONGEST_SPEECH} characters`);
        say(needs('in-progress'), text);
        break;
      }
      default:
        throw new InvalidActionError(`do must be one of ${actions.join(', ')}`);
    }
  };
}
