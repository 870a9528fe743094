import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { bundleOptions } from '../../scripts/bundle.mjs';
import type { Job } from './calls-alone-worker';

/** What SendMessages takes at once at most. */
const BATCH = 10;

/** Says yes to everything, at once: in the shape that each client reads. */
function yes({ headers }: IncomingMessage): string {
  const target = String(headers['x-amz-target'] ?? '');
  if (target.endsWith('PutEvents')) return '{"FailedEntryCount":0,"Entries":[]}';
  if (target !== '') return '{}';
  return '<SendRawEmailResponse><SendRawEmailResult><MessageId>bench</MessageId></SendRawEmailResult></SendRawEmailResponse>';
}

/**
 * How many bookings a second this machine could confirm if they consisted of their calls of AWS alone: made by the real SDK, from
 * a worker for each function, to a server that does nothing and answers at once. No database, no page, no mail is written; whatever the system does in
 * earnest comes on top. The calls are those of `calls-alone-worker.ts`.
 */
export async function callsAlone(load: {
  readonly warmUp: number;
  readonly bookings: number;
  readonly atOnce: number;
}): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'appointments-bench-'));
  const server = createServer((request, response) => request.resume().on('end', () => response.end(yes(request))));
  const workers: Worker[] = [];
  try {
    const file = join(folder, 'worker.js');
    await build({
      ...bundleOptions,
      entryPoints: [join(__dirname, 'calls-alone-worker.ts')],
      // Where the clients are that it imports.
      absWorkingDir: join(__dirname, '../..'),
      outfile: file,
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    /** A function: takes one call after the other. */
    const functionFor = (job: Job) => {
      const worker = new Worker(file, {
        workerData: { endpoint, job },
        env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
      });
      workers.push(worker);
      let before: Promise<unknown> = Promise.resolve();
      return (bookings: number): Promise<unknown> => {
        before = before.then(async () => {
          const answered = once(worker, 'message');
          // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin
          worker.postMessage(bookings);
          await answered;
        });
        return before;
      };
    };
    const create = functionFor('create');
    const publish = functionFor('publish');
    const send = functionFor('send');

    const perSecond = async (bookings: number, atOnce: number): Promise<number> => {
      let toConfirm = 0;
      let confirming: Promise<void> | undefined;
      const confirm = async () => {
        while (toConfirm > 0) {
          const batch = Math.min(BATCH, toConfirm);
          toConfirm -= batch;
          await publish(batch);
          await send(batch);
        }
        confirming = undefined;
      };
      const left = Array.from({ length: bookings }).values();
      const begun = performance.now();
      await Promise.all(
        Array.from({ length: atOnce }, async () => {
          for (const _ of left) {
            await create(1);
            toConfirm += 1;
            confirming ??= confirm();
          }
        }),
      );
      await confirming;
      return bookings / ((performance.now() - begun) / 1000);
    };
    await perSecond(load.warmUp, 1);
    return await perSecond(load.bookings, load.atOnce);
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
    server.close().closeAllConnections();
    rmSync(folder, { recursive: true });
  }
}
