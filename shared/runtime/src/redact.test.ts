import { describe, expect, it } from '@jest/globals';
import { redact, redactText } from './index';

describe('a log line', () => {
  it('has no telephone number and no e-mail address in its texts', () => {
    expect(redactText('rang +12025550123, wrote to "Ada" <ada.client+x@mail.example.com>.')).toBe(
      'rang [phone], wrote to "Ada" <[email]>.',
    );
  });

  it('has no names, however deep they lie', () => {
    expect(
      redact({ appointmentId: 'apt_1', client: { name: 'Ada', phone: '+12025550123', tries: [{ notes: 'ill' }] } }),
    ).toEqual({
      appointmentId: 'apt_1',
      client: { name: '[redacted]', phone: '[redacted]', tries: [{ notes: '[redacted]' }] },
    });
  });

  it('tells an error by name and masked message, with its cause', () => {
    const error = new TypeError('no +12025550123', { cause: new Error('for ada@example.com') });

    expect(redact({ error })).toEqual({
      error: { name: 'TypeError', message: 'no [phone]', cause: { name: 'Error', message: 'for [email]' } },
    });
  });
});
