import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Builds the laptop cloud into a folder of its own: a test must not depend on what was built before, nor change it. */
export function buildLocal(): { readonly main: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'local-build-'));
  execFileSync(process.execPath, [join(__dirname, '../build.mjs'), folder], { stdio: 'inherit' });
  return { main: join(folder, 'main.js'), remove: () => rmSync(folder, { recursive: true }) };
}

export interface Running {
  readonly url: string;
  readonly process: ChildProcess;
  readonly output: () => string;
  readonly get: (path: string, headers?: Record<string, string>) => Promise<Answer>;
  readonly post: (path: string, body: unknown, headers?: Record<string, string>) => Promise<Answer>;
  /** Sends the signal and resolves with the exit code, `null` after a kill. */
  readonly end: (signal?: NodeJS.Signals) => Promise<number | null>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON, else the text; tests look into it as they like. */
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

const ASSEMBLY = join(__dirname, 'fixtures/assembly');
const ENGINE = join(require.resolve('@dynoxide/linux-x64/package.json'), '../dynoxide');

/** Runs it to its end without waiting for readiness. */
export function launch(main: string, state: string, environment: Record<string, string> = {}, flags: string[] = []) {
  const child = spawn(process.execPath, [main, ...flags], {
    env: {
      ...process.env,
      PORT: '0',
      LOCAL_STATE: state,
      LOCAL_ASSEMBLY: ASSEMBLY,
      DYNOXIDE_BIN: ENGINE,
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  return { child, exited, output: () => output };
}

/** Starts it on a free port and resolves when it is ready. */
export async function start(
  main: string,
  state: string,
  environment: Record<string, string> = {},
  flags: string[] = [],
): Promise<Running> {
  const { child, exited, output } = launch(main, state, environment, flags);
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', () => {
      const found = /Booking page\s+(http:\S+)\//.exec(output())?.[1];
      if (found !== undefined) resolve(found);
    });
    void exited.then((code) => reject(new Error(`It ended with ${code}: ${output()}`)));
  });
  const request = async (path: string, init: RequestInit): Promise<Answer> => {
    const response = await fetch(url + path, init);
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    return { status: response.status, headers: response.headers, body: isJson ? (JSON.parse(text) as unknown) : text };
  };
  return {
    url,
    process: child,
    output,
    get: (path, headers = {}) => request(path, { headers }),
    post: (path, body, headers = {}) =>
      request(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    end: (signal = 'SIGTERM') => {
      child.kill(signal);
      return exited;
    },
  };
}
