import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { browserFor, launch } from './src/browser';
import { look } from './src/look';
import { startSystem, type System } from './src/system';

const executable = browserFor('e2e/messages.test.ts');
const describeInBrowser = executable === undefined ? describe.skip : describe;

interface PreviewedLanguage {
  readonly language: string;
  readonly emails: readonly { readonly name: string; readonly situation: string; readonly html: string }[];
}

describeInBrowser('every message, with sample data', () => {
  let browser: Browser;
  let system: System;
  let languages: readonly PreviewedLanguage[];
  beforeAll(async () => {
    browser = await launch(executable ?? '');
    system = await startSystem();
    languages = (await (await fetch(`${system.url}/console/previews.json`)).json()) as readonly PreviewedLanguage[];
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  });

  const open = async (colorScheme: 'light' | 'dark', width: number): Promise<Page> => {
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } });
    return context.newPage();
  };

  it.each([
    ['light', 600],
    ['dark', 390],
  ] as const)('is readable and no wider than its window: %s, %d px', async (scheme, width) => {
    const page = await open(scheme, width);
    const faults: string[] = [];

    for (const { language, emails } of languages)
      for (const { name, situation, html } of emails) {
        await page.setContent(html);
        faults.push(...(await look(page, `mail ${language} ${name} ${situation} ${scheme} ${width}`)));
      }
    await page.context().close();

    // A mail has no landmarks: it is shown inside a program's own page.
    expect(faults.filter((fault) => !/landmark|: region: /.test(fault))).toEqual([]);
    expect(languages.map(({ language }) => language)).toEqual(['en', 'es']);
  });

  it.each([
    ['light', 1280],
    ['dark', 390],
  ] as const)(
    'is shown by the console, in any language, and can do nothing there: %s, %d px',
    async (scheme, width) => {
      const page = await open(scheme, width);
      await page.goto(`${system.url}/console`);
      await page.getByRole('link', { name: 'Messages' }).click();

      await page.getByRole('button', { name: 'español' }).click();
      await page.getByRole('button', { name: 'reminder to the client' }).first().click();
      const frame = page.frameLocator('iframe');
      expect(await frame.getByRole('heading').textContent()).toBe('Se acerca su cita');
      expect(await page.locator('iframe').getAttribute('sandbox')).toBe('');
      expect(await look(page, `messages ${scheme} ${width}`)).toEqual([]);

      await page.getByRole('button', { name: 'moved to the agent' }).first().click();
      await page.getByRole('button', { name: 'Calendar' }).click();
      expect(await page.locator('pre').textContent()).toContain('METHOD:REQUEST');
      await page.reload();
      expect(await page.locator('pre').textContent()).toContain('METHOD:REQUEST');

      await page.getByRole('button', { name: 'phone-code' }).click();
      expect(await page.locator('.text-message').textContent()).toContain('012345');
      await page.context().close();
    },
  );
});
