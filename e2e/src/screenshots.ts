import { mkdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { findBrowser, launch, phoneCard, press } from './browser';
import { AGENT, startSystem } from './system';

/**
 * Takes the README's screenshots of the running system: `npm run screenshots -w @appointments/e2e`, after a build.
 * `SCREENSHOTS` is another folder than `docs/screenshots`, `SCHEME=dark` and `WIDTH=390` another look.
 */
const folder = resolve(process.env['SCREENSHOTS'] ?? join(__dirname, '../../docs/screenshots'));
const colorScheme = process.env['SCHEME'] === 'dark' ? 'dark' : 'light';
const width = Number(process.env['WIDTH'] ?? 1280);
const LIMIT_BYTES = 200 * 1024;

const client = { name: 'Ada Byron', email: 'ada@example.com', phone: '(202) 555-0143', e164: '+12025550143' };

/** Monday morning in the consultant's zone: the week is full, whenever the pictures are taken. */
function nextMonday(now: Date): Date {
  const day = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1, 12, 40));
  while (day.getUTCDay() !== 1) day.setUTCDate(day.getUTCDate() + 1);
  return day;
}

async function take(page: Page, name: string, height: number): Promise<void> {
  await page.setViewportSize({ width: page.viewportSize()?.width ?? width, height });
  await page.evaluate(() => scrollTo(0, 0));
  const path = join(folder, `${name}.png`);
  await page.screenshot({ path, animations: 'disabled', caret: 'hide' });
  const bytes = statSync(path).size;
  console.log(`${path}  ${Math.round(bytes / 1024)} KB`);
  if (bytes > LIMIT_BYTES) throw new Error(`${name}.png is ${bytes} bytes: make it smaller`);
}

async function main(browser: Browser): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const system = await startSystem();
  try {
    await system.advanceTo(nextMonday(await system.now()));
    const context = await browser.newContext({
      viewport: { width, height: 800 },
      deviceScaleFactor: 1,
      colorScheme,
      locale: 'en-US',
      timezoneId: 'America/New_York',
    });

    const page = await context.newPage();
    await page.goto(system.url);
    await page.getByTestId('slot').first().waitFor();
    await take(page, 'booking', 672);
    const phone = await browser.newPage({
      viewport: { width: 390, height: 780 },
      deviceScaleFactor: 1,
      colorScheme,
      locale: 'en-US',
      timezoneId: 'America/New_York',
    });
    await phone.goto(system.url);
    await phone.getByTestId('slot').first().waitFor();
    await take(phone, 'booking-phone', 780);
    await phone.close();

    await page.getByTestId('slot').nth(3).click();
    await page.locator('[name=name]').fill(client.name);
    await page.locator('[name=email]').fill(client.email);
    await page.locator('[name=phone]').fill(client.phone);
    await page.locator('[name=notes]').fill('I would like to talk about the contract.');
    await page.locator('[name=callConsent]').check();
    await page.locator('[data-hold=kept]').waitFor();
    await take(page, 'details', 940);
    await page.locator('[type=submit]').click();
    await page.getByTestId('confirmation').waitFor();
    await take(page, 'confirmation', 850);
    const manageUrl = await page.getByTestId('manage-link').getAttribute('href');

    const console = await context.newPage();
    await console.goto(`${system.url}/console`);
    await console.getByTestId('email').nth(1).waitFor();
    await console.getByTestId('next-appointment').click();
    await phoneCard(console, AGENT, 'ringing').getByRole('button', { name: 'Answer' }).click();
    await press(phoneCard(console, AGENT, 'in-call'), '1');
    await phoneCard(console, client.e164, 'ringing').getByRole('button', { name: 'Answer' }).click();
    await press(phoneCard(console, client.e164, 'in-call'), '1');
    await phoneCard(console, AGENT).getByText(`talking with ${client.name}`).waitFor();
    await console.locator('[data-testid=event][data-type=CallConnected]').waitFor();
    await console.locator('.conference').getByText(client.name).waitFor();
    await console.mouse.move(0, 0);
    await take(console, 'console', 760);

    await system.advanceBy('PT12M30S');
    await phoneCard(console, client.e164).getByRole('button', { name: 'Hang up' }).click();
    await phoneCard(console, AGENT, 'idle').waitFor();
    await system.settle();
    await page.goto(manageUrl ?? '');
    await page.locator('[data-testid=status][data-status=completed]').waitFor();
    await take(page, 'manage', 1090);

    // A client who does not answer, so that there is a reason to be told.
    await system.behaves(AGENT, 'accept', 1);
    const failing = await system.book({
      name: client.name,
      email: client.email,
      phone: client.e164,
      timeZone: 'Europe/Berlin',
    });
    await system.behaves(client.e164, 'no-answer', 3);
    await system.advanceTo(failing.startsAt);
    await system.advanceBy('PT10M');
    await console.goto(`${system.url}/console/appointments/${failing.appointmentId}`);
    await console.getByTestId('life-line').last().waitFor();
    await take(console, 'life', 840);
  } finally {
    await system.stop();
  }
}

async function run(): Promise<void> {
  const executable = findBrowser();
  if (executable === undefined) throw new Error('No Chromium was found: set CHROMIUM_PATH.');
  const browser = await launch(executable);
  try {
    await main(browser);
  } finally {
    await browser.close();
  }
}

void run();
