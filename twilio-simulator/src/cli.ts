import { join } from 'node:path';
import { readArguments, startAlone, USAGE, UsageError } from './alone';

async function main(): Promise<void> {
  const options = readArguments(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(USAGE);
    return;
  }
  const { url, seed, stop } = await startAlone(options, join(__dirname, '../page'));
  const { accountSid, authToken } = options.simulator;
  process.stdout.write(
    `The Twilio simulator listens at ${url}; open it in a browser to see the phones.

  account SID  ${accountSid}
  auth token   ${authToken}
  seed         ${seed}

Ctrl-C ends it, and everything with it.
`,
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());
}

main().catch((fault: unknown) => {
  if (!(fault instanceof UsageError)) throw fault;
  process.stderr.write(`${fault.message}\n\ntwilio-simulator --help lists the options.\n`);
  process.exitCode = 2;
});
