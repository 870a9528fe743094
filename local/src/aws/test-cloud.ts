import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createFaults } from '../kernel/faults';
import type { Collection, Kernel, Store, TimerKind } from '../kernel/types';
import { createAwsServices } from './index';
import type { AwsServices } from './types';

/** What a store keeps between two lives of the process: JSON text, as a journal would. */
export type Kept = Map<string, Map<string, string>>;

interface TestStore extends Store {
  readonly kept: Kept;
  readonly writes: () => number;
  /** From now on nothing reaches the disk until `resume`. */
  readonly stall: () => void;
  readonly resume: () => void;
}

function createStore(kept: Kept): TestStore {
  let writes = 0;
  let stalled = Promise.resolve();
  let resume = () => {};
  const collection = <T>(name: string): Collection<T> => {
    const texts = kept.get(name) ?? new Map<string, string>();
    kept.set(name, texts);
    const read = (text: string): T => JSON.parse(text) as T;
    return {
      get: (key) => {
        const text = texts.get(key);
        return text === undefined ? undefined : read(text);
      },
      has: (key) => texts.has(key),
      put: (key, value) => {
        writes += 1;
        texts.set(key, JSON.stringify(value));
      },
      delete: (key) => {
        writes += 1;
        texts.delete(key);
      },
      values: () => [...texts.values()].map(read).values(),
      entries: () => [...texts].map(([key, text]): [string, T] => [key, read(text)]).values(),
      get size() {
        return texts.size;
      },
    };
  };
  return {
    kept,
    collection,
    flushed: async () => stalled,
    chronicle: (name) => {
      const texts = kept.get(`chronicle ${name}`) ?? new Map<string, string>();
      kept.set(`chronicle ${name}`, texts);
      const entries = () => [...texts].map(([key, text]) => ({ at: Number(key.split(' ')[0]), text: () => text }));
      return {
        append: (at, text) => void texts.set(`${at} ${texts.size}`, text),
        flushed: async () => stalled,
        between: (from, to) => entries().filter(({ at }) => at >= from && at < to),
        forgetBefore: (before) => {
          const day = Math.floor(before / 86_400_000) * 86_400_000;
          for (const key of texts.keys()) if (Number(key.split(' ')[0]) < day) texts.delete(key);
        },
        size: (from = Number.NEGATIVE_INFINITY) => {
          const found = entries().filter(({ at }) => at >= from);
          return { count: found.length, bytes: found.reduce((sum, { text }) => sum + text().length, 0) };
        },
      };
    },
    writes: () => writes,
    stall: () => {
      stalled = new Promise((resolve) => {
        resume = resolve;
      });
    },
    resume: () => resume(),
  };
}

interface Armed {
  readonly at: number;
  readonly order: number;
  readonly kind: TimerKind;
  readonly what: string;
  readonly run: () => void | Promise<void>;
}

/** A kernel whose clock stands until it is moved, whose timers run by hand and whose busy holds can be counted. */
export function createTestKernel(start: number, kept: Kept = new Map()) {
  let now = start;
  let order = 0;
  const armed = new Set<Armed>();
  const held = new Map<number, string>();
  let holds = 0;
  const store = createStore(kept);
  const begin = (what: string) => {
    holds += 1;
    const id = holds;
    held.set(id, what);
    return () => void held.delete(id);
  };
  const faults = createFaults();
  const kernel: Kernel = {
    clock: { now: () => now },
    faults,
    store,
    busy: { begin, track: async (what, work) => work.finally(begin(what)) },
    timers: {
      arm: (timer) => {
        order += 1;
        const one = { ...timer, order };
        armed.add(one);
        return () => void armed.delete(one);
      },
    },
  };
  /** Lets microtasks and what hangs on them run out. */
  const turn = async () => {
    for (let n = 0; n < 3; n += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  const next = (until: number) =>
    [...armed].filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at || a.order - b.order)[0];
  return {
    kernel,
    store,
    faults,
    turn,
    held: () => [...held.values()],
    armed: () => [...armed].map(({ at, kind, what }) => ({ at, kind, what })),
    advanceTo: async (target: number) => {
      await turn();
      for (let due = next(target); due !== undefined; due = next(target)) {
        armed.delete(due);
        now = Math.max(now, due.at);
        await due.run();
        await turn();
      }
      now = target;
    },
  };
}

export type TestKernel = ReturnType<typeof createTestKernel>;

/** The services behind a real HTTP server, as SDK clients meet them. */
export async function startTestCloud(start = Date.UTC(2026, 11, 1, 15), kept: Kept = new Map()) {
  const test = createTestKernel(start, kept);
  let endpoint = '';
  const services: AwsServices = createAwsServices(test.kernel, { endpoint: () => endpoint });
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://localhost');
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
      );
      services
        .handle({
          method: request.method ?? 'GET',
          path: url.pathname,
          query: url.searchParams,
          headers,
          body: Buffer.concat(chunks).toString('utf8'),
        })
        .then(
          (answer) => {
            response.writeHead(answer?.status ?? 404, answer?.headers);
            response.end(answer?.body);
          },
          (error: unknown) => {
            response.writeHead(500);
            response.end(String(error));
          },
        );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ...test,
    services,
    endpoint,
    /** What every SDK client here is made with. */
    client: {
      endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
    },
    advance: async (ms: number) => test.advanceTo(test.kernel.clock.now() + ms),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export type TestCloud = Awaited<ReturnType<typeof startTestCloud>>;
