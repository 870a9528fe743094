import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileFunction } from 'node:vm';
import { transformSync } from '@swc/core';
import * as answer from '../src/domain/answer';
import * as session from '../src/domain/session';

/** The pure part of a call: what decides, and what is answered from what was decided. */
export type Machine = Pick<typeof session, 'agentOnLine' | 'findAttempt' | 'isStillToEnd' | 'newSession' | 'step'> &
  Pick<typeof answer, 'answerTo'>;

export const THE_MACHINE: Machine = { ...session, ...answer };

/** One exact replacement in one file of the domain. */
export interface Fault {
  readonly file: 'session' | 'answer';
  readonly from: string;
  readonly to: string;
}

type Module = (exports: object, require: (path: string) => unknown) => void;

const DOMAIN = join(__dirname, '../src/domain');

/**
 * Builds the machine anew from the text of its files, with a fault planted if one is given. Text that is not there exactly
 * once is refused: a fault that is no longer planted must not look like one that was caught.
 */
export function buildMachine(fault?: Fault): Machine {
  const loaded = new Map<string, unknown>();
  const load = (name: string): unknown => {
    const known = loaded.get(name);
    if (known !== undefined) return known;
    const text = readFileSync(join(DOMAIN, `${name}.ts`), 'utf8');
    const { code } = transformSync(fault?.file === name ? plant(text, fault) : text, {
      filename: `${name}.ts`,
      configFile: false,
      swcrc: false,
      jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
      module: { type: 'commonjs' },
    });
    const exports = {};
    loaded.set(name, exports);
    const run = compileFunction(code, ['exports', 'require'], { filename: `${name}.ts` }) as Module;
    run(exports, (path) => {
      if (!path.startsWith('./')) throw new Error(`${name}.ts needs ${path}, which is not of the domain`);
      return load(path.slice(2));
    });
    return exports;
  };
  return { ...(load('session') as typeof session), ...(load('answer') as typeof answer) };
}

function plant(text: string, { file, from, to }: Fault): string {
  const [before, after, ...more] = text.split(from);
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error(`${file}.ts does not have this exactly once: ${from}`);
  return before + to + after;
}
