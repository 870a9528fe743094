import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { table } from './statistics';

const root = join(__dirname, '../..');
const tool = join(root, 'bench/mutation');
const report = join(tool, '.local/report.json');
const survivors = join(tool, '.local/survivors.txt');
/** Per cent of the planted faults that a test must notice. */
const GOAL = 90;
/** Few random sessions, because each fault runs the tests anew; and always the same ones, so that the score is too. */
const RANDOM_TESTS = { SESSIONS: '10', SEED: '20261201' };

/** What of Stryker's report (mutation-testing-report-schema) is told here. */
const Report = z.object({
  files: z.record(
    z.string(),
    z.object({
      source: z.string(),
      mutants: z.array(
        z.object({
          mutatorName: z.string(),
          replacement: z.string().optional(),
          status: z.string(),
          location: z.object({
            start: z.object({ line: z.number(), column: z.number() }),
            end: z.object({ line: z.number(), column: z.number() }),
          }),
        }),
      ),
    }),
  ),
});
type Mutant = z.infer<typeof Report>['files'][string]['mutants'][number];

const DETECTED = new Set(['Killed', 'Timeout']);
const UNDETECTED = new Set(['Survived', 'NoCoverage']);

const count = (mutants: readonly Mutant[], statuses: ReadonlySet<string>) =>
  mutants.filter(({ status }) => statuses.has(status)).length;

/** Per cent detected of those that could be; `NaN` where there is nothing to detect. */
export function scoreOf(mutants: readonly Mutant[]): number {
  const detected = count(mutants, DETECTED);
  return (100 * detected) / (detected + count(mutants, UNDETECTED));
}

const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ').trim();

/** One line: where the fault was planted, and what it changed into what. */
export function inWords(file: string, source: string, { location, mutatorName, replacement, status }: Mutant): string {
  const { start, end } = location;
  const lines = source.split('\n').slice(start.line - 1, end.line);
  lines.push((lines.pop() ?? '').slice(0, end.column - 1));
  const was = oneLine(lines.join(' ').slice(start.column - 1));
  const is = replacement === undefined ? mutatorName : oneLine(replacement);
  return `${file}:${start.line}:${start.column} ${status}: ${was} → ${is}`;
}

function run(command: string, args: readonly string[], cwd: string): void {
  const { status, signal, error } = spawnSync(command, args, {
    cwd,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, TZ: 'UTC', ...RANDOM_TESTS },
  });
  if (error) throw error;
  if (status === 0) return;
  const how = signal === null ? 'failed; its output stands above' : `was ended by ${signal}`;
  throw new Error(`"${[command, ...args].join(' ')}" ${how}`);
}

/**
 * Plants a fault in telephony's domain, runs the domain's tests, and so on for every fault the tool can think of: the score is
 * how many the tests noticed. Below the goal it fails. Takes about an hour on two cores.
 */
export function benchMutation(): void {
  if (!existsSync(join(tool, 'node_modules'))) run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], tool);
  mkdirSync(join(tool, '.local'), { recursive: true });
  run(process.execPath, [join(tool, 'node_modules/.bin/stryker'), 'run', 'bench/mutation/stryker.config.json'], root);

  const { files } = Report.parse(JSON.parse(readFileSync(report, 'utf8')));
  const all = Object.values(files).flatMap(({ mutants }) => mutants);
  const score = scoreOf(all);
  const undetected = Object.entries(files).flatMap(([file, { source, mutants }]) =>
    mutants.filter(({ status }) => UNDETECTED.has(status)).map((mutant) => inWords(file, source, mutant)),
  );
  writeFileSync(survivors, undetected.map((line) => `${line}\n`).join(''));

  const row = (name: string, mutants: readonly Mutant[]) => [
    name,
    count(mutants, DETECTED) + count(mutants, UNDETECTED),
    count(mutants, UNDETECTED),
    scoreOf(mutants).toFixed(1),
  ];
  console.log("\nFaults planted in telephony's domain, one by one, and how many of them the domain's tests notice");
  table([
    ['file', 'faults', 'unnoticed', 'score %', 'goal'],
    ...Object.entries(files)
      .filter(([, { mutants }]) => mutants.length > 0)
      .map(([file, { mutants }]) => [...row(file.replace('services/telephony/', ''), mutants), '']),
    [...row('all', all), `≥ ${GOAL}`],
  ]);
  console.log(`Those that were not noticed stand in ${survivors}`);
  if (score < GOAL) throw new Error(`the mutation score is ${score.toFixed(1)} %, and its goal is ${GOAL} %`);
}
