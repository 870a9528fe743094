import { describe, expect, it } from '@jest/globals';
import { AppointmentCreated } from '@appointments/events';
import fc from 'fast-check';
import type { Particulars } from './projection';
import { codeMessage, MOST_SEGMENTS, wantsTexts, wordMessage } from './text-message';
import { sizeOf } from './text-size';

const house = { brandName: 'Appointments' };
const to = (locale: string) => ({ phone: '+12025550123', locale, code: '012345' });
const ENGLISH =
  'Appointments: 012345 is your code to confirm this phone number. You booked no call? Then ignore this message.';
const SPANISH =
  'Appointments: 012345 es su clave para confirmar este teléfono. ¿No ha reservado ninguna llamada? Ignore este mensaje.';

describe('the text message with a code', () => {
  it.each([
    ['en', ENGLISH],
    ['es', SPANISH],
    ['es-MX', SPANISH],
    ['fr', ENGLISH],
    ['constructor', ENGLISH],
  ])('to whoever booked in %s', (locale, text) => {
    expect(codeMessage(to(locale), house)).toEqual({ to: '+12025550123', text });
  });

  it('has the brand as it is, on one line', () => {
    const { text } = codeMessage(to('en'), { brandName: 'Räume & Co\n{{code}}' });

    expect(text).toMatch(/^Räume & Co \{\{code\}\}: 012345 is your code/);
  });
});

describe('the text message that tells a word', () => {
  const { client, agent, localStart, ...rest } = AppointmentCreated.example.data;
  const particulars = (changes: Partial<typeof client> = {}, more: Partial<Particulars> = {}): Particulars => ({
    ...rest,
    version: 1,
    localStart,
    agent,
    client: { ...client, smsConsent: true, ...changes },
    ...more,
  });
  const manageUrl = `https://appointments.example.com/manage/${rest.appointmentId}#v1.k1.1798731000.${'x'.repeat(43)}`;
  const KINDS = ['confirmation', 'moved', 'cancelled', 'reminder', 'could-not-connect'] as const;
  const say = (kind: (typeof KINDS)[number], given = particulars(), brandName = 'Appointments') =>
    wordMessage(kind, { particulars: given, manageUrl }, { brandName }).text;

  it.each([
    [
      'confirmation',
      'Appointments: your call with Alex Morgan is booked for Tue 1 Dec 2026, 16:00 (Europe/Berlin). We phone you. Reply STOP to get no more texts.',
      1,
    ],
    [
      'moved',
      'Appointments: your call with Alex Morgan was moved to Tue 1 Dec 2026, 16:00 (Europe/Berlin). We phone you. Reply STOP to get no more texts.',
      1,
    ],
    [
      'cancelled',
      'Appointments: your call with Alex Morgan on Tue 1 Dec 2026, 16:00 (Europe/Berlin) is cancelled. Nobody will phone you. Reply STOP to get no more texts.',
      1,
    ],
    [
      'reminder',
      `Appointments: your call with Alex Morgan is on Tue 1 Dec 2026, 16:00 (Europe/Berlin). We phone you. Another time, or none: ${manageUrl} Reply STOP to get no more texts.`,
      2,
    ],
    [
      'could-not-connect',
      `Appointments: we could not connect you with Alex Morgan for your call of Tue 1 Dec 2026, 16:00. Choose another time: ${manageUrl} Reply STOP to get no more texts.`,
      2,
    ],
  ] as const)('%s, and how to get no more, in as few segments as it takes', (kind, text, segments) => {
    expect(say(kind)).toBe(text);
    expect(sizeOf(text)).toMatchObject({ encoding: 'GSM-7', segments });
  });

  it.each(KINDS)('%s: in the language they booked in, in the characters that cost least', (kind) => {
    const text = say(kind, particulars({ locale: 'es' }));

    expect(text).toMatch(/Responda STOP para dejar de recibirlos\.$/);
    expect(sizeOf(text).encoding).toBe('GSM-7');
  });

  it.each(KINDS)('%s: says how to stop only where the law wants it', (kind) => {
    expect(say(kind, particulars({ phone: '+4930123456' }))).not.toContain('STOP');
  });

  it.each(['en', 'es'])(
    'never asks for an answer that would end all texts where it means one appointment: %s',
    (locale) => {
      for (const kind of KINDS) expect(say(kind, particulars({ locale }))).not.toMatch(/(reply|responda)\s+(?!STOP)/i);
    },
  );

  it('says that it is to be confirmed where nobody is phoned before that', () => {
    const text = say('confirmation', particulars({}, { unproven: ['email'] }));

    expect(text).toContain('confirm it: see our e-mail');
    expect(text).not.toContain('We phone you.');
  });

  it('names the newest agent', () => {
    const newest = { ...agent, agentVersion: 2, name: 'Kim Lee' };

    expect(wordMessage('moved', { particulars: particulars(), agent: newest, manageUrl }, house).text).toContain(
      'Kim Lee',
    );
  });

  const LONGEST = 'America/Argentina/ComodRivadavia';
  const names = {
    'letters of GSM 03.38': 'x'.repeat(100),
    'letters that are escaped': '€'.repeat(100),
    'letters that are not in it': '王'.repeat(100),
    'signs of two units': '😀'.repeat(50),
  };

  it.each(
    KINDS.flatMap((kind) =>
      ['en', 'es'].flatMap((locale) =>
        Object.entries(names).map(([what, name]) => [kind, locale, what, name] as const),
      ),
    ),
  )('%s in %s takes three segments at most with the longest names, of %s', (kind, locale, _what, name) => {
    for (const unproven of [undefined, ['email' as const]]) {
      const given = particulars({ locale }, { timeZone: LONGEST, agent: { ...agent, name }, unproven });

      expect(sizeOf(say(kind, given, name)).segments).toBeLessThanOrEqual(MOST_SEGMENTS);
    }
  });

  it('takes three segments at most whatever people are called and wherever clients book', () => {
    fc.assert(
      fc.property(
        fc.record({
          kind: fc.constantFrom(...KINDS),
          locale: fc.constantFrom('en', 'es', 'fr'),
          name: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 100 }),
          brandName: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
          url: fc.webUrl({ withFragments: true, size: 'large' }),
        }),
        ({ kind, locale, name, brandName, url }) => {
          const given = particulars({ locale }, { timeZone: LONGEST, agent: { ...agent, name } });
          const { text } = wordMessage(kind, { particulars: given, manageUrl: url }, { brandName });

          expect(sizeOf(text).segments).toBeLessThanOrEqual(MOST_SEGMENTS);
          expect(text).not.toMatch(/[\n\r]|\{\{/);
        },
      ),
    );
  });

  it('keeps the whole link or none of it', () => {
    const text = say('reminder', particulars({}, { agent: { ...agent, name: '王'.repeat(40) } }));

    expect(text).not.toContain('https://');
    expect(text).not.toContain('Another time');
  });
});

describe('whoever', () => {
  const { client, agent, localStart, ...rest } = AppointmentCreated.example.data;
  it.each([
    ['agreed to texts is texted', true, undefined, true],
    ['did not is not', false, undefined, false],
    ['has yet to prove their number is sent nothing but the code', true, ['phone'], false],
    ['has yet to prove their address is texted', true, ['email'], true],
  ])('%s', (_who, smsConsent, unproven, wants) => {
    expect(wantsTexts({ ...rest, version: 1, localStart, agent, unproven, client: { ...client, smsConsent } })).toBe(
      wants,
    );
  });
});
