// `npm run config -- store [--stage <stage>]`: stores what the environment says (TWILIO_*, AGENT_* …) where a deployment reads it:
// credentials in Secrets Manager, everything else in infra/stages/<stage>.json.
// `npm run config -- check [--stage <stage>]`: says of every setting whether it looks right, fetches and checks the operator's own
// greetings, and keeps them in that file. Both print names and verdicts, never a value.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { install, requireNode, root, say, stop } from './setup.mjs';

requireNode();
install();
// Only now is what they import surely there.
const { CREDENTIALS, SETTINGS } = await import('./settings.mjs');
const { fetchGreeting, GREETING_URLS, GreetingError, noteOn } = await import('../services/telephony/greetings.mjs');

const { values, positionals } = parseArgs({
  options: { stage: { type: 'string', default: 'dev' } },
  allowPositionals: true,
});
const commands = { store, check };
const command = Object.hasOwn(commands, positionals[0] ?? '') ? commands[positionals[0]] : undefined;
if (!command || positionals.length > 1) stop('Usage: npm run config -- store|check [--stage <stage>]');
const { stage } = values;
if (!/^[a-z][a-z0-9]{0,15}$/.test(stage))
  stop(`A stage's name is a lower-case word of at most 16 letters and digits, not ${JSON.stringify(stage)}.`);
const shown = `infra/stages/${stage}.json`;
/** What the laptop's stage switches off. */
const LAPTOP_LIMITS = [
  'routeLimits',
  'bookingsPerAddressPerDay',
  'bookingsPerNumberPerDay',
  'bookingsPerNetworkPerHour',
];
const file = join(root, shown);

const given = (name) => (process.env[name] === undefined || process.env[name] === '' ? undefined : process.env[name]);
const read = (from) => {
  try {
    return JSON.parse(readFileSync(from, 'utf8'));
  } catch (error) {
    return stop(`${from} cannot be read: ${error.message}`);
  }
};
const stored = ({ number, json }, value) => (number ? Number(value) : json ? JSON.parse(value) : value);
const write = (content) => writeFileSync(file, `${JSON.stringify(content, undefined, 2)}\n`);
const at = (content, path) => path.reduce((object, key) => object?.[key], content);
function put(content, path, value) {
  const parent = path.slice(0, -1).reduce((object, key) => (object[key] ??= {}), content);
  parent[path.at(-1)] = value;
}
const credentialsArePaired = () =>
  (given('TWILIO_ACCOUNT_SID') === undefined) === (given('TWILIO_AUTH_TOKEN') === undefined);

/** The greeting at an address, or what is wrong with it. */
async function tryGreeting(url) {
  try {
    return { greeting: await fetchGreeting(url), faults: [] };
  } catch (error) {
    if (!(error instanceof GreetingError)) throw error;
    return { faults: error.faults, unanswered: error.unanswered };
  }
}

await command();

async function store() {
  const wrong = Object.entries({ ...SETTINGS, ...CREDENTIALS })
    .filter(([name, { looksRight }]) => given(name) !== undefined && !looksRight(given(name)))
    .map(([name]) => name);
  if (wrong.length > 0)
    stop(`Nothing was stored: ${wrong.join(', ')} ${wrong.length === 1 ? 'does' : 'do'} not look right.`);
  if (!credentialsArePaired()) stop('Nothing was stored: TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN belong together.');

  const named = Object.keys(SETTINGS).filter((name) => given(name) !== undefined);
  const greeted = Object.keys(GREETING_URLS).filter((name) => given(name) !== undefined);
  const [sid, token, previous] = Object.keys(CREDENTIALS).map(given);
  if (sid === undefined && named.length === 0 && greeted.length === 0) {
    const all = [SETTINGS, GREETING_URLS, CREDENTIALS].flatMap(Object.keys);
    stop(`Nothing was stored: none of ${all.join(', ')} is set.`);
  }

  const greetings = [];
  const faults = [];
  for (const name of greeted) {
    const tried = await tryGreeting(given(name));
    faults.push(...tried.faults.map((fault) => `${name}: the document ${fault}.`));
    greetings.push([GREETING_URLS[name], tried.greeting]);
  }
  if (faults.length > 0) stop(['Nothing was stored:', ...faults].join('\n'));

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

  if (named.length + greeted.length > 0) {
    const content = existsSync(file) ? read(file) : begun();
    for (const name of named) put(content, SETTINGS[name].path, stored(SETTINGS[name], given(name)));
    for (const [leg, greeting] of greetings) put(content, ['greetings', leg], greeting);
    write(content);
    say(`Wrote ${[...named, ...greeted].join(', ')} to ${shown}; synthesize and deploy to apply.`);
  }
}

/** A new stage is like the laptop's, but keeps to the limits by default: the laptop's one user needs none. */
function begun() {
  const content = read(join(root, 'infra/stages/dev.json'));
  for (const limit of LAPTOP_LIMITS) delete content[limit];
  return content;
}

async function check() {
  if (!existsSync(file)) stop(`There is no stage ${stage}: ${shown} is missing. "store" begins one.`);
  const content = read(file);
  let wrong = 0;
  const verdict = (name, words) => say(`${name.padEnd(28)} ${words}`);
  const fault = (name, words) => {
    wrong += 1;
    verdict(name, `wrong: ${words}`);
  };

  for (const [name, { path, looksRight, must, json }] of Object.entries(SETTINGS)) {
    const kept = at(content, path);
    const value = given(name) ?? (kept === undefined ? undefined : json ? JSON.stringify(kept) : String(kept));
    const where = given(name) === undefined ? shown : 'the environment';
    if (value === undefined) verdict(name, 'not set: the default');
    else if (looksRight(value)) verdict(name, `looks right (${where})`);
    else fault(name, `it must be ${must} (${where})`);
  }
  for (const [name, { looksRight, must }] of Object.entries(CREDENTIALS)) {
    const value = given(name);
    if (value === undefined) verdict(name, 'not in the environment: a deployment has it in its secret');
    else if (looksRight(value)) verdict(name, 'looks right (the environment)');
    else fault(name, `it must be ${must} (the environment)`);
  }
  if (!credentialsArePaired()) fault('TWILIO_ACCOUNT_SID', 'it and TWILIO_AUTH_TOKEN belong together');

  const fetched = [];
  for (const [name, leg] of Object.entries(GREETING_URLS)) {
    const kept = content.greetings?.[leg];
    const url = given(name) ?? kept?.url;
    if (url === undefined) {
      verdict(name, 'not set: our own greeting');
      continue;
    }
    const { greeting, faults, unanswered } = await tryGreeting(url);
    for (const words of faults) fault(name, `the document ${words}`);
    if (unanswered && kept?.url === url) verdict('', `the copy in ${shown} stays as it is`);
    if (!greeting) continue;
    verdict(name, `right: kept in ${shown}`);
    const note = noteOn(greeting);
    if (note !== undefined) verdict('', note);
    if (JSON.stringify(kept) !== JSON.stringify(greeting)) fetched.push([leg, greeting]);
  }
  if (fetched.length > 0) {
    for (const [leg, greeting] of fetched) put(content, ['greetings', leg], greeting);
    write(content);
    say(
      `Wrote ${fetched.length === 1 ? 'one greeting' : 'both greetings'} to ${shown}; synthesize and deploy to apply.`,
    );
  }
  if (wrong > 0) stop(`${wrong} ${wrong === 1 ? 'fault' : 'faults'}.`);
}
