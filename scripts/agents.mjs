// `npm run agents -- import agents.csv|agents.json [--dry-run]`: writes the agents of a file, after all of it was checked.
// `npm run agents -- list [--json]`, `export agents.csv|agents.json [--force]`, `activate <agentId>`, `deactivate <agentId>`.
// Without --url they talk to the running `npm start`; with it to a deployment, by a token of scope `staff` (--token or STAFF_TOKEN).
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { install, requireNode, say, stop } from './setup.mjs';
import { ask, connect, Refused } from './staff-api.mjs';

requireNode();
install();
// Only now is what it imports surely there.
const { COLUMNS, faultInFile, listed, readAgentsFile, writeAgentsFile } =
  await import('../services/booking/agents-file.mjs');

const USAGE = `Usage: npm run agents -- import <agents.csv|agents.json> [--dry-run]
       npm run agents -- list [--json]
       npm run agents -- export <agents.csv|agents.json> [--force]
       npm run agents -- activate|deactivate <agentId>
       each with [--url <address of the API>] [--token <staff token>]; without --url it is the running npm start`;
/** The agent of the configuration. */
const DEFAULT_AGENT = 'agt_default';
const NOBODY = 'Nobody takes appointments now: there is no active agent.';
/** How many agents are checked at once. */
const AT_ONCE = 4;

