import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { browserFor, launch } from './src/browser';
import { look } from './src/look';
import { startSystem, type EmailView, type System } from './src/system';

const executable = browserFor('e2e/confirm.test.ts');
const describeInBrowser = executable === undefined ? describe.skip : describe;

const TIMEOUT_MS = 60_000;

describeInBrowser('the page, where clients must confirm both', () => {
  let browser: Browser;
  let system: System;
  beforeAll(async () => {
    browser = await launch(executable ?? '');
    system = await startSystem({ CONFIRM_EMAIL: 'true', CONFIRM_PHONE: 'true' });
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  });

  const visit = async <T>(options: BrowserContextOptions, work: (page: Page) => Promise<T>): Promise<T> => {
    const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/Berlin', ...options });
    try {
      return await work(await context.newPage());
    } finally {
      await context.close();
    }
  };
  const linkTo = async (email: string): Promise<string> => {
    const mails = await system.list<EmailView>('/_local/emails');
    const path = /\/confirm\/\S+/.exec(mails.find(({ to }) => to.includes(email))?.text ?? '')?.[0] ?? '';
    return `${system.url}${path}`;
  };
  const codeFor = async (phone: string): Promise<string> => {
    const texts = await system.list<{ readonly to: string; readonly text: string }>('/_local/sms');
    return /\d{6}/.exec(texts.find(({ to }) => to === phone)?.text ?? '')?.[0] ?? '';
  };
  const manage = ({ appointmentId, manageToken }: { appointmentId: string; manageToken: string }) =>
    `${system.url}/manage/${appointmentId}#${manageToken}`;
  const unprovenOf = async (booking: { appointmentId: string; manageToken: string }): Promise<unknown> =>
    ((await system.appointment(booking)) as unknown as { readonly unproven?: unknown }).unproven;

  it(
    'takes both by keyboard alone: the mail’s button, and the code where the visitor is then',
    async () => {
      const booking = await system.book();

      const heard = await visit({}, async (page) => {
        await page.goto(await linkTo(booking.client.email));
        await page.getByTestId('confirm-email').focus();
        await page.keyboard.press('Enter');
        await page.getByTestId('confirmed').waitFor();
        const focused = await page.evaluate(() => document.activeElement?.textContent);
        const code = await codeFor(booking.client.phone);
        await page.locator('[name=phoneCode]').focus();
        await page.keyboard.type(`${code.slice(0, 3)} ${code.slice(3)}`);
        await page.keyboard.press('Enter');
        await page.getByTestId('phone-confirmed').waitFor();
        return [focused, await page.evaluate(() => document.activeElement?.textContent)];
      });

      expect(heard).toEqual(['Your e-mail address is confirmed', 'Your number is confirmed.']);
      expect(await unprovenOf(booking)).toBeUndefined();
    },
    TIMEOUT_MS,
  );

  it(
    'confirms nothing by being opened, as mail scanners do',
    async () => {
      const booking = await system.book();

      await visit({}, async (page) => {
        await page.goto(await linkTo(booking.client.email));
        await page.getByTestId('confirm-email').waitFor();
      });

      expect(await unprovenOf(booking)).toEqual(['email', 'phone']);
    },
    TIMEOUT_MS,
  );

  it(
    'says beside the field what is wrong with a code, keeps what was typed, and tells when it is dead',
    async () => {
      const booking = await system.book();
      const wrong = String((Number(await codeFor(booking.client.phone)) + 1) % 1_000_000).padStart(6, '0');

      const said = await visit({}, async (page) => {
        await page.goto(manage(booking));
        const error = page.getByTestId('error-phoneCode');
        const field = page.locator('[name=phoneCode]');
        const answers: string[] = [];
        const send = async (code: string, text: string) => {
          await field.fill(code);
          await page.getByTestId('confirm-phone').click();
          await error.filter({ hasText: text }).waitFor();
          answers.push(await field.inputValue());
        };
        await send('12', 'Enter the six digits');
        await send(wrong, 'This is not the code');
        for (let n = 2; n <= 4; n++) {
          const answered = page.waitForResponse((response) => response.url().endsWith('/confirm'));
          await page.getByTestId('confirm-phone').click();
          await answered;
        }
        await send(wrong, 'Too many wrong codes');
        return answers;
      });

      expect(said).toEqual(['12', wrong, wrong]);
    },
    TIMEOUT_MS,
  );

  it.each([
    ['en-light', 'en-GB', { colorScheme: 'light' }],
    ['es-dark-phone', 'es-ES', { colorScheme: 'dark', viewport: { width: 390, height: 780 } }],
  ] as const)(
    'has nothing that axe would name, in any of its views: %s',
    async (name, locale, options) => {
      const booking = await system.book({ locale });
      const link = await linkTo(booking.client.email);

      const faults = await visit({ ...options, locale }, async (page) => {
        const seen: string[] = [];
        const see = async (view: string) => void seen.push(...(await look(page, `confirm-${name}-${view}`)));
        await page.goto(manage(booking));
        await page.getByTestId('to-confirm').waitFor();
        await page.getByTestId('confirm-phone').click();
        await see('manage');
        await page.goto(link);
        await page.getByTestId('confirm-email').waitFor();
        await see('button');
        await page.getByTestId('confirm-email').click();
        await page.getByTestId('confirmed').waitFor();
        await see('code-left');
        await page.locator('[name=phoneCode]').fill(await codeFor(booking.client.phone));
        await page.getByTestId('confirm-phone').click();
        await page.getByTestId('phone-confirmed').waitFor();
        await see('done');
        // Only what follows the # differs: no other page is loaded by that alone.
        await page.goto(`${link}x`);
        await page.reload();
        await page.getByTestId('confirm-email').click();
        await page.getByTestId('help').waitFor();
        await see('no-longer-good');
        return seen;
      });

      expect(faults).toEqual([]);
    },
    TIMEOUT_MS,
  );
});
