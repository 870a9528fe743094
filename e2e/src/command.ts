import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { System } from './system';

const MAIN = join(__dirname, '../../local/dist/history.js');

export interface Ran {
  readonly code: number | null;
  /** What was told to whoever ran it. */
  readonly output: string;
  /** What it gave to the next command. */
  readonly result: string;
}

/** Runs `npm run <name> -- …` against a system, without a terminal. */
export function command(
  system: Pick<System, 'url'> & { readonly environment?: Readonly<Record<string, string>> | undefined },
  name: string,
  ...args: readonly string[]
): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [MAIN, name, ...args], {
      env: {
        ...process.env,
        ...system.environment,
        PORT: new URL(system.url).port,
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let result = '';
    child.stdout.on('data', (chunk: Buffer) => (result += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('close', (code) => resolve({ code, output, result }));
  });
}