function readArguments() {
  try {
    return parseArgs({
      options: {
        url: { type: 'string' },
        token: { type: 'string' },
        'dry-run': { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        force: { type: 'boolean', default: false },
      },
      allowPositionals: true,
    });
  } catch (error) {
    return stop(`${error.message}\n${USAGE}`);
  }
}
const { values, positionals } = readArguments();
const commands = {
  list: { run: list, takes: 0 },
  import: { run: importFile, takes: 1 },
  export: { run: exportFile, takes: 1 },
  activate: { run: (agentId) => setActive(agentId, true), takes: 1 },
  deactivate: { run: (agentId) => setActive(agentId, false), takes: 1 },
};
const [name = '', ...operands] = positionals;
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
if (!command || operands.length !== command.takes) stop(USAGE);

try {
  await command.run(...operands);
} catch (error) {
  if (!(error instanceof Refused)) throw error;
  stop(error.message);
}

async function agentsOf(api) {
  const agents = [];
  let cursor;
  do {
    const more = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page = await ask(api, 'GET', `/staff/agents?limit=100${more}`);
    agents.push(...page.agents);
    cursor = page.next;
  } while (cursor !== undefined);
  return agents;
}

async function put(api, agentId, body, { version, dryRun = false } = {}) {
  try {
    return await ask(api, 'PUT', `/staff/agents/${encodeURIComponent(agentId)}${dryRun ? '?dryRun=true' : ''}`, {
      body,
      headers: version === undefined ? {} : { 'if-match': `"${version}"` },
    });
  } catch (error) {
    if (error instanceof Refused && error.status === 412)
      throw new Refused('somebody else has changed this agent in the meantime', { status: 412 });
    throw error;
  }
}

async function list() {
  const agents = await agentsOf(await connect(values));
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ agents }, undefined, 2)}\n`);
    return;
  }
  const rows = [
    ['agentId', 'name', 'phone', 'email', 'timeZone', 'slot', 'workingHours'],
    ...agents.map(({ agentId, name: called, phone, email, timeZone, slotMinutes, workingHours, active }) => [
      agentId,
      called,
      phone,
      email,
      timeZone,
      `${slotMinutes} min`,
      active ? workingHours : `not active (${workingHours})`,
    ]),
  ];
  process.stdout.write(table(rows));
}

function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column]))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** What a file's name says of how it is written. */
function isKnownKind(file) {
  return /\.(csv|json)$/i.test(file);
}

async function exportFile(file) {
  if (!isKnownKind(file)) throw new Refused(`${file} must end with .csv or .json: that says how it is written.`);
  if (existsSync(file) && !values.force) throw new Refused(`${file} is there already: --force writes over it.`);
  const agents = await agentsOf(await connect(values));
  writeFileSync(file, writeAgentsFile(file, agents));
  say(
    `Wrote ${counted(agents.length)} to ${file}. It holds their numbers and addresses: keep it where such things are kept.`,
  );
}

async function setActive(agentId, active) {
  const api = await connect(values);
  const agents = await agentsOf(api);
  const known = agents.find((agent) => agent.agentId === agentId);
  if (!known) throw new Refused(`There is no agent ${agentId}; "list" names them.`);
  if (known.active === active) return say(`${agentId} is ${active ? 'active' : 'not active'} already.`);
  const { agentId: _, agentVersion, ...fields } = known;
  const { agentVersion: version } = await put(api, agentId, { ...fields, active }, { version: agentVersion });
  if (active) return say(`${agentId} takes appointments again (version ${version}).`);
  say(`${agentId} takes no new appointments (version ${version}); those that were made stand.`);
  return agents.some((agent) => agent.active && agent.agentId !== agentId) ? undefined : say(NOBODY);
}

async function importFile(file) {
  const nothing = `Nothing was written`;
  if (!isKnownKind(file)) throw new Refused(`${file} must end with .csv or .json: that says how it is read.`);
  const { rows, faults: inFile, missing } = readAgentsFile(basename(file), contentOf(file));
  let api;
  try {
    api = rows.length === 0 ? undefined : await connect(values);
  } catch (error) {
    if (!(error instanceof Refused) || inFile.length === 0) throw error;
    tellFaults(file, inFile);
    throw new Refused(`${nothing}. ${error.message}`);
  }
  const known = new Map(api ? (await agentsOf(api)).map((agent) => [agent.agentId, agent]) : []);
  const { plans, faults: told } = await tryAll(api, rows, known);
  // A missing column is told once, and not again in every row.
  const faults = [...inFile, ...told.filter(({ column }) => !missing.includes(column))];
  if (faults.length > 0) {
    tellFaults(file, faults);
    throw new Refused(
      `${nothing}: ${faults.length === 1 ? 'there is 1 fault' : `there are ${faults.length} faults`} in ${file}.`,
    );
  }

  const changes = plans.filter(({ change }) => change !== undefined);
  const width = Math.max(...plans.map(({ agentId }) => agentId.length));
  for (const { agentId, change } of plans) say(`  ${agentId.padEnd(width)}  ${change ?? 'as it is'}`);
  if (values['dry-run']) {
    say(`${nothing} (--dry-run); ${changes.length} of ${counted(plans.length)} would be.`);
    return;
  }
  await writeAll(api, file, changes);
  const same = plans.length - changes.length;
  if (changes.length === 0)
    say(`${nothing}: ${plans.length === 1 ? 'the agent is' : `all ${plans.length} agents are`} as the file says.`);
  else say(`${counted(changes.length)} written${same > 0 ? `; ${same} already as the file says` : ''}.`);
  tellOfOthers(api, await agentsOf(api), plans);
}

function contentOf(file) {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Refused(`${file} cannot be read: ${error.code}.`);
  }
}

/** Asks the API of every row what it would make of it. */
async function tryAll(api, rows, known) {
  const plans = [];
  const faults = [];
  const waiting = [...rows.entries()];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, row] = next;
      // The file's own check has told of an id that is none; whatever else is wrong in its row is to be told with it.
      const agentId = /^[A-Za-z0-9_-]{1,64}$/.test(String(row.agentId)) ? row.agentId : 'any';
      try {
        const wanted = await put(api, agentId, row.body, { dryRun: true });
        plans[index] = {
          agentId,
          body: row.body,
          version: known.get(agentId)?.agentVersion ?? 0,
          change: changeOf(known.get(agentId), wanted),
        };
      } catch (error) {
        if (!(error instanceof Refused) || error.faults.length === 0) throw error;
        faults.push(...error.faults.map((fault) => faultInFile(row, fault)));
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { plans, faults };
}

/** What an agent becomes, in words; `undefined` where they stay as they are. */
function changeOf(before, after) {
  if (!before) return 'new';
  const changed = COLUMNS.filter((column) => JSON.stringify(before[column]) !== JSON.stringify(after[column]));
  return changed.length === 0 ? undefined : `changed: ${listed(changed)}`;
}

async function writeAll(api, file, changes) {
  for (const [index, { agentId, body, version }] of changes.entries()) {
    try {
      await put(api, agentId, body, { version });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const written = changes.slice(0, index).map((one) => one.agentId);
      const left = changes.slice(index + 1).map((one) => one.agentId);
      throw new Refused(
        [
          `${agentId} was not written: ${error.message}`,
          `Written: ${written.length > 0 ? listed(written) : 'nobody'}.`,
          `Not written: ${listed([agentId, ...left])}.`,
          `Running it again goes on from here: what is written already stays as it is.`,
        ].join('\n'),
      );
    }
  }
}

function tellFaults(file, faults) {
  say(`${file}:`);
  for (const { where, column, message } of faults.toSorted((a, b) => a.place - b.place))
    say(`  ${where}: ${column === undefined || column === '' ? '' : `${column}: `}${message}`);
}

function tellOfOthers(api, agents, plans) {
  const active = agents.filter((agent) => agent.active);
  if (active.length === 0) return say(NOBODY);
  const ours = active.find(({ agentId }) => agentId === DEFAULT_AGENT);
  if (!ours || active.length === 1 || plans.some(({ agentId }) => agentId === DEFAULT_AGENT)) return undefined;
  const to = values.url === undefined ? '' : ` --url ${api.base}`;
  return say(
    `${DEFAULT_AGENT} (${ours.name}), the agent of the configuration, is still active beside them and can be booked. To end that: npm run agents -- deactivate ${DEFAULT_AGENT}${to}`,
  );
}

function counted(count) {
  return `${count} ${count === 1 ? 'agent' : 'agents'}`;
}
