import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { browserFor, launch, phoneCard, press } from './src/browser';
import { axeFaults } from './src/look';
import { AGENT, startSystem, type EventView, type System } from './src/system';

const executable = browserFor('e2e/browser.test.ts');
const describeInBrowser = executable === undefined ? describe.skip : describe;

describeInBrowser('in a real browser', () => {
  let browser: Browser;
  let system: System;
  let context: BrowserContext;
  let page: Page;
  /** What the pages of this test sent that could change something. */
  const sent: string[] = [];
  beforeAll(async () => {
    browser = await launch(executable ?? '');
    system = await startSystem();
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  });
  const faultsOfPages: string[] = [];
  beforeEach(async () => {
    faultsOfPages.length = 0;
    context = await browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/Berlin' });
    context.on('weberror', (error) => faultsOfPages.push(String(error.error())));
    sent.length = 0;
    context.on('request', (request) => {
      const { pathname } = new URL(request.url());
      if (request.method() !== 'GET' && !pathname.startsWith('/_local')) sent.push(`${request.method()} ${pathname}`);
    });
    page = await context.newPage();
  });
  afterEach(async () => {
    await context.close();
    expect(faultsOfPages).toEqual([]);
  });

  /** A time that no test reaches while it fills a form. */
  const chooseTime = async (): Promise<Locator> => {
    await page.goto(`${system.url}/`);
    return page.getByTestId('slot').nth(3);
  };
  const startOf = async (slot: Locator) => new Date((await slot.getAttribute('data-starts-at')) ?? '');
  const field = (name: string) => page.locator(`[name="${name}"]`);
  const submit = () => page.getByRole('button', { name: 'Book this call' });
  const status = (on: Page, word: string) => on.locator(`[data-testid="status"][data-status="${word}"]`);
  const happened = (on: Page, type: string) => on.locator(`[data-testid="event"][data-type="${type}"]`);
  const created = async (name: string) =>
    (await system.list<EventView>('/_local/events')).filter(
      (event) => event.detailType === 'AppointmentCreated' && JSON.stringify(event.detail.data).includes(name),
    );

  it('from the booking page to the joined call, and how it went', async () => {
    const client = '+12025550143';

    // The booking, by keyboard but for the phone's number, and a submit button pressed twice.
    const slot = await chooseTime();
    const startsAt = await startOf(slot);
    await slot.press('Enter');
    await field('name').focus();
    await page.keyboard.type('Ada Byron');
    await page.keyboard.press('Tab');
    await page.keyboard.type('ada.byron@example.com');
    await page.keyboard.press('Tab');
    await page.keyboard.type('United States');
    await field('phone').fill('(202) 555-0143');
    await page.getByText('We will phone +1 202 555 0143.').waitFor();
    await field('callConsent').press('Space');
    await submit().dblclick();
    const confirmation = page.getByTestId('confirmation');
    await confirmation.getByText('ada.byron@example.com').waitFor();
    await system.settle();
    expect(await created('Ada Byron')).toHaveLength(1);
    // The slot alone would refuse a second booking; the page does not even ask for one.
    expect(sent).toEqual(['POST /holds', 'POST /appointments']);
    const manageUrl = (await page.getByTestId('manage-link').getAttribute('href')) ?? '';
    expect(manageUrl).toMatch(/\/manage\/[^#]+#v1\./);

    // Elsewhere the confirmation has arrived, and its button is the same link.
    const console = await context.newPage();
    await console.goto(`${system.url}/console`);
    await console.getByTestId('email').filter({ hasText: 'to ada.byron@example.com' }).click();
    const email = console.frameLocator('iframe');
    await email.getByText('Hello Ada Byron,').waitFor();
    expect(await email.getByRole('link').getAttribute('href')).toBe(manageUrl);
    await console.keyboard.press('Escape');

    // The clock goes to the scheduler's wake-up, when nothing rings yet, and on to the booked second.
    await console.getByTestId('next-wake-up').click();
    await console.waitForFunction(
      (ms) =>
        Math.abs(Date.parse(document.querySelector('[data-testid="now"] time')?.getAttribute('datetime') ?? '') - ms) <
        30_000,
      startsAt.getTime() - 120_000,
    );
    expect(await phoneCard(console, AGENT).count()).toBe(0);
    await console.getByTestId('next-appointment').click();

    await phoneCard(console, AGENT, 'ringing').getByRole('button', { name: 'Answer' }).click();
    await phoneCard(console, AGENT, 'in-call').getByText('You have a scheduled appointment with Ada Byron').waitFor();
    expect(await phoneCard(console, client).count()).toBe(0);
    await press(phoneCard(console, AGENT), '1');
    await phoneCard(console, client, 'ringing').getByRole('button', { name: 'Answer' }).click();
    await phoneCard(console, client, 'in-call').getByText('Your consultant is ready to speak with you').waitFor();
    await press(phoneCard(console, client), '1');

    await phoneCard(console, AGENT, 'in-call').getByText('talking with Ada Byron').waitFor();
    await phoneCard(console, client, 'in-call').getByText('talking with Alex Morgan').waitFor();
    await happened(console, 'CallConnected').waitFor();

    // The page behind the link follows the call without being loaded again.
    await page.bringToFront();
    await page.getByTestId('manage-link').click();
    await status(page, 'connected').waitFor();
    await console.bringToFront();
    await phoneCard(console, client).getByRole('button', { name: 'Hang up' }).click();
    await phoneCard(console, client, 'idle').waitFor();
    await phoneCard(console, AGENT, 'idle').waitFor();
    await happened(console, 'CallCompleted').waitFor();

    await page.bringToFront();
    await status(page, 'completed').waitFor();
    await page.locator('[data-testid="call-outcome"][data-outcome="completed"]').waitFor();
    expect(await page.getByTestId('call').innerText()).toContain('Alex Morgan: 1 · you: 1');
    expect(await axeFaults(page)).toEqual([]);
    expect(await page.getByTestId('history').getByRole('listitem').allInnerTexts()).toEqual([
      expect.stringContaining('The call ended'),
      expect.stringContaining('You were connected'),
      expect.stringContaining('Consultant answered'),
      expect.stringContaining('Booked'),
    ]);
  }, 60_000);

  it('opening the link changes nothing; only the confirmed button cancels, by POST', async () => {
    const booking = await system.book();

    await page.goto(booking.manageUrl);
    await status(page, 'scheduled').waitFor();
    await page.getByTestId('cancel').click();
    await page.getByTestId('cancel-confirm').waitFor();
    await system.settle();
    expect(sent).toEqual([]);
    expect(await system.appointment(booking)).toMatchObject({ status: 'scheduled', version: 1 });

    await page.getByLabel('Reason').fill('I am travelling');
    await page.getByTestId('cancel-confirm').click();
    await status(page, 'cancelled').waitFor();
    await page.getByTestId('notice').getByText('Your appointment has been cancelled.').waitFor();
    await system.settle();
    expect(sent).toEqual([`POST /appointments/${booking.appointmentId}/cancel`]);
    expect((await system.eventsOf(booking.appointmentId)).map((event) => event.detailType)).toEqual([
      'AppointmentCreated',
      'AppointmentCancelled',
    ]);
    expect(await page.getByTestId('cancel').count()).toBe(0);
  }, 60_000);

  it('the page moves an appointment to another time', async () => {
    const booking = await system.book();

    await page.goto(booking.manageUrl);
    await page.getByTestId('move').click();
    const slot = page.getByTestId('slot').nth(5);
    const startsAt = await startOf(slot);
    await slot.click();
    await page.getByTestId('move-confirm').click();
    await page.getByTestId('notice').getByText('Your appointment has been moved.').waitFor();

    const moved = await system.appointment(booking);
    expect(moved).toMatchObject({ status: 'scheduled', version: 2 });
    expect(new Date(moved.startsAt)).toEqual(startsAt);
  }, 60_000);

  it('faults stand beside their fields, the browser’s and the server’s, and nothing typed is lost', async () => {
    await (await chooseTime()).click();
    await field('notes').fill('About the contract');
    await submit().click();
    await page.getByTestId('error-name').getByText('Enter your name.').waitFor();
    await page.getByTestId('error-email').getByText('Enter your e-mail address.').waitFor();
    await page.getByTestId('error-phone').getByText('Enter your phone number.').waitFor();
    await page.getByTestId('error-callConsent').getByText('Please tick this box').waitFor();
    // The first faulty field has the focus: what is typed goes there.
    await page.keyboard.type('Grace Faulty');
    await field('email').fill('grace@example..com');
    await field('phone').fill('202 555 0144');
    await field('callConsent').check();
    await submit().click();

    await page.locator('[data-testid="error-email"]:not(:empty)').waitFor();
    expect(await page.getByTestId('error-name').innerText()).toBe('');
    const typed = await Promise.all(['name', 'email', 'phone', 'notes'].map((name) => field(name).inputValue()));
    expect(typed).toEqual(['Grace Faulty', 'grace@example..com', '202 555 0144', 'About the contract']);
    expect(await created('Grace Faulty')).toHaveLength(0);

    await field('email').fill('grace@example.com');
    await field('email').press('Enter');
    await page.getByTestId('confirmation').waitFor();
    await system.settle();
    expect(await created('Grace Faulty')).toHaveLength(1);
  }, 60_000);

  it('a number that will not be called is refused beside its field by what it is, and nothing typed is lost', async () => {
    await (await chooseTime()).click();
    expect(await field('country').locator('option').allInnerTexts()).toEqual(['United States (+1)']);
    await field('name').fill('Grace Elsewhere');
    await field('email').fill('grace@example.com');
    await field('notes').fill('About the contract');
    await field('callConsent').check();

    // What the calling code tells is said before the form is sent; the server says the rest.
    await field('phone').fill('+44 20 7946 0958');
    await page.getByText('We can phone only numbers of: United States.').waitFor();
    await submit().click();
    await page
      .getByTestId('error-phone')
      .getByText('This is a number in the UK, and we call only numbers in the US.')
      .waitFor();
    await field('phone').fill('(900) 555-0100');
    await submit().click();
    await page.getByTestId('error-phone').getByText('This is a premium-rate number, which we do not call.').waitFor();
    const typed = await Promise.all(['name', 'email', 'phone', 'notes'].map((name) => field(name).inputValue()));
    expect(typed).toEqual(['Grace Elsewhere', 'grace@example.com', '(900) 555-0100', 'About the contract']);
    expect(await created('Grace Elsewhere')).toHaveLength(0);

    await field('phone').fill('(202) 555-0147');
    await submit().click();
    await page.getByTestId('confirmation').waitFor();
    await system.settle();
    expect(await created('Grace Elsewhere')).toHaveLength(1);
  }, 60_000);

  it('where the answer is lost on the way, pressing again shows the booking that was made and makes no second one', async () => {
    await (await chooseTime()).click();
    await field('name').fill('Lost Answer');
    await field('email').fill('lost@example.com');
    await field('phone').fill('202 555 0146');
    await field('callConsent').check();
    await page.route(
      '**/appointments',
      async (route) => {
        await route.fetch();
        await route.abort('connectionreset');
      },
      { times: 1 },
    );

    await submit().click();
    await page.getByText('we do not know whether your booking arrived').waitFor();
    await submit().click();
    await page.getByTestId('confirmation').waitFor();
    await system.settle();

    expect(sent).toEqual(['POST /holds', 'POST /appointments', 'POST /appointments']);
    expect(await created('Lost Answer')).toHaveLength(1);
  }, 60_000);

  it('of a time taken meanwhile the nearest free ones are offered, and one click books one with what was typed', async () => {
    const slot = await chooseTime();
    const taken = await startOf(slot);
    await slot.click();
    await field('name').fill('Second Comer');
    await field('email').fill('second@example.com');
    await field('phone').fill('202 555 0145');
    await field('callConsent').check();
    await page.getByTestId('hold').getByText('Kept for you until').waitFor();
    // Longer than it is kept, and somebody else comes.
    await system.advanceBy('PT11M');
    await system.book({ startsAt: taken.toISOString() });

    await submit().click();
    const refusal = page.getByRole('alert').filter({ hasText: 'Someone has just taken this time.' });
    const near = refusal.getByTestId('slot').first();
    const nearest = await startOf(near);
    expect(nearest).not.toEqual(taken);
    expect(await refusal.getByTestId('slot').count()).toBeLessThanOrEqual(5);
    await near.click();
    expect(await field('name').inputValue()).toBe('Second Comer');
    await submit().click();
    await page.getByTestId('confirmation').waitFor();
    await system.settle();

    const bookings = await created('Second Comer');
    expect(bookings).toHaveLength(1);
    expect(new Date(String(bookings[0]?.detail.data['startsAt']))).toEqual(nearest);
  }, 60_000);

  it('times are shown in the zone the visitor chooses, and stay the same instants', async () => {
    const slot = await chooseTime();
    const startsAt = await startOf(slot);
    await page.getByTestId('zone').getByText('Berlin').waitFor();

    await page.getByTestId('change-zone').press('Enter');
    await page.keyboard.type('tokyo');
    await page.keyboard.press('Enter');
    await page.getByTestId('zone').getByText('Tokyo (UTC+9)').waitFor();

    const starts = await page
      .getByTestId('slot')
      .evaluateAll((slots) => slots.map((one) => one.getAttribute('data-starts-at') ?? ''));
    expect(starts.every((start) => start.endsWith('+09:00'))).toBe(true);
    expect(starts.map((start) => Date.parse(start))).toContain(startsAt.getTime());
  }, 60_000);
});
