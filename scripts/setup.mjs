// What `npm start` and `npm test` share: both work as the first command after a clone, and install what is missing by themselves.
import { createHash } from 'node:crypto';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

export function say(line) {
  process.stderr.write(`${line}\n`);
}

export function stop(line) {
  say(line);
  process.exit(1);
}

export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    stop(`Node ${process.versions.node} is too old: install Node 20.19 or later.`);
}

function run(command, args, environment = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...environment },
  });
  if (result.error) stop(`${command} could not be started: ${result.error.message}`);
  if (result.status !== 0) stop(`"${[command, ...args].join(' ')}" failed; its output stands above.`);
}

/** Installs the dependencies when they are missing or older than the lockfile; otherwise takes a millisecond. */
export function install() {
  const stamp = join(root, 'node_modules/.appointments-lockfile');
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  say('Installing the dependencies (about half a minute, once) …');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  writeFileSync(stamp, wanted);
}

/** Builds what changed; turbo knows what that is. Silent when it is quick; what went wrong is shown whole. */
export async function turbo(...tasks) {
  const child = spawn(
    process.execPath,
    [join(root, 'node_modules/turbo/bin/turbo'), 'run', ...tasks, '--output-logs=errors-only', '--log-order=grouped'],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' } },
  );
  const output = [];
  child.stdout.on('data', (chunk) => output.push(chunk));
  child.stderr.on('data', (chunk) => output.push(chunk));
  const slow = setTimeout(() => say('Building what changed (up to half a minute) …'), 1500);
  const [status] = await once(child, 'close');
  clearTimeout(slow);
  if (status === 0) return;
  process.stderr.write(Buffer.concat(output));
  stop('The build failed; its output stands above.');
}
