// `npm run zones -- check`: says which rules of time zones wall times are resolved with, and warns when they have grown old.
// `npm run zones -- re-resolve [--url <address>] [--token <token>] [--dry-run]`: resolves all future appointments again after an update
// of the rules. Without --url it asks the running `npm start`; a deployment is asked with --url and STAFF_TOKEN.
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { NotStaff, reResolveAll, Unreachable } from './re-resolve.mjs';
import { requireNode, stop } from './setup.mjs';
import { sayZoneRules } from './zone-rules.mjs';

requireNode();

const USAGE = 'Usage: npm run zones -- check | re-resolve [--url <address>] [--token <token>] [--dry-run]';

function read() {
  try {
    return parseArgs({
      options: { url: { type: 'string' }, token: { type: 'string' }, 'dry-run': { type: 'boolean', default: false } },
      allowPositionals: true,
    });
  } catch (error) {
    return stop(`${error.message}\n${USAGE}`);
  }
}

const { values, positionals } = read();
const commands = { check, 're-resolve': reResolve };
const command = Object.hasOwn(commands, positionals[0] ?? '') ? commands[positionals[0]] : undefined;
if (!command || positionals.length > 1) stop(USAGE);
await command();

function check() {
  sayZoneRules();
}

async function reResolve() {
  const dryRun = values['dry-run'];
  const { url, token, now } = values.url === undefined ? await laptop() : deployment(values.url);
  console.log(`Resolving the future appointments of ${url} again${dryRun ? ': a dry run, nothing is changed' : ''}.`);
  try {
    const ports = { url, token, now, fetch, wait: (milliseconds) => setTimeout(milliseconds), say: console.log };
    const { conflict, failed, unread } = await reResolveAll(ports, { dryRun });
    if (conflict + failed + unread > 0) process.exitCode = 1;
  } catch (error) {
    if (error instanceof Unreachable) stop(`Nobody answers at ${url}: ${error.message}.`);
    if (!(error instanceof NotStaff)) throw error;
    stop(
      `The token does not open the staff endpoints of ${url} (${error.message}): it must be valid and have the scope staff.`,
    );
  }
}

function deployment(address) {
  const token = values.token ?? process.env.STAFF_TOKEN;
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol))
    stop(`--url must be an address, like https://book.example.com, not ${JSON.stringify(address)}.`);
  if (!token) stop('A deployment is asked with a token of the scope staff: set STAFF_TOKEN, or give --token.');
  return { url: address.replace(/\/+$/, ''), token, now: new Date() };
}

/** The running `npm start`, whose clock may stand elsewhere and which gives out tokens itself. */
async function laptop() {
  const url = `http://localhost:${process.env.PORT || 3000}`;
  const local = async (path) => {
    const response = await fetch(`${url}${path}`);
    if (!response.ok) throw new Error(`${path} answered ${response.status}`);
    return response.json();
  };
  try {
    const [{ now }, { token }] = [await local('/_local/clock'), await local('/_local/staff-token')];
    return { url, token: values.token ?? token, now: new Date(now) };
  } catch {
    return stop(`Nothing answers at ${url}: run npm start (PORT says where), or give the --url of a deployment.`);
  }
}
