import { describe, expect, it } from '@jest/globals';
import { durationParts } from './duration';
import { bookingBody, submissionKeys } from './submission';
import { cityOf, searchZones } from './zones';

describe('a submission', () => {
  it('keeps its key while its content is the same, and gets another when it changed', () => {
    let made = 0;
    const keyFor = submissionKeys(() => `key-${(made += 1)}`);

    expect([keyFor('a'), keyFor('a'), keyFor('b'), keyFor('b'), keyFor('a')]).toEqual([
      'key-1',
      'key-1',
      'key-2',
      'key-2',
      'key-3',
    ]);
  });

  it('sends what was typed without the spaces around it, and leaves out empty notes', () => {
    const values = { name: ' Ada ', email: 'ada@example.com ', country: 'US', phone: '', notes: ' ', smsConsent: true };

    expect(JSON.parse(bookingBody(values, '+12025550143', '2026-12-01T10:00:00-05:00', 'America/New_York'))).toEqual({
      name: 'Ada',
      email: 'ada@example.com',
      phone: '+12025550143',
      startsAt: '2026-12-01T10:00:00-05:00',
      timeZone: 'America/New_York',
      smsConsent: true,
    });
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
