// `npm start`: sets up, builds what changed, and runs the whole system on this machine.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { install, requireNode, root, stop, turbo } from './setup.mjs';

requireNode();

const elsewhere = process.platform !== 'linux' || process.arch !== 'x64';
const onPath = () => (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'dynoxide')));
if (elsewhere && !process.env.DYNOXIDE_BIN && !process.env.LOCAL_DYNAMODB_ENDPOINT && !onPath()) {
  stop(
    `On ${process.platform} ${process.arch} no database comes along: install dynoxide (put it on PATH or name it in DYNOXIDE_BIN), or name a DynamoDB-compatible endpoint with streams in LOCAL_DYNAMODB_ENDPOINT.`,
  );
}

install();
await turbo('build', 'synth', '--filter=@appointments/infra', '--filter=@appointments/local');

// Wall times are computed from zone data and never from the machine's zone; a worker thread cannot set its own.
process.env.TZ = 'UTC';
createRequire(import.meta.url)(join(root, 'local/dist/main.js'));
