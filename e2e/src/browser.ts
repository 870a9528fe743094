import { existsSync } from 'node:fs';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';

const USUAL_PATHS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/google-chrome',
  '/usr/bin/chromium-browser',
];

/** Where a Chromium is, if there is one: `CHROMIUM_PATH`, or where the usual packages put it. */
export function findBrowser(): string | undefined {
  const named = process.env['CHROMIUM_PATH'];
  return named !== undefined && named !== '' ? named : USUAL_PATHS.find((path) => existsSync(path));
}

/** The browser of a suite; undefined where there is none, which in CI is a fault and elsewhere is said. */
export function browserFor(suite: string): string | undefined {
  const executable = findBrowser();
  if (executable !== undefined) return executable;
  if (process.env['CI'] === 'true') throw new Error('No Chromium was found, and in CI the browser journeys must run.');
  process.stderr.write(`No Chromium was found: the browser journeys in ${suite} are left out.\n`);
  return undefined;
}

export const launch = (executablePath: string): Promise<Browser> =>
  chromium.launch({
    executablePath,
    // In a container the browser is root and has no sandbox of its own.
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run', '--disable-sync'],
  });

/** The console's card of one phone; with a state, only once the phone is in it. */
export const phoneCard = (console: Page, number: string, state?: 'idle' | 'ringing' | 'in-call'): Locator =>
  console.locator(
    `[data-testid="phone"][data-number="${number}"]${state === undefined ? '' : `[data-state="${state}"]`}`,
  );

export const press = (phone: Locator, digit: string): Promise<void> =>
  phone.getByRole('button', { name: `Press ${digit}`, exact: true }).click();
