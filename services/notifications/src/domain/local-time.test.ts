import { describe, expect, it } from '@jest/globals';
import { LANGUAGES } from './language';
import { spellDuration, spellOut, spellTries } from './local-time';

describe('a local start', () => {
  it.each([
    [
      '2026-12-01T16:00:00+01:00',
      'Europe/Berlin',
      'Tuesday, 1 December 2026, 16:00 (Europe/Berlin, UTC+01:00)',
      'Tue 1 Dec 2026, 16:00',
    ],
    [
      '2024-02-29T00:05:00-03:30',
      'America/St_Johns',
      'Thursday, 29 February 2024, 00:05 (America/St_Johns, UTC-03:30)',
      'Thu 29 Feb 2024, 00:05',
    ],
    ['2026-07-05T09:00:00.000Z', 'UTC', 'Sunday, 5 July 2026, 09:00 (UTC, UTC+00:00)', 'Sun 5 Jul 2026, 09:00'],
  ])('%s in %s is spelled out as it is given', (localStart, zone, when, whenShort) => {
    expect(spellOut(localStart, zone, 'en')).toEqual({ when, whenShort });
  });

  it('is believed where our own zone rules would say otherwise', () => {
    expect(spellOut('2030-07-01T16:00:00+01:00', 'Europe/Berlin', 'en').when).toBe(
      'Monday, 1 July 2030, 16:00 (Europe/Berlin, UTC+01:00)',
    );
  });

  it('without an offset is refused', () => {
    expect(() => spellOut('2026-12-01T16:00:00', 'Europe/Berlin', 'en')).toThrow();
  });

  it('is spelled out in Spanish for whoever reads Spanish', () => {
    expect(spellOut('2026-12-01T16:00:00+01:00', 'Europe/Madrid', 'es')).toEqual({
      when: 'martes, 1 de diciembre de 2026, 16:00 (Europe/Madrid, UTC+01:00)',
      whenShort: 'mar 1 dic 2026, 16:00',
    });
  });

  it.each(LANGUAGES)('has the names of days and months that Unicode’s data has: %s', (language) => {
    const monday = Date.UTC(2026, 1, 2);
    const instants = [
      ...Array.from({ length: 7 }, (_, day) => new Date(monday + day * 86_400_000)),
      ...Array.from({ length: 12 }, (_, month) => new Date(Date.UTC(2026, month, 1))),
    ];

    for (const instant of instants) {
      const { when } = spellOut(instant.toISOString(), 'UTC', language);
      const name = (options: Intl.DateTimeFormatOptions) =>
        instant.toLocaleDateString(language, { ...options, timeZone: 'UTC' });
      expect(when).toContain(name({ weekday: 'long' }));
      expect(when).toContain(name({ month: 'long' }));
    }
  });
});

it.each([
  [30, '30 minutes', '30 minutos'],
  [60, '1 hour', '1 hora'],
  [65, '1 hour 5 minutes', '1 hora 5 minutos'],
  [121, '2 hours 1 minute', '2 horas 1 minuto'],
])('%d minutes are spelled %j and %j', (minutes, english, spanish) => {
  expect([spellDuration(minutes, 'en'), spellDuration(minutes, 'es')]).toEqual([english, spanish]);
});

it('tries are counted in words', () => {
  expect([0, 1, 2, 3].map((tries) => spellTries(tries, 'en'))).toEqual(['', 'once', 'twice', '3 times']);
  expect([0, 1, 2, 3].map((tries) => spellTries(tries, 'es'))).toEqual(['', 'una vez', '2 veces', '3 veces']);
});
