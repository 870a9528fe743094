import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { command } from '../src/command';
import { replayed } from '../src/replayed';
import { AGENT, startSystem, type Booking, type EventView, type System } from '../src/system';

describe('a case out of a file', () => {
  it('is lived through as it was: the same reminders, the second attempt, the same conversation', async () => {
    const { of, differences } = await replayed(join(__dirname, '../cases/second-attempt.jsonl'), {
      environment: { REMINDERS: '24h,1h' },
    });

    expect(differences).toEqual([]);
    expect(of('dial').map(({ to, title }) => [to, title])).toEqual([
      ['+12025550101', 'no-answer'],
      ['+12025550101', 'completed'],
      ['+12025550100', 'completed'],
    ]);
    expect(of('mail').map(({ to, title }) => `${to}: ${title.replace(/ for .*/, '')}`)).toEqual([
      'person1@example.com: Appointment with Person 2: confirmed',
      'person2@example.com: Appointment with Person 1: booked',
      'person1@example.com: Appointment with Person 2: reminder',
      'person2@example.com: Appointment with Person 1: reminder',
      'person1@example.com: Appointment with Person 2: reminder',
      'person2@example.com: Appointment with Person 1: reminder',
    ]);
  }, 120_000);

  it('shows where other code, or other settings, would do otherwise', async () => {
    const { differences } = await replayed(join(__dirname, '../cases/second-attempt.jsonl'), {
      environment: { REMINDERS: '24h', CALL_POLICY: '{"attempts":1}' },
    });

    expect(differences.map((line) => line.split(' ', 2).join(' ')).toSorted((a, b) => a.localeCompare(b))).toEqual([
      'gone ',
      'gone ',
      'gone ',
      'gone ',
      'new CallFailed',
    ]);
  }, 120_000);
});

describe('a case of this laptop', () => {
  let system: System;
  let folder: string;
  let booking: Booking;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'case-'));
    system = await startSystem();
    const made = await system.book();
    booking = made;
    await system.behaves(made.client.phone, 'busy', 3);
    await system.behaves(AGENT, 'accept', 1);
    await system.advanceTo(made.startsAt);
    await system.advanceBy('PT15M');
  }, 120_000);
  afterAll(async () => {
    await system.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const against = (environment: Record<string, string>, ...args: string[]) =>
    command(
      { url: system.url, environment: { REMINDERS: 'none', ...environment } },
      'replay',
      '--appointment',
      booking.appointmentId,
      '--against',
      join(__dirname, '../..'),
      ...args,
    );

  it('is done again by the same code as it was done, call by call and mail by mail', async () => {
    const { code, result } = await against({});

    expect(result).toMatch(/\n\d+ = as then\n$/);
    expect(result).toContain('CallFailed, published by telephony');
    expect(code).toBe(0);
  }, 120_000);

  it('shows line by line what would be written otherwise, and ends as diff does', async () => {
    const { code, result } = await against({ BRAND_NAME: 'Other House' });

    expect(code).toBe(1);
    expect(result).toMatch(/\n {2}~ \S+ \S+ {2}mail to .*confirmed/);
    expect(result).toMatch(/\n {8}- .*Appointments/);
    expect(result).toMatch(/\n {8}\+ .*Other House/);
    expect(result).toMatch(/ ~ otherwise/);
  }, 120_000);

  it('that was brought from elsewhere is compared by its events, since nobody here kept its mails', async () => {
    const { result: lines } = await command(
      system,
      'events',
      'export',
      '--appointment',
      booking.appointmentId,
      '--mask',
    );
    const file = join(folder, 'case.jsonl');
    const elsewhere = lines
      // In the ids of its calls too.
      .replaceAll(booking.appointmentId.slice('apt_'.length), 'elsewhere')
      .replaceAll('{"id":"', '{"id":"elsewhere-');
    writeFileSync(file, elsewhere);
    const events = await system.list<EventView>('/_local/events');
    const imported = await command(system, 'events', 'import', file);
    booking = { ...booking, appointmentId: 'apt_elsewhere' };

    const { code, result } = await against({});

    expect(imported.output).toMatch(/^\d events imported into the archive; nobody has heard them yet\./);
    expect(await system.list('/_local/events')).toEqual(events);
    expect(result).toMatch(/ {2}\? \S+ \S+ {2}mail to person1@example\.com/);
    expect(result).toMatch(/= as then · \d+ \? of which nobody kept what was done then\n$/);
    expect(code).toBe(0);
  }, 120_000);
});
