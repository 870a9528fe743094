// `npm run doctor -- <appointmentId> [--json]`: what happened to an appointment, in plain words, and the likely reason.
// Without --url it asks the running `npm start`; a deployment is asked with --url and STAFF_TOKEN for what the services know, and
// with the AWS credentials and region of the environment for the timeline and the dead letters of --stage.
import { parseArgs } from 'node:util';
import { install, requireNode, stop } from './setup.mjs';
import { ask, askLocal, connect, Refused } from './staff-api.mjs';

requireNode();
install();
// Only now is what it imports surely there.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
const { tsImport } = await import('tsx/esm/api');
const { deadLettersOf, gather, lettersAbout, lifeOf, printed, timelineIn } = await tsImport(
  '../shared/timeline/src/doctor/command.ts',
  import.meta.url,
);

const USAGE =
  'Usage: npm run doctor -- <appointmentId> [--json] [--url <address of the API>] [--token <staff token>] [--stage <name>]';

function readArguments() {
  try {
    return parseArgs({
      options: {
        json: { type: 'boolean', default: false },
        url: { type: 'string' },
        token: { type: 'string' },
        stage: { type: 'string', default: 'dev' },
      },
      allowPositionals: true,
    });
  } catch (error) {
    return stop(`${error.message}\n${USAGE}`);
  }
}
const { values, positionals } = readArguments();
const [appointmentId = ''] = positionals;
if (positionals.length !== 1) stop(USAGE);
if (!/^[A-Za-z0-9_-]{1,64}$/.test(appointmentId))
  stop(`${JSON.stringify(appointmentId)} is no appointment's id; one looks like apt_01JDXK3Q6Z8V4T2M9R7W5Y1N0C.`);

try {
  const life = lifeOf(await gather(appointmentId, await sources()));
  process.stdout.write(`${values.json ? JSON.stringify(life, undefined, 2) : printed(life)}\n`);
  // A script that asks learns that there is nothing, as `grep` tells it.
  if (life.lines.length === 0) process.exitCode = 1;
} catch (error) {
  if (!(error instanceof Refused)) throw error;
  stop(error.message);
}

async function sources() {
  const api = await connect(values);
  const askStaff = async (path) => {
    try {
      return await ask(api, 'GET', path);
    } catch (error) {
      if (error instanceof Refused && error.status === 404) return null;
      throw error;
    }
  };
  if (values.url !== undefined) {
    return {
      ask: askStaff,
      events: (about) => timelineIn({}, values.stage).read(about),
      deadLetters: (about) => deadLettersOf({}, values.stage, about),
      now: async () => new Date(),
    };
  }
  const { awsEndpoint, awsRegion } = await askLocal(api.base, '/_local/health');
  const laptop = {
    endpoint: awsEndpoint,
    region: awsRegion,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  return {
    ask: askStaff,
    events: (about) => timelineIn(laptop, values.stage).read(about),
    // The laptop knows the reason of those too that no code has parked.
    deadLetters: async (about) => lettersAbout(await askLocal(api.base, '/_local/dead-letters'), about),
    now: async () => new Date((await askLocal(api.base, '/_local/clock')).now),
  };
}
