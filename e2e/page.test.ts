import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, BrowserContextOptions, Page, Route } from 'playwright-core';
import { browserFor, launch } from './src/browser';
import { look, noteShifts, picture, shiftOf } from './src/look';
import { newClient, startSystem, type EventView, type System } from './src/system';

const executable = browserFor('e2e/page.test.ts');
const describeInBrowser = executable === undefined ? describe.skip : describe;

/** The words by which the walks find their way, in each language. */
const WORDS = {
  en: { start: 'Book a call', details: 'Your details', done: 'You are booked', manage: 'Your appointment' },
  es: { start: 'Reserve una llamada', details: 'Sus datos', done: 'Su reserva está hecha', manage: 'Su cita' },
};

const PHONE = { width: 390, height: 780 };

describeInBrowser('the page', () => {
  let browser: Browser;
  let system: System;
  let contexts: BrowserContext[] = [];
  const faultsOfPages: string[] = [];
  beforeAll(async () => {
    browser = await launch(executable ?? '');
    system = await startSystem();
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  });
  afterEach(async () => {
    await Promise.all(contexts.map((context) => context.close()));
    contexts = [];
    expect(faultsOfPages.splice(0)).toEqual([]);
  });

  const visit = async (options: BrowserContextOptions = {}): Promise<Page> => {
    const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/Berlin', ...options });
    contexts.push(context);
    context.on('weberror', (error) => faultsOfPages.push(String(error.error())));
    context.on('console', (message) => {
      if (/Content Security Policy/i.test(message.text())) faultsOfPages.push(message.text());
    });
    await noteShifts(context);
    return context.newPage();
  };
  const field = (page: Page, name: string) => page.locator(`[name="${name}"]`);
  const submit = (page: Page) => page.locator('button[type=submit]');
  const heading = (page: Page, text: string) => page.getByRole('heading', { level: 1, name: text });
  const choose = async (page: Page, nth = 3) => {
    await page.goto(`${system.url}/`);
    await page.getByTestId('slot').nth(nth).click();
    await page.locator('[data-hold="kept"]').waitFor();
  };
  const fill = async (
    page: Page,
    client: { readonly name: string; readonly email: string; readonly phone: string },
  ) => {
    await field(page, 'name').fill(client.name);
    await field(page, 'email').fill(client.email);
    await field(page, 'phone').fill(client.phone);
    await field(page, 'callConsent').check();
  };
  const created = async (name: string) =>
    (await system.list<EventView>('/_local/events')).filter(
      (event) => event.detailType === 'AppointmentCreated' && JSON.stringify(event.detail.data).includes(name),
    );
  const bodies = (page: Page, path: string) => {
    const sent: Record<string, unknown>[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST' && new URL(request.url()).pathname === path)
        sent.push(request.postDataJSON() as Record<string, unknown>);
    });
    return sent;
  };
  const problem =
    (status: number, slug: string, more: object = {}) =>
    (route: Route) =>
      route.fulfill({
        status,
        contentType: 'application/problem+json',
        body: JSON.stringify({
          type: `https://x.example/problems/${slug}`,
          title: 'As it comes',
          status,
          errors: [],
          ...more,
        }),
      });

  /** Goes through everything that a visitor can see, faults included, and says what is wrong with any of it. */
  const walk = async (page: Page, language: keyof typeof WORDS, name: string): Promise<string[]> => {
    const words = WORDS[language];
    const faults: string[] = [];
    const see = async (view: string) => {
      faults.push(...(await look(page, `${name}-${view}`)));
      const { sum, of } = await shiftOf(page);
      if (sum >= 0.01) faults.push(`${name}-${view}: moved by ${sum}: ${of.join(', ')}`);
    };

    await page.route('**/availability?**', (route) => route.abort());
    await page.goto(`${system.url}/`);
    await page.getByRole('alert').waitFor();
    await see('times-not-loaded');
    await page.unroute('**/availability?**');
    await page.route('**/availability?**', (route) => route.fulfill({ json: { slots: [] } }));
    await page.getByRole('alert').getByRole('button').click();
    await page.locator('.nothing').waitFor();
    await see('no-times');
    await page.unroute('**/availability?**');

    await page.goto(`${system.url}/`);
    await page.getByTestId('slot').first().waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe(language);
    await heading(page, words.start).waitFor();
    await see('times');
    await page.getByTestId('change-zone').click();
    await see('zones');
    await page.keyboard.press('Escape');

    const slot = page.getByTestId('slot').nth(2);
    const startsAt = (await slot.getAttribute('data-starts-at')) ?? '';
    await slot.click();
    await heading(page, words.details).waitFor();
    await page.locator('[data-hold="kept"]').waitFor();
    await see('details');
    await submit(page).click();
    await page.locator('[data-testid="error-name"]:not(:empty)').waitFor();
    await see('missing');
    const client = { ...newClient(), phone: '(900) 555-0143' };
    await fill(page, client);
    await submit(page).click();
    await page.locator('[data-testid="error-phone"]:not(:empty)').waitFor();
    await see('refused');
    await field(page, 'phone').fill(newClient().phone);
    const near = { startsAt, endsAt: startsAt };
    for (const [view, answer] of [
      ['taken', problem(409, 'slot-taken', { nearest: [near] })],
      ['too-many', problem(429, 'too-many-bookings')],
      ['unreachable', (route: Route) => route.abort()],
    ] as const) {
      await page.route('**/appointments', answer, { times: 1 });
      await submit(page).click();
      await page.locator('.alert').waitFor();
      await see(view);
    }
    await submit(page).click();
    await page.getByTestId('confirmation').waitFor();
    await heading(page, words.done).waitFor();
    await see('confirmation');

    await page.getByTestId('manage-link').click();
    await page.getByTestId('move').waitFor();
    await heading(page, words.manage).waitFor();
    await see('manage');
    await page.getByTestId('move').click();
    await page.getByTestId('slot').first().waitFor();
    await see('move');
    await page.getByTestId('slot').nth(7).click();
    await page.getByTestId('move-confirm').waitFor();
    await see('move-to');
    await page.getByTestId('move-confirm').click();
    await page.getByTestId('notice').waitFor();
    await see('moved');
    await page.getByTestId('cancel').click();
    await see('cancel');
    await page.getByTestId('cancel-confirm').click();
    await page.getByTestId('notice').waitFor();
    await see('cancelled');
    await page.route('**/appointments/**', problem(503, 'busy'), { times: 1 });
    await page.reload();
    await page.getByRole('alert').waitFor();
    await see('not-loaded');
    await page.goto(`${system.url}/manage/apt_1#nothing`);
    await page.getByTestId('help').waitFor();
    await see('wrong-link');
    await page.goto(`${system.url}/manage/apt_2`);
    await page.getByTestId('help').waitFor();
    await see('half-a-link');
    return faults;
  };

  it.each([
    ['en', 'light', 'wide', { locale: 'en-GB' }],
    ['en', 'dark', 'narrow', { locale: 'en-US', colorScheme: 'dark', viewport: PHONE }],
    ['es', 'light', 'narrow', { locale: 'es-MX', viewport: PHONE }],
    ['es', 'dark', 'wide', { locale: 'es-ES', colorScheme: 'dark' }],
  ] as const)(
    'can be used by everybody in every view, nothing moves by itself, and nothing is wider than the window: %s, %s, %s',
    async (language, scheme, width, options) => {
      const page = await visit(options);

      expect(await walk(page, language, `${language}-${scheme}-${width}`)).toEqual([]);
    },
    180_000,
  );

  it('is turned around where the writing goes from right to left', async () => {
    for (const [name, viewport] of [
      ['rtl-wide', { width: 1280, height: 800 }],
      ['rtl-narrow', PHONE],
    ] as const) {
      const page = await visit({ viewport });
      await page.addInitScript(() =>
        document.addEventListener('DOMContentLoaded', () => document.documentElement.setAttribute('dir', 'rtl')),
      );
      await page.goto(`${system.url}/`);
      await page.getByTestId('slot').first().waitFor();
      const middleOf = (selector: string) =>
        page
          .locator(selector)
          .first()
          .evaluate((element) => {
            const { left, width } = element.getBoundingClientRect();
            return left + width / 2;
          });

      await picture(page, `${name}-times`);
      expect(await look(page, `${name}-times`)).toEqual([]);
      expect(await middleOf('[data-testid="next-week"]')).toBeLessThan(await middleOf('[data-testid="previous-week"]'));
      expect(await middleOf('.languages')).toBeLessThan(await middleOf('.brand > a'));
      expect(await middleOf('.slots > li:nth-child(1)')).toBeGreaterThanOrEqual(
        await middleOf('.slots > li:nth-child(2)'),
      );
      await page.getByTestId('slot').first().click();
      await page.locator('[data-hold="kept"]').waitFor();
      await picture(page, `${name}-details`);
      expect(await look(page, `${name}-details`)).toEqual([]);
      if (name === 'rtl-wide') expect(await middleOf('form.details')).toBeLessThan(await middleOf('.chosen-time'));
      expect(await middleOf('[name="callConsent"]')).toBeGreaterThan(await middleOf('label[for="callConsent"]'));
    }
  }, 60_000);

  it('is booked, moved and cancelled with the keyboard alone, and the focus is always where one reads on', async () => {
    const page = await visit();
    const client = newClient();
    const focused = () =>
      page.evaluate(() => {
        const element = document.activeElement;
        return (
          element?.getAttribute('data-testid') ??
          element?.getAttribute('name') ??
          element?.textContent ??
          ''
        ).trim();
      });
    const tabTo = async (name: string) => {
      for (let presses = 0; presses < 60; presses += 1) {
        if ((await focused()) === name) return;
        await page.keyboard.press('Tab');
      }
      throw new Error(`Tab never came to ${name}; it is at ${await focused()}`);
    };

    await page.goto(`${system.url}/`);
    await page.getByTestId('slot').first().waitFor();
    await tabTo('slot');
    await page.keyboard.press('Enter');
    await heading(page, 'Your details').waitFor();
    expect(await focused()).toBe('Your details');
    await tabTo('name');
    await page.keyboard.type(client.name);
    await tabTo('email');
    await page.keyboard.type(client.email);
    await tabTo('phone');
    await page.keyboard.type(client.phone);
    await page.keyboard.press('Enter');
    // What is missing has the focus.
    await page.locator('[data-testid="error-callConsent"]:not(:empty)').waitFor();
    expect(await focused()).toBe('callConsent');
    await page.keyboard.press('Space');
    await page.keyboard.press('Enter');
    await page.getByTestId('confirmation').waitFor();
    expect(await focused()).toBe('You are booked');

    await tabTo('manage-link');
    await page.keyboard.press('Enter');
    await page.getByTestId('move').waitFor();
    await tabTo('move');
    await page.keyboard.press('Enter');
    await page.getByTestId('slot').first().waitFor();
    expect(await focused()).toBe('Choose a new time');
    await tabTo('slot');
    await page.keyboard.press('Space');
    expect(await focused()).toBe('Move to this time?');
    await tabTo('move-confirm');
    await page.keyboard.press('Enter');
    await page.getByTestId('notice').waitFor();
    expect(await focused()).toBe('status');
    await tabTo('cancel');
    await page.keyboard.press('Enter');
    expect(await focused()).toBe('Cancel this appointment?');
    await page.keyboard.press('Escape');
    await page.locator('[data-testid="cancel"]:focus').waitFor();
    await page.keyboard.press('Enter');
    await tabTo('cancel-confirm');
    await page.keyboard.press('Enter');
    await page.locator('[data-testid="status"][data-status="cancelled"]').waitFor();
    expect(await focused()).toBe('status');
    await system.settle();
    expect(await created(client.name)).toHaveLength(1);
  }, 60_000);

  it('sends what was agreed to to the letter, the language, the hold and an empty trap, and no quicker than people are', async () => {
    const page = await visit({ locale: 'es-MX' });
    const client = newClient();
    const booked = bodies(page, '/appointments');
    await choose(page);
    await fill(page, client);
    const shown = await page.locator('label[for="callConsent"]').innerText();
    await submit(page).click();
    await page.getByTestId('confirmation').waitFor();

    expect(shown).toBe(
      'Acepto que Appointments me llame al número de arriba para esta cita. La llamada la hace un sistema automático.',
    );
    expect(booked).toEqual([
      expect.objectContaining({
        callConsent: { wording: shown },
        locale: 'es-MX',
        holdId: expect.stringMatching(/^hld_/),
        form: { website: '', seconds: expect.any(Number) },
      }),
    ]);
    const form = booked[0]?.['form'] as { seconds: number } | undefined;
    expect(form?.seconds).toBeGreaterThanOrEqual(2);
    await system.settle();
    expect(await created(client.name)).toHaveLength(1);
  }, 60_000);

  it('keeps what was typed and chosen over a reload and a change of language, and nothing once it is booked', async () => {
    const page = await visit();
    const client = newClient();
    await choose(page);
    await fill(page, client);
    await field(page, 'notes').fill('About the contract');
    const until = await page.getByTestId('hold').innerText();
    const typed = () => Promise.all(['name', 'email', 'phone', 'notes'].map((name) => field(page, name).inputValue()));
    const all = [client.name, client.email, client.phone, 'About the contract'];

    await page.reload();
    expect(await typed()).toEqual(all);
    expect(await field(page, 'callConsent').isChecked()).toBe(true);
    expect(await page.getByTestId('hold').innerText()).toBe(until);

    await page.getByRole('link', { name: 'Español' }).click();
    await heading(page, 'Sus datos').waitFor();
    expect(await typed()).toEqual(all);
    expect(await page.title()).toBe('Sus datos · Appointments');
    await page.goBack();
    await heading(page, 'Reserve una llamada').waitFor();
    await page.goForward();

    await submit(page).click();
    await page.getByTestId('confirmation').waitFor();
    expect(await page.evaluate(() => [sessionStorage.length, localStorage.length, document.cookie])).toEqual([
      0,
      0,
      '',
    ]);
    // The language that was asked for goes along.
    await page.getByTestId('manage-link').click();
    await heading(page, 'Su cita').waitFor();
    await page.getByRole('link', { name: 'English' }).click();
    await page.getByTestId('status').getByText('Booked').waitFor();
    await page.goto(`${system.url}/`);
    await page.getByTestId('slot').first().click();
    expect(await typed()).toEqual(['', '', '', '']);
  }, 60_000);

  it('keeps the chosen time for the visitor alone, and gives it back when the visitor goes back', async () => {
    const page = await visit();
    await choose(page);
    const startsAt = (await page.locator('.chosen-time time').getAttribute('datetime')) ?? '';
    const other = { ...newClient(), startsAt, timeZone: 'Europe/Berlin' };
    expect((await system.request('POST', '/appointments', other)).status).toBe(409);

    const released = page.waitForResponse((response) => response.url().includes('/release'));
    await page.getByTestId('change-time').click();
    expect((await released).status()).toBe(204);
    await page.locator(`[data-testid="slot"][data-starts-at="${startsAt}"]`).waitFor();

    expect((await system.request('POST', '/appointments', other)).status).toBe(201);
  }, 60_000);

  it('says politely when a time is kept no longer, and books it all the same where it is still free', async () => {
    const page = await visit();
    const client = newClient();
    await page.clock.install();
    await choose(page);
    await fill(page, client);

    await page.clock.fastForward('11:00');
    await page.locator('[data-hold="over"]').getByText('It may still be free').waitFor();
    await page.getByRole('status').getByText('It may still be free').waitFor();
    expect(await look(page, 'hold-over')).toEqual([]);
    await submit(page).click();
    await page.clock.fastForward('00:05');
    await page.getByTestId('confirmation').waitFor();
    await system.settle();
    expect(await created(client.name)).toHaveLength(1);
  }, 60_000);

  it('books without a hold where none can be had', async () => {
    const page = await visit();
    const client = newClient();
    await page.route('**/holds', (route) => route.abort());
    await page.goto(`${system.url}/`);
    await page.getByTestId('slot').nth(4).click();
    await fill(page, client);
    await page.locator('[data-hold="none"]').waitFor();

    await submit(page).click();
    await page.getByTestId('confirmation').waitFor();
  }, 60_000);

  it('tells at once that the chosen time is gone, and offers the nearest before anything is typed', async () => {
    const page = await visit();
    await page.goto(`${system.url}/`);
    const slot = page.getByTestId('slot').nth(5);
    const startsAt = (await slot.getAttribute('data-starts-at')) ?? '';
    await system.book({ startsAt });

    await slot.click();
    const refusal = page.getByRole('alert').filter({ hasText: 'Someone has just taken this time.' });
    await refusal.getByTestId('slot').first().click();
    await page.locator('[data-hold="kept"]').waitFor();
    expect(await refusal.count()).toBe(0);
  }, 60_000);

  it('offers no choice of one consultant, and of several whoever is free first', async () => {
    const alone = await visit();
    await alone.goto(`${system.url}/`);
    await alone.getByTestId('slot').first().waitFor();
    expect(await field(alone, 'agent').count()).toBe(0);

    const staff = await system.request<{ token: string }>('GET', '/_local/staff-token');
    const keep = (active: boolean) =>
      system.request(
        'PUT',
        '/staff/agents/agt_kim',
        {
          name: 'Kim Doe',
          email: 'kim@example.com',
          phone: '+12025550111',
          timeZone: 'Europe/Berlin',
          workingHours: '09:00-17:00',
          active,
        },
        { authorization: `Bearer ${staff.body.token}` },
      );
    expect((await keep(true)).status).toBe(200);
    const page = await visit();
    const held = bodies(page, '/holds');
    const asked: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('/availability')) asked.push(new URL(request.url()).searchParams.get('agentId') ?? '');
    });
    await page.goto(`${system.url}/`);
    await page.getByTestId('slot').first().waitFor();
    expect(await page.getByLabel('Consultant').locator('option').allInnerTexts()).toEqual([
      'Whoever is free',
      'Alex Morgan',
      'Kim Doe',
    ]);
    expect(await look(page, 'consultants')).toEqual([]);
    expect((await shiftOf(page)).sum).toBeLessThan(0.01);
    await page.getByLabel('Consultant').selectOption('Kim Doe');
    await page.getByTestId('slot').first().click();
    await page.locator('[data-hold="kept"]').waitFor();

    expect(asked).toEqual(['', 'agt_kim']);
    expect(held).toEqual([expect.objectContaining({ agentId: 'agt_kim' })]);
    await fill(page, newClient());
    await submit(page).click();
    await page.getByTestId('confirmation').getByText('Kim Doe', { exact: true }).waitFor();
    await page.getByTestId('manage-link').click();
    await page.getByTestId('move').click();
    await page.getByTestId('slot').first().click();
    await page.getByTestId('move-confirm').click();
    await page.getByTestId('notice').waitFor();
    // It is moved among the times of whom it is with.
    expect(asked.slice(2)).toEqual(['agt_kim']);
    expect((await keep(false)).status).toBe(200);
  }, 60_000);

  it('hands the entry to calendars: as a file with the invitation’s own UID, and without the manage link to those on the web', async () => {
    const page = await visit();
    const client = newClient();
    await choose(page);
    await fill(page, client);
    await submit(page).click();
    await page.getByTestId('confirmation').waitFor();
    const manageUrl = (await page.getByTestId('manage-link').getAttribute('href')) ?? '';
    const [, id = ''] = /manage\/([^#]+)#/.exec(manageUrl) ?? [];

    const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('calendar-file').click()]);
    const stream = await download.createReadStream();
    let file = '';
    for await (const chunk of stream) file += String(chunk);
    expect(download.suggestedFilename()).toBe('appointment.ics');
    expect(file).toContain(`UID:${id}@appointments\r\n`);
    await system.settle();
    const invitation = (await system.emailsAbout(id)).flatMap(({ attachments }) => attachments)[0]?.text ?? '';
    for (const line of [/^UID:.*$/m, /^SEQUENCE:.*$/m, /^DTSTART:.*$/m, /^DTEND:.*$/m])
      expect(line.exec(file)?.[0]).toBe(line.exec(invitation)?.[0]);

    const links = await page
      .getByTestId('web-calendar')
      .evaluateAll((all) => all.map((one) => one.getAttribute('href') ?? ''));
    expect(links).toHaveLength(3);
    const token = manageUrl.slice(manageUrl.indexOf('#') + 1);
    for (const link of links) expect(decodeURIComponent(link)).not.toContain(token);
  }, 60_000);

  it('wears the brand’s colour and logo within its policy, and can still be read', async () => {
    const logo = `data:image/svg+xml,${encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" width="200" height="50"><rect width="200" height="50" fill="#e8590c"/></svg>')}`;
    const branded = await startSystem({ BRAND_NAME: 'Acme & Sons', BRAND_COLOR: '#e8590c', BRAND_LOGO_URL: logo });
    try {
      for (const colorScheme of ['light', 'dark'] as const) {
        const page = await visit({ colorScheme });
        await page.goto(`${branded.url}/`);
        await page.getByTestId('slot').first().waitFor();
        expect(
          await page
            .getByRole('img', { name: 'Acme & Sons' })
            .evaluate((image) => (image as HTMLImageElement).naturalWidth),
        ).toBe(200);
        expect(await look(page, `brand-${colorScheme}-times`)).toEqual([]);
        await page.getByTestId('slot').first().click();
        await page.locator('[data-hold="kept"]').waitFor();
        expect(await look(page, `brand-${colorScheme}-details`)).toEqual([]);
        expect((await shiftOf(page)).sum).toBeLessThan(0.01);
        if (colorScheme === 'light')
          expect(await submit(page).evaluate((button) => getComputedStyle(button).backgroundColor)).toBe(
            'rgb(232, 89, 12)',
          );
      }
    } finally {
      await branded.stop();
    }
  }, 90_000);

  it('is not served at all in a colour that cannot be read, and what is said names one that can', async () => {
    await expect(startSystem({ BRAND_COLOR: '#ffd400' })).rejects.toThrow(
      /BRAND_COLOR: cannot be read: on a white page #ffd400 has a contrast of 1\.4, .+ is #b09200/,
    );
  }, 90_000);
});
