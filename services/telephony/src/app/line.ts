import { count, log, NotYet } from '@appointments/runtime';
import {
  ask,
  billed,
  isSpent,
  refused,
  taken,
  type Asking,
  type Line,
  type LinePolicy,
  type Permission,
} from '../domain/line';

export interface LineStore {
  readonly load: () => Promise<{ readonly line: Line; readonly revision: number }>;
  /** Resolves `contended` when somebody else wrote since. */
  readonly write: (line: Line, expected: number) => Promise<'written' | 'contended'>;
  /** The same together with a bill; `known` when one of that id was written before, and then nothing is. */
  readonly writeBill: (id: string, line: Line, expected: number) => Promise<'written' | 'contended' | 'known'>;
}

/** What all sessions share of the carrier: asked before every call, and told what became of it. */
export interface CarrierLine {
  readonly ask: (asking: Asking) => Promise<Permission>;
  readonly taken: (queueMs: number) => Promise<void>;
  readonly refused: (refusal: Parameters<typeof refused>[1]) => Promise<void>;
  /** Counts what a leg has cost, once per id. */
  readonly bill: (id: string, seconds: number) => Promise<void>;
}

export interface LinePorts {
  readonly store: LineStore;
  readonly policy: LinePolicy;
  readonly now: () => Date;
  /** Waits a random moment before the next try; the longer, the more there were. @default not at all */
  readonly pause?: (tries: number) => Promise<void>;
}

const TRIES = 5;

/** @throws {@link NotYet} where somebody else wrote first, five times in a row. */
export function carrierLine(ports: LinePorts): CarrierLine {
  // The messages of one batch are handled side by side, and would only take each other's write.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work);
    last = done.then(
      () => undefined,
      () => undefined,
    );
    return done;
  };

  type Write = (line: Line, expected: number) => Promise<'written' | 'contended' | 'known'>;

  /** Changes the line from what was read, again where somebody else wrote meanwhile; what changes nothing is not written. */
  const change = <T>(
    decide: (line: Line) => { readonly line: Line; readonly answer: T },
    write: Write = ports.store.write,
  ): Promise<T> => inTurn(() => changeNow(decide, write));

  const changeNow = async <T>(
    decide: (line: Line) => { readonly line: Line; readonly answer: T },
    write: Write,
  ): Promise<T> => {
    for (let tries = 0; tries < TRIES; tries++) {
      if (tries > 0) await ports.pause?.(tries);
      const { line, revision } = await ports.store.load();
      const decided = decide(line);
      if (decided.line === line || (await write(decided.line, revision)) !== 'contended') return decided.answer;
    }
    throw new NotYet(`the line was written by others ${TRIES} times in a row`);
  };

  return {
    ask: (asking) =>
      change((line) => {
        const { line: after, permission } = ask(line, asking, ports.policy, ports.now().getTime());
        return { line: after, answer: permission };
      }),

    taken: async (queueMs) => {
      const wasDown = await change((line) => ({
        line: taken(line, queueMs, ports.now().getTime()),
        answer: line.breaker !== undefined,
      }));
      if (wasDown) log.info('The carrier takes calls of the account again');
    },

    refused: async (refusal) => {
      count('CarrierRefusals');
      const isDown = await change((line) => {
        const after = refused(line, refusal, ports.now().getTime());
        return { line: after, answer: after.breaker !== undefined };
      });
      const fields = { code: refusal.code, callSessionId: refusal.sessionId };
      if (isDown) log.error('The carrier refuses the account: nobody is dialled until it takes a call again', fields);
      else log.error('The carrier refuses a call', fields);
    },

    bill: async (id, seconds) => {
      const isOver = await change(
        (line) => {
          const now = ports.now().getTime();
          const after = billed(line, seconds, ports.policy, now);
          return { line: after, answer: isSpent(after, ports.policy, now) && !isSpent(line, ports.policy, now) };
        },
        (line, expected) => ports.store.writeBill(id, line, expected),
      );
      if (isOver) log.error("The day's money is spent: nobody is dialled until tomorrow", { day: dayIn(ports) });
    },
  };
}

function dayIn({ now }: LinePorts): string {
  return now().toISOString().slice(0, 10);
}
