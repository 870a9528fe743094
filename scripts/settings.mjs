// What a deployment is configured with: each variable, where it stands in infra/stages/<stage>.json, and what it must look like.
import { join } from 'node:path';
import { isSpokenIn, localesIn } from '../services/telephony/compile-words.mjs';
import { tsImport } from 'tsx/esm/api';
import { root } from './setup.mjs';

const { BrandColor, BrandLogoUrl } = await tsImport('../shared/runtime/src/brand.ts', import.meta.url);
const { QuietHoursSetting } = await tsImport('../shared/runtime/src/quiet-hours.ts', import.meta.url);
const { parseReminders } = await tsImport('../services/scheduler/src/domain/reminders.ts', import.meta.url);
const { CallPolicy } = await tsImport('../services/telephony/src/domain/policy.ts', import.meta.url);
const { RouteLimits } = await tsImport('../infra/src/route-limits.ts', import.meta.url);

const E164 = [/^\+[1-9]\d{6,14}$/, 'a number in international form, like +12025550123'];
const EMAIL = [/^[^\s@]+@[^\s@]+$/, 'an e-mail address'];
const WHOLE = [/^\d+$/, 'a whole number'];
const CALLS = [/^[1-9]\d*$/, 'a whole number above 0'];
const YES_NO = [/^(true|false)$/, 'true or false'];
const AMOUNT = [/^\d+(\.\d+)?$/, 'a number, like 1.5'];
const ADDRESS = /^https?:\/\/\S+$/;

const locales = localesIn(join(root, 'services/telephony/words'));
const matching = (pattern) => (value) => pattern.test(value);

/** The rules of those who read it decide: they stand nowhere twice. */
const isJsonOf = (schema) => (text) => {
  try {
    return schema.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
};

/** The scheduler's own. */
function areReminders(text) {
  try {
    parseReminders(text);
    return true;
  } catch {
    return false;
  }
}

/** `must` ends "… must be". */
const setting = (path, [looksRight, must], more = {}) => ({
  path,
  looksRight: looksRight instanceof RegExp ? matching(looksRight) : looksRight,
  must,
  ...more,
});

export const SETTINGS = {
  AGENT_NAME: setting(['agent', 'name'], [/^.{1,100}$/, 'a name of at most 100 characters']),
  AGENT_PHONE: setting(['agent', 'phone'], E164),
  AGENT_EMAIL: setting(['agent', 'email'], EMAIL),
  AGENT_TIME_ZONE: setting(['agent', 'timeZone'], [/^[A-Za-z_+\-/0-9]+$/, 'a time zone, like America/New_York']),
  AGENT_LOCALE: setting(
    ['agent', 'locale'],
    [
      (value) => isSpokenIn(locales, value),
      `a language there are words in (services/telephony/words): ${locales.join(', ')}`,
    ],
  ),
  WORKING_HOURS: setting(['agent', 'workingHours'], [/\d/, 'hours, like Mon-Fri 09:00-17:00']),
  SLOT_MINUTES: setting(['slotMinutes'], WHOLE, { number: true }),
  MINIMUM_NOTICE_MINUTES: setting(['minimumNoticeMinutes'], WHOLE, { number: true }),
  HOLD_MINUTES: setting(
    ['holdMinutes'],
    [(value) => /^\d{1,2}$/.test(value) && value >= 1 && value <= 60, 'minutes, 1 to 60'],
    { number: true },
  ),
  BOOKINGS_PER_ADDRESS: setting(['bookingsPerAddressPerDay'], WHOLE, { number: true }),
  BOOKINGS_PER_NUMBER: setting(['bookingsPerNumberPerDay'], WHOLE, { number: true }),
  BOOKINGS_PER_NETWORK: setting(['bookingsPerNetworkPerHour'], WHOLE, { number: true }),
  FORM_MINIMUM_SECONDS: setting(['formMinimumSeconds'], AMOUNT, { number: true }),
  REMINDERS: setting(['reminders'], [areReminders, 'offsets like 24h,1h or 1d@wall, ten at most, or none']),
  QUIET_HOURS: setting(
    ['quietHours'],
    [(text) => QuietHoursSetting.safeParse(text).success, 'two different times, like 21:00-08:00, or none'],
  ),
  FOLLOW_UP: setting(['followUp'], YES_NO, { json: true }),
  BRAND_NAME: setting(['brandName'], [/^.{1,60}$/, 'a name of at most 60 characters']),
  BRAND_COLOR: setting(
    ['brandColor'],
    [(value) => BrandColor.safeParse(value).success, 'a colour that stands out from white, like #0f6b5c'],
  ),
  BRAND_LOGO_URL: setting(
    ['brandLogoUrl'],
    [(value) => BrandLogoUrl.safeParse(value).success, 'an https address, or an image as data:image/…'],
  ),
  SENDER_EMAIL: setting(['senderEmail'], EMAIL),
  TWILIO_PHONE_NUMBER: setting(['twilioPhoneNumber'], E164),
  PUBLIC_URL: setting(['publicUrl'], [/^https?:\/\//, 'an address, like https://book.example.com']),
  ALLOWED_COUNTRIES: setting(['allowedCountries'], [/^[A-Z]{2}(,[A-Z]{2})*$/, 'codes of countries, like US,CA']),
  CALL_POLICY: setting(
    ['callPolicy'],
    [
      isJsonOf(CallPolicy),
      'JSON of what differs from services/telephony/src/domain/policy.ts, within its limits, like {"attempts":2}',
    ],
    { json: true },
  ),
  ROUTE_LIMITS: setting(
    ['routeLimits'],
    [isJsonOf(RouteLimits), 'JSON like {"POST /appointments":{"ratePerSecond":20,"burst":40}}'],
    { json: true },
  ),
  CALLS_PER_SECOND: setting(['callsPerSecond'], AMOUNT, { number: true }),
  DAILY_CALLS_PER_AGENT: setting(['dailyCallsPerAgent'], CALLS, { number: true }),
  DAILY_CALLS_PER_CLIENT: setting(['dailyCallsPerClient'], CALLS, { number: true }),
  UNPROVEN_APPOINTMENTS_PER_DAY: setting(['unprovenAppointmentsPerDay'], WHOLE, { number: true }),
  CONFIRM_EMAIL: setting(['confirmEmail'], YES_NO, { json: true }),
  CONFIRM_PHONE: setting(['confirmPhone'], YES_NO, { json: true }),
  DAILY_SPEND_USD: setting(['dailySpendUsd'], AMOUNT, { number: true }),
  USD_PER_MINUTE: setting(['usdPerMinute'], AMOUNT, { number: true }),
  HOLD_MUSIC_URL: setting(
    ['holdMusicUrl'],
    [(value) => ADDRESS.test(value) && URL.canParse(value) && value.length <= 500, 'the address of a sound file'],
  ),
};

export const CREDENTIALS = {
  TWILIO_ACCOUNT_SID: setting(undefined, [/^AC[0-9a-fA-F]{32}$/, 'AC and 32 hexadecimal digits']),
  TWILIO_AUTH_TOKEN: setting(undefined, [/^\S{16,128}$/, 'the token, without spaces']),
  TWILIO_PREVIOUS_AUTH_TOKEN: setting(undefined, [/^\S{16,128}$/, 'the token, without spaces']),
};
