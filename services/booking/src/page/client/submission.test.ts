import { describe, expect, it } from '@jest/globals';
import { durationParts } from './duration';
import * as fc from 'fast-check';
import { bookingWish, secondsOpen, stillToWaitMs, submissions } from './submission';
import { cityOf, searchZones } from './zones';

const values = {
  name: ' Ada ',
  email: 'ada@example.com ',
  country: 'US',
  phone: '',
  notes: ' ',
  smsConsent: true,
  callConsent: true,
};
const chosen = {
  e164: '+12025550143',
  startsAt: '2026-12-01T10:00:00-05:00',
  timeZone: 'America/New_York',
  agentId: '',
  locale: 'en-GB',
  consented: 'I agree.',
};
const wishOf = (name: string) => bookingWish({ ...values, name }, chosen);

describe('a submission', () => {
  const counted = () => {
    let made = 0;
    return submissions(() => `key-${(made += 1)}`);
  };
  const attempt = (seconds: number, holdId?: string) => ({ website: '', seconds, holdId });

  it('keeps its key and every byte of its body while what is asked for is the same, whatever else has changed', () => {
    const requests = counted();
    const first = requests.next(wishOf('Ada'), attempt(3, 'hld_1'));

    expect(requests.next(wishOf('Ada'), attempt(60))).toEqual(first);
    expect(JSON.parse(first.body)).toMatchObject({ holdId: 'hld_1', form: { website: '', seconds: 3 } });
  });

  it('gets another key when what is asked for has changed, and when it was refused before', () => {
    const requests = counted();
    const keys = [wishOf('Ada'), wishOf('Bea'), wishOf('Ada')].map((wish) => requests.next(wish, attempt(3)).key);
    requests.forget();

    expect([...keys, requests.next(wishOf('Ada'), attempt(4)).key]).toEqual(['key-1', 'key-2', 'key-3', 'key-4']);
  });

  it('is gone on with after the page was loaded again', () => {
    const last = counted().next(wishOf('Ada'), attempt(3, 'hld_1'));

    expect(submissions(() => 'another', last).next(wishOf('Ada'), attempt(9))).toEqual(last);
  });

  it('asks for what was typed without the spaces around it, and for nothing that was left empty', () => {
    expect(bookingWish(values, chosen)).toEqual({
      name: 'Ada',
      email: 'ada@example.com',
      phone: '+12025550143',
      startsAt: '2026-12-01T10:00:00-05:00',
      timeZone: 'America/New_York',
      smsConsent: true,
      callConsent: { wording: 'I agree.' },
      locale: 'en-GB',
    });
    expect(bookingWish({ ...values, notes: ' a ' }, { ...chosen, agentId: 'agt_1' })).toMatchObject({
      notes: 'a',
      agentId: 'agt_1',
    });
  });
});

describe('the time that a form was open', () => {
  it('is waited out up to the minimum, and then said to be no shorter than that', () => {
    expect([stillToWaitMs(500, 2), stillToWaitMs(2000, 2), stillToWaitMs(9000, 2), stillToWaitMs(0, 0)]).toEqual([
      1500, 0, 0, 0,
    ]);
    expect([secondsOpen(1999.6, 2), secondsOpen(2345, 2), secondsOpen(100, 0)]).toEqual([2, 2.3, 0.1]);
  });

  it('is never said to be less than the minimum nor more than it was once it was waited out', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e7, noNaN: true }), fc.integer({ min: 0, max: 60 }), (openMs, minimum) => {
        const then = openMs + stillToWaitMs(openMs, minimum);
        const said = secondsOpen(then, minimum);
        expect(said).toBeGreaterThanOrEqual(minimum);
        expect(said).toBeLessThanOrEqual(Math.max(then / 1000, minimum));
      }),
    );
  });
});

describe('zones', () => {
  const zones = ['America/New_York', 'America/North_Dakota/New_Salem', 'Asia/Calcutta', 'Asia/Tokyo', 'Europe/York'];

  it('are found by the words of their name, the city that begins with them first', () => {
    expect(searchZones(zones, 'york')).toEqual(['Europe/York', 'America/New_York']);
    expect(searchZones(zones, 'new york')).toEqual(['America/New_York']);
    expect(searchZones(zones, 'America new_y')).toEqual(['America/New_York']);
    expect(searchZones(zones, 'TÓKYO')).toEqual(['Asia/Tokyo']);
    expect(searchZones(zones, '')).toEqual(zones);
    expect(searchZones(zones, 'Atlantis')).toEqual([]);
  });

  it('go by the name their city has today, and by the one it had', () => {
    expect(searchZones(zones, 'kolkata')).toEqual(['Asia/Calcutta']);
    expect(searchZones(zones, 'calcutta')).toEqual(['Asia/Calcutta']);
    expect(cityOf('Asia/Calcutta')).toBe('Kolkata');
  });
});

describe('a duration', () => {
  it('is told in the units it needs', () => {
    expect(durationParts(0)).toEqual([[0, 'seconds']]);
    expect(durationParts(65)).toEqual([
      [1, 'minutes'],
      [5, 'seconds'],
    ]);
    expect(durationParts(7200)).toEqual([[2, 'hours']]);
  });
});
