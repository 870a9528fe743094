// `npm run config -- store --stage <stage>`: stores what the environment says (TWILIO_*, AGENT_* …) where a deployment reads it:
// credentials in Secrets Manager, everything else in infra/stages/<stage>.json. Nothing is printed but names.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { install, requireNode, root, say, stop } from './setup.mjs';

requireNode();
install();

const { values, positionals } = parseArgs({
  options: { stage: { type: 'string', default: 'dev' } },
  allowPositionals: true,
});
if (positionals[0] !== 'store') stop('Usage: npm run config -- store [--stage <stage>]');
const { stage } = values;
if (!/^[a-z][a-z0-9]{0,15}$/.test(stage))
  stop(`A stage's name is a lower-case word of at most 16 letters and digits, not ${JSON.stringify(stage)}.`);

const E164 = /^\+[1-9]\d{6,14}$/;
const settings = {
  AGENT_NAME: { path: ['agent', 'name'], pattern: /^.{1,100}$/ },
  AGENT_PHONE: { path: ['agent', 'phone'], pattern: E164 },
  AGENT_EMAIL: { path: ['agent', 'email'], pattern: /^[^\s@]+@[^\s@]+$/ },
  AGENT_TIME_ZONE: { path: ['agent', 'timeZone'], pattern: /^[A-Za-z_+\-/0-9]+$/ },
  WORKING_HOURS: { path: ['agent', 'workingHours'], pattern: /\d/ },
  SLOT_MINUTES: { path: ['slotMinutes'], pattern: /^\d+$/, number: true },
  MINIMUM_NOTICE_MINUTES: { path: ['minimumNoticeMinutes'], pattern: /^\d+$/, number: true },
  BRAND_NAME: { path: ['brandName'], pattern: /^.{1,60}$/ },
  SENDER_EMAIL: { path: ['senderEmail'], pattern: /^[^\s@]+@[^\s@]+$/ },
  TWILIO_PHONE_NUMBER: { path: ['twilioPhoneNumber'], pattern: E164 },
  PUBLIC_URL: { path: ['publicUrl'], pattern: /^https?:\/\// },
  ALLOWED_COUNTRIES: { path: ['allowedCountries'], pattern: /^[A-Z]{2}(,[A-Z]{2})*$/ },
  CALLS_PER_SECOND: { path: ['callsPerSecond'], pattern: /^\d+(\.\d+)?$/, number: true },
  DAILY_CALLS_PER_AGENT: { path: ['dailyCallsPerAgent'], pattern: /^[1-9]\d*$/, number: true },
  DAILY_CALLS_PER_CLIENT: { path: ['dailyCallsPerClient'], pattern: /^[1-9]\d*$/, number: true },
  DAILY_SPEND_USD: { path: ['dailySpendUsd'], pattern: /^\d+(\.\d+)?$/, number: true },
  USD_PER_MINUTE: { path: ['usdPerMinute'], pattern: /^\d+(\.\d+)?$/, number: true },
};
const credentials = {
  TWILIO_ACCOUNT_SID: /^AC[0-9a-fA-F]{32}$/,
  TWILIO_AUTH_TOKEN: /^\S{16,128}$/,
  TWILIO_PREVIOUS_AUTH_TOKEN: /^\S{16,128}$/,
};

const given = (name) => (process.env[name] === undefined || process.env[name] === '' ? undefined : process.env[name]);
const faults = [
  ...Object.entries(settings).map(([name, { pattern }]) => [name, pattern]),
  ...Object.entries(credentials),
].filter(([name, pattern]) => given(name) !== undefined && !pattern.test(given(name)));
if (faults.length > 0)
  stop(
    `Nothing was stored: ${faults.map(([name]) => name).join(', ')} ${faults.length === 1 ? 'does' : 'do'} not look right.`,
  );

const [sid, token, previous] = Object.keys(credentials).map(given);
if ((sid === undefined) !== (token === undefined))
  stop('Nothing was stored: TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN belong together.');

const named = Object.entries(settings).filter(([name]) => given(name) !== undefined);
if (sid === undefined && named.length === 0)
  stop(`Nothing was stored: none of ${[...Object.keys(settings), ...Object.keys(credentials)].join(', ')} is set.`);

if (sid !== undefined) {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
  const { PutSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
  const SecretId = `appointments/${stage}/twilio`;
  const SecretString = JSON.stringify({
    accountSid: sid,
    authToken: token,
    ...(previous !== undefined && { previousAuthToken: previous }),
  });
  try {
    await new SecretsManagerClient({}).send(new PutSecretValueCommand({ SecretId, SecretString }));
  } catch (error) {
    stop(`Nothing was stored: Secrets Manager refused ${SecretId}: ${error.name}: ${error.message}`);
  }
  say(`Stored the Twilio credentials in the secret ${SecretId}.`);
}

if (named.length > 0) {
  const file = join(root, 'infra/stages', `${stage}.json`);
  const from = existsSync(file) ? file : join(root, 'infra/stages/dev.json');
  const content = JSON.parse(readFileSync(from, 'utf8'));
  for (const [name, { path, number }] of named) {
    const parent = path.slice(0, -1).reduce((object, key) => (object[key] ??= {}), content);
    parent[path.at(-1)] = number ? Number(given(name)) : given(name);
  }
  writeFileSync(file, `${JSON.stringify(content, undefined, 2)}\n`);
  say(`Wrote ${named.map(([name]) => name).join(', ')} to infra/stages/${stage}.json; synthesize and deploy to apply.`);
}
