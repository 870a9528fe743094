import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { CannotDo } from './problem';

/** A laptop cloud of our own: the same templates and bundles, a state and a clock of its own, nobody outside. */
export interface PrivateCloud {
  readonly url: string;
  readonly awsEndpoint: string;
  readonly eventBusName: string;
  readonly now: () => Promise<number>;
  /** Moves the clock there, and lets everything due on the way happen. */
  readonly advanceTo: (ms: number) => Promise<void>;
  readonly send: (
    method: 'POST' | 'PUT',
    path: string,
    body: object,
  ) => Promise<{ readonly status: number; readonly text: string }>;
  readonly stop: () => Promise<void>;
}

const Health = z.object({ awsEndpoint: z.string(), eventBusName: z.string() });
const Now = z.object({ now: z.string() });

/** Starts what is built in `folder`, with a clock that stands at `at`. */
export async function startPrivateCloud(
  folder: string,
  at: number,
  environment: NodeJS.ProcessEnv,
): Promise<PrivateCloud> {
  const main = join(folder, 'local/dist/main.js');
  if (!existsSync(main) || !existsSync(join(folder, 'infra/cdk.out/manifest.json')))
    throw new CannotDo(`${folder} holds no built checkout: run npm run build && npm run synth there first.`);
  const state = mkdtempSync(join(tmpdir(), 'appointments-replay-'));
  // A new journal whose clock is put back: what is kept of a cloud begins with where its clock stands.
  writeFileSync(
    join(state, 'journal.jsonl'),
    `${JSON.stringify(['p', 'clock', 'clock', { offsetMs: at - Date.now() }])}\n`,
  );
  const child = spawn(process.execPath, [main], {
    cwd: folder,
    env: {
      ...environment,
      NODE_ENV: 'production',
      TZ: 'UTC',
      MALLOC_ARENA_MAX: '2',
      PORT: '0',
      LOCAL_STATE: state,
      LOCAL_ASSEMBLY: '',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    }
    rmSync(state, { recursive: true, force: true });
  };
  // Whatever ends this process must not leave a cloud behind.
  const atExit = () => void child.kill('SIGKILL');
  process.once('exit', atExit);
  let output = '';
  const url = await new Promise<string>((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      output += chunk.toString();
      const found = /Booking page\s+(http:\S+)\//.exec(output)?.[1];
      if (found !== undefined) resolve(found);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('error', reject);
    child.once('exit', (code) => reject(new CannotDo(`The cloud to act in ended with ${code}:\n${output.trim()}`)));
  }).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  const send: PrivateCloud['send'] = async (method, path, body) => {
    const request: RequestInit = {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    };
    const answer = await fetch(`${url}${path}`, request);
    return { status: answer.status, text: await answer.text() };
  };
  const health = Health.parse(await (await fetch(`${url}/_local/health`)).json());
  return {
    url,
    ...health,
    now: async () => Date.parse(Now.parse(await (await fetch(`${url}/_local/clock`)).json()).now),
    advanceTo: async (ms) => {
      const { status, text } = await send('POST', '/_local/clock', { advanceTo: new Date(ms).toISOString() });
      // It stands there already, or a little behind by what real time has passed meanwhile.
      if (status === 400) await send('POST', '/_local/clock', { advanceBy: 'PT0S' });
      else if (status !== 200) throw new CannotDo(`The cloud to act in does not come to rest: ${text}`);
    },
    send,
    stop: async () => {
      process.off('exit', atExit);
      await stop();
    },
  };
}
