import { startThread, type FunctionSpec } from '../lambda/function';
import type { FailureReport, WorkerMessage } from '../lambda/messages';
import { BadConfigurationError, isConfiguredBy } from './configuration';

/** Two cores load no more at a time. */
const AT_ONCE = 2;

/** What functions throw when their environment makes no sense to them. */
const REFUSAL = 'ConfigurationError';

/**
 * Loads each function that runs with something the person at the laptop has said, once and in a worker of its own, so
 * that a value it refuses is told at the start and not by the first booking. The functions' own parsers decide: the
 * rules stand nowhere twice. @throws {@link BadConfigurationError} naming every fault
 */
export async function tryConfiguration(
  functions: readonly FunctionSpec[],
  ports: {
    readonly environment: NodeJS.ProcessEnv;
    readonly clock: SharedArrayBuffer;
    readonly workerFile: string;
    readonly preloadFile: string;
  },
): Promise<void> {
  const waiting = functions.filter((spec) => isConfiguredBy(spec.environment, ports.environment));
  const faults = new Set<string>();
  const lane = async () => {
    for (let spec = waiting.shift(); spec !== undefined; spec = waiting.shift()) {
      const failure = await load(spec, ports);
      if (failure?.errorType === REFUSAL) faults.add(failure.errorMessage);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  if (faults.size > 0) {
    throw new BadConfigurationError(
      ['The environment does not make sense:', ...[...faults].map((fault) => `  ${fault}`)].join('\n'),
    );
  }
}

/** Why the function's bundle does not load; `undefined` when it does, or when nobody can tell. */
function load(
  spec: FunctionSpec,
  ports: { readonly clock: SharedArrayBuffer; readonly workerFile: string; readonly preloadFile: string },
): Promise<FailureReport | undefined> {
  return new Promise((resolve) => {
    const worker = startThread(spec, ports);
    const end = (failure?: FailureReport) => {
      resolve(failure);
      void worker.terminate();
    };
    worker.on('message', (message: WorkerMessage) => {
      if (message.kind === 'ready') end();
      else if (message.kind === 'failed-to-load') end(message.error);
    });
    worker.on('error', () => end());
    worker.on('exit', () => end());
  });
}
