import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, table } from './statistics';

const root = join(__dirname, '../..');
const WARM_RUNS = 5;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}

/** Real time from `npm start` to the first healthy answer, in ms. */
async function readyAfterMs(state: string, environment: Record<string, string> = {}): Promise<number> {
  const port = await freePort();
  const begun = performance.now();
  const child = spawn('npm', ['start', '--silent'], {
    cwd: root,
    detached: true,
    stdio: 'ignore',
    env: { ...process.env, ...environment, PORT: String(port), LOCAL_STATE: state },
  });
  try {
    for (;;) {
      if (child.exitCode !== null) throw new Error(`npm start ended with ${child.exitCode}`);
      const health = await fetch(`http://localhost:${port}/_local/health`).catch(() => undefined);
      if (health?.status === 200) return performance.now() - begun;
      await health?.body?.cancel();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  } finally {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
    await ended;
  }
}

export async function benchStart(): Promise<void> {
  const state = mkdtempSync(join(tmpdir(), 'appointments-start-'));
  try {
    const cold = await readyAfterMs(state, { TURBO_FORCE: 'true' });
    const warm: number[] = [];
    for (let run = 0; run < WARM_RUNS; run++) warm.push(await readyAfterMs(state));
    console.log('\nnpm start until health says ready, in seconds');
    table([
      ['start', 'seconds', 'goal'],
      ['everything built anew, empty state', (cold / 1000).toFixed(1), '≤ 25'],
      [`warm, median of ${WARM_RUNS}`, (median(warm) / 1000).toFixed(1), '≤ 5'],
    ]);
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
}
