// `npm start`: sets up, builds what changed, and runs the whole system on this machine.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { install, requireNode, root, say, stop, turbo } from './setup.mjs';
import { sayZoneRules } from './zone-rules.mjs';

requireNode();

const elsewhere = process.platform !== 'linux' || process.arch !== 'x64';
const onPath = () => (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'dynoxide')));
if (elsewhere && !process.env.DYNOXIDE_BIN && !process.env.LOCAL_DYNAMODB_ENDPOINT && !onPath()) {
  stop(
    `On ${process.platform} ${process.arch} no database comes along: install dynoxide (put it on PATH or name it in DYNOXIDE_BIN), or name a DynamoDB-compatible endpoint with streams in LOCAL_DYNAMODB_ENDPOINT.`,
  );
}

install();

// Here and never during a call: what somebody hears must not depend on an address that answers.
if (process.env.TWIML_URL_AGENT || process.env.TWIML_URL_USER) {
  const { greetingsAtStart, GreetingError } = await import('../services/telephony/greetings.mjs');
  try {
    const kept = join(resolve(root, process.env.LOCAL_STATE || '.local'), 'greetings.json');
    Object.assign(process.env, await greetingsAtStart(process.env, kept, { say }));
  } catch (error) {
    if (!(error instanceof GreetingError)) throw error;
    stop(error.faults.join('\n'));
  }
}

// Apps of others that run beside ours. Those of this repository are built here; any other is synthesized by whoever it belongs to.
const { values } = parseArgs({ options: { with: { type: 'string', multiple: true, default: [] } }, strict: false });
const examples = values.with
  .map((folder) => relative(root, resolve(root, String(folder))))
  .filter((folder) => folder.startsWith('examples/') && existsSync(join(root, folder, 'package.json')));

await turbo(
  'build',
  'synth',
  '--filter=@appointments/infra',
  '--filter=@appointments/local',
  ...examples.map((folder) => `--filter=./${folder}`),
);

sayZoneRules();

// Wall times are computed from zone data and never from the machine's zone; a worker thread cannot set its own.
process.env.TZ = 'UTC';
createRequire(import.meta.url)(join(root, 'local/dist/main.js'));
