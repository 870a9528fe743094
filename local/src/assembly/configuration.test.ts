import { describe, expect, it } from '@jest/globals';
import { configure, variablesOf } from './configuration';

const publicUrl = 'http://localhost:3000';

describe("a function's configuration", () => {
  it('takes what the person at the laptop has set, where the template declares it', () => {
    const environment = { BRAND_NAME: 'Ours', AGENT_NAME: 'Kim', HOME: '/root' };

    expect(configure({ BRAND_NAME: 'Appointments', TABLE_NAME: 't' }, { environment, publicUrl })).toEqual({
      BRAND_NAME: 'Ours',
      TABLE_NAME: 't',
    });
  });

  it('keeps the template where nothing, or nothing but emptiness, is set', () => {
    expect(configure({ SLOT_MINUTES: '30' }, { environment: { SLOT_MINUTES: '' }, publicUrl })).toEqual({
      SLOT_MINUTES: '30',
    });
  });

  it('lets calls go at any rate where nothing is said: the carrier on the laptop takes them', () => {
    const declared = { CALLS_PER_SECOND: '1' };

    expect(configure(declared, { environment: {}, publicUrl })).toEqual({ CALLS_PER_SECOND: '1000' });
    expect(configure(declared, { environment: { CALLS_PER_SECOND: '2' }, publicUrl })).toEqual({
      CALLS_PER_SECOND: '2',
    });
    expect(configure({}, { environment: {}, publicUrl })).toEqual({});
  });

  it('knows its own address, unless told another', () => {
    const declared = { PUBLIC_URL: 'https://example.com' };

    expect(configure(declared, { environment: {}, publicUrl })).toEqual({ PUBLIC_URL: publicUrl });
    expect(configure(declared, { environment: { PUBLIC_URL: 'https://own.example' }, publicUrl })).toEqual({
      PUBLIC_URL: 'https://own.example',
    });
  });

  it('is said to our own functions alone, as is where the carrier is', () => {
    const declared = { BRAND_NAME: 'Theirs', PUBLIC_URL: 'https://crm.example.com' };
    const own = { environment: { BRAND_NAME: 'Ours' }, publicUrl, twilioBaseUrl: 'http://127.0.0.1:1' };

    expect(variablesOf({}, declared, own)).toEqual({
      BRAND_NAME: 'Ours',
      PUBLIC_URL: publicUrl,
      TWILIO_API_BASE_URL: 'http://127.0.0.1:1',
    });
    expect(variablesOf({ app: 'crm' }, declared, own)).toEqual(declared);
  });
});
