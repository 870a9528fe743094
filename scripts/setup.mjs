// What `npm start` and `npm test` share: both work as the first command after a clone, and install what is missing by themselves.
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
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

/** Builds what changed; turbo knows what that is. */
export function turbo(...args) {
  run(
    process.execPath,
    [
      join(root, 'node_modules/turbo/bin/turbo'),
      'run',
      ...args,
      '--output-logs=errors-only',
      '--log-order=grouped',
      '--no-update-notifier',
    ],
    {
      TURBO_TELEMETRY_DISABLED: '1',
      // turbo's own summary says nothing a user wants to read at every start.
      TURBO_LOG_VERBOSITY: 'error',
    },
  );
}
