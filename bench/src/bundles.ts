import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { budgetsOf, bytesOwedTo } from '../../scripts/budgets.mjs';
import { bundleOptions } from '../../scripts/bundle.mjs';
import { median, table } from './statistics';

const RUNS = 9;
/** Of each that has a goal, between two of the whole SDK. */
const PAIRED_RUNS = 15;
const services = join(__dirname, '../../services');
const telephony = join(services, 'telephony');
const assembly = join(__dirname, '../../infra/cdk.out');

/** At most so many ms above bare node; the others have no goal. */
const START_UP_GOALS: Readonly<Record<string, number>> = {
  'telephony/answer-call': 60,
  'telephony/record-status': 60,
  'telephony/dial': 90,
};
/** What Twilio's whole SDK took to load where the goals were set: how fast this machine is beside that one tells what they mean here. */
const WHOLE_SDK_WHERE_GOALS_WERE_SET_MS = 125;
/** At most so many ms for what a function loads of Twilio. */
const TWILIO_GOALS = { 'telephony/answer-call': 10, 'telephony/dial': 30 };

interface Candidate {
  readonly name: string;
  readonly file: string;
  readonly kb: number;
  readonly goalKb?: number;
  readonly goalMs?: number | undefined;
}

interface StartUp {
  /** By the clock, and so with what else the machine was doing. */
  readonly ms: number;
  /** Of the process alone, its garbage collector and compiler threads included. */
  readonly cpuMs: number;
}

/** How long a fresh process takes to load the bundle. */
function startUp(file: string, environment: Readonly<Record<string, string>>): StartUp {
  const script = `
    const cpu = process.cpuUsage();
    const begun = performance.now();
    require(${JSON.stringify(file)});
    const ms = performance.now() - begun;
    const { user, system } = process.cpuUsage(cpu);
    console.log("\\n" + JSON.stringify({ ms, cpuMs: (user + system) / 1000 }));`;
  const output = execFileSync(process.execPath, ['-e', script], {
    env: { ...process.env, ...environment },
    encoding: 'utf8',
  });
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as StartUp;
}

