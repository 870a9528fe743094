import { describe, expect, it } from '@jest/globals';
import { codeMessage } from './text-message';

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
