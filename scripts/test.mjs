// `npm test`: sets up, builds, finds or installs a browser, and runs every test of every workspace in one jest run.
// Arguments go to jest: `npm test -- services/booking`.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { install, requireNode, root, say, stop, turbo } from './setup.mjs';

const BROWSERS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/google-chrome',
  '/usr/bin/chromium-browser',
];

function findBrowser() {
  return [process.env.CHROMIUM_PATH, ...BROWSERS].find((path) => path && existsSync(path));
}

function installBrowser() {
  if (!existsSync('/etc/debian_version') || process.getuid?.() !== 0) return;
  say('Installing a headless Chromium from Debian (about a minute, once) …');
  const apt = (...args) =>
    spawnSync('apt-get', ['-qq', ...args], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  if (apt('update').status === 0) apt('install', '-y', '--no-install-recommends', 'chromium-headless-shell');
}

requireNode();
install();
await turbo('build', 'synth');

if (!findBrowser()) installBrowser();
const browser = findBrowser();
if (!browser) {
  if (process.env.CI === 'true')
    stop('No Chromium was found, and in CI the browser journeys must run: install the package chromium.');
  say(
    'No Chromium was found (set CHROMIUM_PATH, or install the package chromium): the browser journeys in e2e/browser.test.ts are left out.',
  );
}

const jest = spawnSync(process.execPath, [join(root, 'node_modules/jest/bin/jest.js'), ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, TZ: 'UTC', ...(browser && { CHROMIUM_PATH: browser }) },
});
process.exit(jest.status ?? 1);