/** Handlers read their configuration when they load, so they are given the names that the templates declare; and Lambda's own, so that they trace. */
function loadingEnvironment(): Record<string, string> {
  const environment: Record<string, string> = {
    AWS_REGION: 'us-east-1',
    AWS_EXECUTION_ENV: `AWS_Lambda_nodejs${process.versions.node.split('.')[0]}.x`,
    LAMBDA_TASK_ROOT: '/var/task',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
  for (const file of readdirSync(assembly).filter((name) => name.endsWith('.template.json'))) {
    const { Resources } = JSON.parse(readFileSync(join(assembly, file), 'utf8')) as {
      Resources: Record<string, { Properties?: { Environment?: { Variables?: Record<string, unknown> } } }>;
    };
    for (const { Properties } of Object.values(Resources)) {
      for (const [name, value] of Object.entries(Properties?.Environment?.Variables ?? {})) {
        environment[name] = typeof value === 'string' ? value : placeholder(name);
      }
    }
  }
  return environment;
}

/** What is known only once it is deployed. */
function placeholder(name: string): string {
  if (name.endsWith('_ARN')) return 'arn:aws:sqs:us-east-1:000000000000:bench';
  if (name.endsWith('_URL')) return 'https://sqs.us-east-1.amazonaws.com/000000000000/bench';
  return 'bench';
}

const kbOf = (bytes: number) => Math.round(bytes / 1024);

function functions(): readonly Candidate[] {
  return readdirSync(services).flatMap((service) => {
    const dist = join(services, service, 'dist');
    return readdirSync(dist)
      .filter((handler) => existsSync(join(dist, handler, 'index.js')))
      .map((handler) => {
        const name = `${service}/${handler}`;
        const file = join(dist, handler, 'index.js');
        return {
          name,
          file,
          kb: kbOf(statSync(file).size),
          goalKb: budgetsOf(name).kb,
          goalMs: START_UP_GOALS[name],
        };
      });
  });
}

/** What a function's own files import of Twilio, and nothing else, bundled in the way the function is. */
async function twilioAlone(name: keyof typeof TWILIO_GOALS, folder: string): Promise<Candidate> {
  const handler = name.slice(name.indexOf('/') + 1);
  const metafile = JSON.parse(readFileSync(join(telephony, `dist/.meta/${handler}.json`), 'utf8')) as Metafile;
  const wanted = Object.entries(metafile.inputs)
    .filter(([file]) => !file.includes('node_modules/'))
    .flatMap(([, { imports }]) => imports)
    .map(({ path, original }) => (path.includes('node_modules/twilio/') ? original : undefined))
    .filter((specifier) => specifier !== undefined);
  const file = join(folder, `twilio-of-${handler}.js`);
  const contents = [...new Set(wanted)].map((specifier) => `require(${JSON.stringify(specifier)});`).join('\n');
  await build({ ...bundleOptions, stdin: { contents, resolveDir: telephony }, outfile: file });
  return {
    name: `Twilio's share of ${name}`,
    file,
    kb: kbOf(bytesOwedTo('twilio', metafile)),
    goalKb: budgetsOf(name).twilioKb,
    goalMs: TWILIO_GOALS[name],
  };
}

async function wholeTwilio(folder: string): Promise<Candidate> {
  const file = join(folder, 'twilio.js');
  const { plugins: _, ...options } = bundleOptions;
  await build({ ...options, stdin: { contents: `require('twilio');`, resolveDir: telephony }, outfile: file });
  return { name: "require('twilio'), the whole SDK", file, kb: kbOf(statSync(file).size) };
}

/**
 * Each function's bundle in KB and its start-up in a fresh process above that of bare node, beside Twilio's whole SDK and what
 * the functions take of it. One run of each after the other, over and over, so that what else the machine does hits all alike.
 */
export async function benchBundles(): Promise<void> {
  const environment = loadingEnvironment();
  const folder = mkdtempSync(join(tmpdir(), 'appointments-bench-'));
  try {
    const nothing = join(folder, 'nothing.js');
    writeFileSync(nothing, '');
    const bare: Candidate = { name: 'bare node', file: nothing, kb: 0 };
    const whole = await wholeTwilio(folder);
    const candidates = [
      bare,
      whole,
      await twilioAlone('telephony/answer-call', folder),
      await twilioAlone('telephony/dial', folder),
      ...functions(),
    ];
    const runs = new Map<Candidate, StartUp[]>(candidates.map((candidate) => [candidate, []]));
    for (let run = 0; run < RUNS; run++) {
      for (const [candidate, times] of runs) times.push(startUp(candidate.file, environment));
    }
    // Those that have a goal once more, each run with one of the whole SDK right before and after it: within a second the machine
    // is as fast for one as for the other, which over a minute it is not.
    const shares = new Map<Candidate, number[]>();
    for (const candidate of candidates.filter(({ goalMs }) => goalMs !== undefined)) {
      const own: number[] = [];
      let before = startUp(whole.file, environment).ms;
      for (let run = 0; run < PAIRED_RUNS; run++) {
        const { ms } = startUp(candidate.file, environment);
        const after = startUp(whole.file, environment).ms;
        own.push(ms / ((before + after) / 2));
        before = after;
      }
      shares.set(candidate, own);
    }

    const typical = (candidate: Candidate, of: keyof StartUp) =>
      median((runs.get(candidate) ?? []).map((run) => run[of]));
    const above = (candidate: Candidate, of: keyof StartUp) => typical(candidate, of) - typical(bare, of);
    const shareOf = (candidate: Candidate) => {
      const own = shares.get(candidate);
      return own === undefined ? above(candidate, 'ms') / above(whole, 'ms') : median(own);
    };
    console.log(
      `\nBundles (minified) and their start-up in a fresh process as on Lambda, in ms above bare node (${typical(bare, 'ms').toFixed(1)} ms), medians of ${RUNS} interleaved runs`,
    );
    table([
      ['', 'KB', 'goal', 'ms', 'goal', 'CPU ms', 'of the whole SDK’s', 'goal'],
      ...candidates
        .filter((candidate) => candidate !== bare)
        .map((candidate) => [
          candidate.name,
          candidate.kb,
          candidate.goalKb === undefined ? '' : `≤ ${candidate.goalKb}`,
          above(candidate, 'ms').toFixed(0),
          candidate.goalMs === undefined ? '' : `≤ ${candidate.goalMs}`,
          above(candidate, 'cpuMs').toFixed(0),
          shareOf(candidate).toFixed(2),
          candidate.goalMs === undefined
            ? ''
            : `≤ ${(candidate.goalMs / WHOLE_SDK_WHERE_GOALS_WERE_SET_MS).toFixed(2)}`,
        ]),
    ]);
    console.log(
      `The goals in ms were set where the whole SDK takes ${WHOLE_SDK_WHERE_GOALS_WERE_SET_MS} ms: the last columns say what share of that is taken, and may be. Of what has a goal, medians of ${PAIRED_RUNS} runs between two of the whole SDK.`,
    );
    console.log(
      'On a machine that does other work, ms grow well beyond CPU ms; what hardly moves is the share of the whole SDK’s.',
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
