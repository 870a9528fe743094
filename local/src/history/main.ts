import { resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { against, isDifferent, toldOf, type AgainstRequest } from './against';
import { exportEvents, importEvents } from './events';
import { findPlace } from './place';
import { CannotDo } from './problem';
import { cancel, list, replay, type Asking } from './replay';
import { CalledOff } from './run';

const REPLAY_USAGE = `Usage: npm run replay -- --from <when> [--to <when>] [--appointment <id>] [--event <name>]… [--to-service <name>]…
                           [--dry-run] [--for-real [--confirm <phrase>]]
       npm run replay -- --appointment <id> --against <checkout> [--from <when>] [--until <when>] [--json]
       npm run replay -- --file <events.jsonl> --against <checkout> [--appointment <id>] [--until <when>] [--json]
       npm run replay -- --list | --cancel <name>
  each with [--stage <stage>] for a deployment or [--endpoint <address>]; else it is the running npm start.
  <when> is an instant (2026-12-01T15:00:00Z), a UTC day, how long ago (90m, 2h, 3d) or now.`;

const EVENTS_USAGE = `Usage: npm run events -- export --from <when> [--to <when>] [--appointment <id>] [--event <name>]… [--mask] > events.jsonl
       npm run events -- import <events.jsonl> [--skip-faults]
  each with [--stage <stage>] for a deployment or [--endpoint <address>]; else it is the running npm start.
  <when> is an instant (2026-12-01T15:00:00Z), a UTC day, how long ago (90m, 2h, 3d) or now.`;

const PLACE = { stage: { type: 'string' }, endpoint: { type: 'string' } } as const;

/** Hears Ctrl-C, writes to the error output, and asks where somebody can answer. */
function talkToTerminal(): Asking & { readonly end: () => void } {
  const { stderr, stdin } = process;
  const controller = new AbortController();
  const onInterrupt = () => {
    // A second one does not wait.
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  process.on('SIGINT', onInterrupt);
  let shown = '';
  const clear = () => {
    if (shown !== '' && stderr.isTTY) stderr.write('\r\u001B[2K');
    shown = '';
  };
  return {
    say: (line) => {
      clear();
      stderr.write(`${line}\n`);
    },
    progress: (line) => {
      if (line === shown || !stderr.isTTY) return;
      clear();
      shown = `  ${line}`;
      stderr.write(shown);
    },
    interrupted: controller.signal,
    ...(stdin.isTTY && stderr.isTTY
      ? {
          ask: async (question: string) => {
            const lines = createInterface({ input: stdin, output: stderr });
            try {
              return await lines.question(question, { signal: controller.signal });
            } catch {
              throw new CalledOff('Called off: nothing was replayed.');
            } finally {
              lines.close();
            }
          },
        }
      : {}),
    end: () => {
      clear();
      process.off('SIGINT', onInterrupt);
    },
  };
}

function parsed<T>(read: () => T, usage: string): T {
  try {
    return read();
  } catch (error) {
    throw new CannotDo(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
}

async function runReplay(args: readonly string[], talk: Asking): Promise<void> {
  const { values } = parsed(
    () =>
      parseArgs({
        args: [...args],
        options: {
          ...PLACE,
          from: { type: 'string' },
          to: { type: 'string' },
          appointment: { type: 'string' },
          event: { type: 'string', multiple: true, default: [] },
          'to-service': { type: 'string', multiple: true, default: [] },
          'dry-run': { type: 'boolean', default: false },
          'for-real': { type: 'boolean', default: false },
          confirm: { type: 'string' },
          list: { type: 'boolean', default: false },
          cancel: { type: 'string' },
          against: { type: 'string' },
          file: { type: 'string' },
          until: { type: 'string' },
          json: { type: 'boolean', default: false },
        },
      }),
    REPLAY_USAGE,
  );
  if (args.length === 0) throw new CannotDo(REPLAY_USAGE);
  if (values.against !== undefined) return runAgainst({ ...values, against: values.against }, talk);
  for (const option of ['file', 'until', 'json'] as const)
    if (values[option] !== undefined && values[option] !== false)
      throw new CannotDo(`--${option} goes with --against.\n${REPLAY_USAGE}`);
  const place = await findPlace(values, process.env);
  try {
    if (values.list) for (const line of await list(place)) process.stdout.write(`${line}\n`);
    else if (values.cancel !== undefined) await cancel(place, values.cancel, talk);
    else
      await replay(
        place,
        {
          from: values.from,
          to: values.to,
          appointment: values.appointment,
          events: values.event.flatMap((names) => names.split(',')),
          services: values['to-service'].flatMap((names) => names.split(',')),
          dryRun: values['dry-run'],
          forReal: values['for-real'],
          confirm: values.confirm,
        },
        talk,
      );
  } finally {
    place.close();
  }
}

/** What would be done now beside what was done then; ends with 1 where they differ, as diff does. */
async function runAgainst(
  values: Omit<AgainstRequest, 'folder'> & { readonly against: string; readonly json: boolean },
  talk: Asking,
): Promise<void> {
  // npm runs from the root; whoever typed it may stand elsewhere.
  const folder = resolve(process.env['INIT_CWD'] ?? process.cwd(), values.against);
  const file = values.file && resolve(process.env['INIT_CWD'] ?? process.cwd(), values.file);
  const answer = await against({ ...values, file, folder }, process.env, talk);
  const text = values.json ? JSON.stringify(answer, undefined, 2) : toldOf(answer).join('\n');
  process.stdout.write(`${text}\n`);
  if (isDifferent(answer.compared)) process.exitCode = 1;
}

async function runEvents(args: readonly string[], talk: Asking): Promise<void> {
  const { values, positionals } = parsed(
    () =>
      parseArgs({
        args: [...args],
        allowPositionals: true,
        options: {
          ...PLACE,
          from: { type: 'string' },
          to: { type: 'string' },
          appointment: { type: 'string' },
          event: { type: 'string', multiple: true, default: [] },
          mask: { type: 'boolean', default: false },
          'skip-faults': { type: 'boolean', default: false },
        },
      }),
    EVENTS_USAGE,
  );
  const [verb, file, ...more] = positionals;
  const exports = verb === 'export' && file === undefined;
  const imports = verb === 'import' && file !== undefined && more.length === 0;
  if (!exports && !imports) throw new CannotDo(EVENTS_USAGE);
  const place = await findPlace(values, process.env);
  try {
    if (exports)
      await exportEvents(
        place,
        { ...values, events: values.event.flatMap((names) => names.split(',')) },
        { ...talk, out: (text) => void process.stdout.write(text) },
      );
    else await importEvents(place, file ?? '', { skipFaults: values['skip-faults'] }, talk);
  } finally {
    place.close();
  }
}

const COMMANDS: Readonly<Record<string, (args: readonly string[], talk: Asking) => Promise<void>>> = {
  replay: runReplay,
  events: runEvents,
};

async function main([name = '', ...args]: readonly string[]): Promise<number> {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) throw new Error(`There is no command ${name}.`);
  const talk = talkToTerminal();
  try {
    await command(args, talk);
    return 0;
  } catch (error) {
    const line = lineFor(error);
    if (line === undefined) throw error;
    talk.say(line);
    return error instanceof CalledOff ? 130 : 1;
  } finally {
    talk.end();
  }
}

/** What went wrong, in a line, where somebody can do something about it. */
function lineFor(error: unknown): string | undefined {
  if (error instanceof CannotDo || error instanceof CalledOff) return error.message;
  if (!(error instanceof Error)) return undefined;
  if (error.name === 'CredentialsProviderError')
    return 'There are no AWS credentials: sign in first (aws sso login), or set AWS_PROFILE.';
  if (/AccessDenied|NotAuthorized/.test(error.name))
    return `AWS refuses it: ${error.message}\ndocs/operations.md lists what a role needs for replays.`;
  if (/ExpiredToken|UnrecognizedClient|InvalidClientToken|InvalidSignature/.test(error.name))
    return `AWS does not take the credentials (${error.name}): sign in again.`;
  // An answer of AWS's says what it is about.
  return '$metadata' in error ? `${error.name}: ${error.message}` : undefined;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode ??= code;
  },
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
