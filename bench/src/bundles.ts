import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { median, table } from './statistics';

const RUNS = 9;
const services = join(__dirname, '../../services');
const assembly = join(__dirname, '../../infra/cdk.out');

function startUpMs(file: string, environment: Record<string, string>): number {
  const script = `const t=performance.now();require(${JSON.stringify(file)});console.log("\\n"+(performance.now()-t))`;
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const output = execFileSync(process.execPath, ['-e', script], {
      env: { ...process.env, ...environment },
      encoding: 'utf8',
    });
    times.push(Number(output.trim().split('\n').at(-1)));
  }
  return median(times);
}

/** Handlers read their configuration when they load, so they are given the names that the templates declare. */
function loadingEnvironment(): Record<string, string> {
  const environment: Record<string, string> = {
    AWS_REGION: 'us-east-1',
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

/** Each function's bundle in KB and its start-up in a fresh process, beside Twilio's whole SDK in the same run. */
export function benchBundles(): void {
  const environment = loadingEnvironment();
  const twilio = createRequire(join(services, 'telephony/package.json')).resolve('twilio');
  const whole = join(mkdtempSync(join(tmpdir(), 'appointments-bench-')), 'twilio.js');
  buildSync({
    entryPoints: [twilio],
    outfile: whole,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node20',
    logLevel: 'error',
  });
  const twilioMs = startUpMs(whole, environment);
  const rows: (string | number)[][] = [['function', 'KB', 'start-up ms', 'of twilio’s']];
  rows.push([
    "require('twilio'), bundled the same way",
    Math.round(statSync(whole).size / 1024),
    twilioMs.toFixed(0),
    '1.00',
  ]);
  for (const service of readdirSync(services)) {
    const dist = join(services, service, 'dist');
    for (const handler of existsSync(dist)
      ? readdirSync(dist).filter((name) => existsSync(join(dist, name, 'index.js')))
      : []) {
      const file = join(dist, handler, 'index.js');
      const ms = startUpMs(file, environment);
      rows.push([
        `${service}/${handler}`,
        Math.round(statSync(file).size / 1024),
        ms.toFixed(0),
        (ms / twilioMs).toFixed(2),
      ]);
    }
  }
  console.log(`\nBundles (minified) and start-up in a fresh process, medians of ${RUNS}`);
  table(rows);
}
