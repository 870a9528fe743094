import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createChaos } from './chaos';
import { createClock, FASTEST } from './clock';
import { USUAL_DETECTION_MS } from './detection';
import type { SimulatorOptions, TwilioSimulator } from './index';
import { createTwilioSimulator } from './index';

/** What was typed makes no sense; the message says which part. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const USAGE = `twilio-simulator: Twilio's voice API on this machine; no account, no call, no cost.

  --port <n>                  where to listen on 127.0.0.1; 0 takes any free port (default 4010)
  --account-sid <AC…>         (default: a new one)
  --auth-token <text>         opens the API and signs webhooks (default: a new one)
  --api-key <SK…:secret>      opens the API as well; may be repeated
  --from <+number>            a number that may call; may be repeated (default: every number)
  --calling-code <+code>      how numbers begin that may be called; may be repeated (default: every number)
  --calls-per-second <n>      calls beyond this rate wait in a queue (default: no queue)
  --read-lag-ms <n>           how far GET lags behind (default 0)
  --detection-ms <n>          how long detection of machines listens to people (default ${USUAL_DETECTION_MS})
  --speed <n>                 virtual seconds per real one, 0 to stand still (default 1)
  --seed <n>                  from which all chaos follows (default: a new one)
  --help                      this text
`;

export interface AloneOptions {
  readonly port: number;
  readonly speed: number;
  readonly seed: number | undefined;
  readonly simulator: Omit<SimulatorOptions, 'ports' | 'chaos' | 'controls'>;
}

/** Reads a command line; `'help'` where that was asked for. Throws UsageError. */
export function readArguments(args: readonly string[]): AloneOptions | 'help' {
  const values = typed(args);
  if (values.help === true) return 'help';
  const integer = (name: string, value: string | undefined, low: number, high: number): number | undefined => {
    if (value === undefined) return undefined;
    if (/^\d+$/.test(value) && Number(value) >= low && Number(value) <= high) return Number(value);
    throw new UsageError(`--${name} must be a whole number from ${low} to ${high}, not ${value}`);
  };
  const amount = (name: string, value: string | undefined, high: number): number | undefined => {
    if (value === undefined) return undefined;
    if (/^\d+(\.\d+)?$/.test(value) && Number(value) <= high) return Number(value);
    throw new UsageError(`--${name} must be a number up to ${high}, not ${value}`);
  };
  const fitting = (name: string, given: readonly string[], pattern: RegExp, form: string): readonly string[] => {
    const wrong = given.find((value) => !pattern.test(value));
    if (wrong !== undefined) throw new UsageError(`--${name} must be ${form}, not ${wrong}`);
    return given;
  };
  const accountSid = values['account-sid'] ?? `AC${randomBytes(16).toString('hex')}`;
  fitting('account-sid', [accountSid], /^AC[0-9a-f]{32}$/i, 'AC and 32 hexadecimal digits');
  const authToken = values['auth-token'] ?? randomBytes(16).toString('hex');
  fitting('auth-token', [authToken], /^\S+$/, 'text without blanks');
  const keys = fitting('api-key', values['api-key'] ?? [], /^SK[^:]*:.+$/, 'SK…:secret');
  const numbers = fitting('from', values.from ?? [], /^\+[1-9]\d{6,14}$/, '+ and 7 to 15 digits');
  const codes = fitting('calling-code', values['calling-code'] ?? [], /^\+[1-9]\d*$/, '+ and digits');
  const callsPerSecond = amount('calls-per-second', values['calls-per-second'], FASTEST);
  if (callsPerSecond === 0) throw new UsageError('--calls-per-second must be more than 0');
  const seed = integer('seed', values.seed, 0, 2 ** 31 - 1);
  return {
    port: integer('port', values.port, 0, 65_535) ?? 4010,
    speed: amount('speed', values.speed, FASTEST) ?? 1,
    seed,
    simulator: {
      accountSid,
      authToken,
      apiKeys: keys.map((key) => ({
        sid: key.slice(0, key.indexOf(':')),
        secret: key.slice(key.indexOf(':') + 1),
      })),
      ...(numbers.length === 0 ? {} : { allowedFrom: numbers }),
      ...(codes.length === 0 ? {} : { allowedCallingCodes: codes }),
      ...(callsPerSecond === undefined ? {} : { callsPerSecond }),
      readLagMs: integer('read-lag-ms', values['read-lag-ms'], 0, 600_000) ?? 0,
      detectionMs: integer('detection-ms', values['detection-ms'], 0, 60_000) ?? USUAL_DETECTION_MS,
    },
  };
}

function typed(args: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: text,
        'account-sid': text,
        'auth-token': text,
        'api-key': { ...text, multiple: true },
        from: { ...text, multiple: true },
        'calling-code': { ...text, multiple: true },
        'calls-per-second': text,
        'read-lag-ms': text,
        'detection-ms': text,
        speed: text,
        seed: text,
        help: { type: 'boolean' },
      },
    }).values;
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

const pageFiles: Readonly<Record<string, readonly [name: string, type: string]>> = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/page.css': ['page.css', 'text/css; charset=utf-8'],
  '/page.js': ['page.js', 'text/javascript; charset=utf-8'],
};

/** Starts a simulator in a process of its own: real time, memory, the page in that folder and the controls. */
export async function startAlone(
  options: AloneOptions,
  pageFolder: string,
): Promise<{
  readonly url: string;
  readonly seed: number;
  readonly simulator: TwilioSimulator;
  readonly stop: () => Promise<void>;
}> {
  const clock = createClock({ speed: options.speed });
  const chaos = createChaos(options.seed);
  const simulator = createTwilioSimulator({
    ...options.simulator,
    ports: clock.ports,
    chaos,
    controls: {
      clock,
      file: (path) => {
        const file = pageFiles[path];
        return file && { type: file[1], body: readFileSync(join(pageFolder, file[0]), 'utf8') };
      },
    },
  });
  const { url } = await listening(simulator, options.port);
  return {
    url,
    seed: chaos.seed,
    simulator,
    stop: async () => {
      clock.stop();
      await simulator.close();
    },
  };
}

async function listening(simulator: TwilioSimulator, port: number): Promise<{ readonly url: string }> {
  try {
    return await simulator.listen(port);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'EADDRINUSE') throw new UsageError(`Port ${port} is taken: give another one by --port`, { cause });
    if (code === 'EACCES') throw new UsageError(`Port ${port} may not be used: give another one by --port`, { cause });
    throw cause;
  }
}
