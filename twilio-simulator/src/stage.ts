import type { Document } from './documents';
import { resolve } from './documents';
import type { Phones } from './phones';
import type { SimulatorPorts } from './ports';
import type { CallRecord, Hook } from './records';
import type { Strand } from './strand';
import type { Prompt } from './verbs';

/** What a person gives: a key pressed, or words said. */
export type Input = { readonly by: 'key'; readonly key: string } | { readonly by: 'speech'; readonly text: string };

/** Which of them interrupt; the others pass unnoticed. */
export interface Listening {
  readonly keys: boolean;
  readonly speech: boolean;
}
export const DEAF: Listening = { keys: false, speech: false };

/** What a call that was answered is doing, in memory: a restart ends every live call. */
export interface Line {
  strand: Strand | null;
  /** What plays beside the document to one who waits or is held. */
  music: Strand | null;
  onInput: ((input: Input) => void) | null;
  /** The `<Dial>` that runs: when it is interrupted, its action is asked and the call it made ends. */
  dial: { readonly action: Hook | null; readonly childSid: string | null } | null;
}

export interface StagePorts {
  readonly ports: SimulatorPorts;
  readonly phones: Phones;
  readonly call: (sid: string) => CallRecord | undefined;
}

/** Where documents are performed: what a phone hears and gives back. */
export interface Stage {
  readonly call: (callSid: string) => CallRecord;
  readonly line: (callSid: string) => Line;
  readonly known: (callSid: string) => Line | undefined;
  readonly clear: (callSid: string) => void;
  readonly hear: (callSid: string, line: string) => void;
  /** Rests for so many virtual milliseconds, for ever when null, or until an input comes: then that is the answer. */
  readonly listen: (strand: Strand, callSid: string, ms: number | null, to: Listening) => Promise<Input | null>;
  /** Speech takes no time; music and what loops without end last until interrupted. */
  readonly prompt: (
    strand: Strand,
    callSid: string,
    document: Document,
    said: Prompt,
    to: Listening,
  ) => Promise<Input | null>;
}

/** `w` in a row of tones. */
const TONE_WAIT_MS = 500;

export function createStage({ ports, phones, call: callBySid }: StagePorts): Stage {
  const lines = new Map<string, Line>();

  const call = (callSid: string): CallRecord => {
    const found = callBySid(callSid);
    if (found === undefined) throw new Error(`No call ${callSid}`);
    return found;
  };
  const line = (callSid: string): Line => {
    const known = lines.get(callSid);
    if (known) return known;
    const made: Line = { strand: null, music: null, onInput: null, dial: null };
    lines.set(callSid, made);
    return made;
  };
  const hear = (callSid: string, text: string): void => {
    if (text !== '') phones.hear(call(callSid).to, text);
  };

  const listen: Stage['listen'] = (strand, callSid, ms, to) =>
    strand.rest<Input | null>((wake) => {
      const disarm =
        ms === null
          ? () => undefined
          : ports.arm({
              at: ports.now() + ms,
              kind: 'carrier',
              what: 'a pause or time-out of a call',
              run: () => wake(null),
            });
      if (!to.keys && !to.speech) return disarm;
      const own = line(callSid);
      const onInput = (input: Input): void => {
        if (input.by === 'key' ? to.keys : to.speech) wake(input);
      };
      own.onInput = onInput;
      return () => {
        disarm();
        if (own.onInput === onInput) own.onInput = null;
      };
    });

  return {
    call,
    line,
    hear,
    listen,
    known: (callSid) => lines.get(callSid),
    clear: (callSid) => void lines.delete(callSid),
    prompt: async (strand, callSid, document, said, to) => {
      switch (said.verb) {
        case 'Pause':
          return said.seconds === 0 ? null : listen(strand, callSid, said.seconds * 1000, to);
        case 'PlayDigits': {
          hear(callSid, `♪ tones ${said.digits.replaceAll('w', '')}`);
          const waits = said.digits.split('w').length - 1;
          return waits === 0 ? null : listen(strand, callSid, waits * TONE_WAIT_MS, to);
        }
        case 'Say':
        case 'Play': {
          const heard = said.verb === 'Say' ? said.text : `♪ ${resolve(document, said.url)}`;
          for (let times = 0; times < Math.max(1, said.loop); times += 1) hear(callSid, heard);
          return said.loop === 0 ? listen(strand, callSid, null, to) : null;
        }
        default:
          return said satisfies never;
      }
    },
  };
}
