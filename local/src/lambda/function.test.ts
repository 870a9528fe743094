import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { createBusy } from '../kernel/busy';
import { createClock } from '../kernel/clock';
import { createFaults } from '../kernel/faults';
import type { Faults } from '../kernel/faults';
import { createFunction, FunctionError } from './function';
import type { Database, FunctionSpec, LocalFunction } from './function';

const START = Date.parse('2026-11-22T12:00:00Z');
let folder: string;
const open: LocalFunction[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'functions-'));
  await Promise.all(
    ['worker', 'virtual-date'].map((name) =>
      build({
        entryPoints: [join(__dirname, `${name}.ts`)],
        outfile: join(folder, `${name}.js`),
        bundle: true,
        platform: 'node',
        format: 'cjs',
      }),
    ),
  );
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});
afterAll(() => rmSync(folder, { recursive: true }));

let bundles = 0;

/** A function whose bundle holds `code`. */
function functionOf(
  code: string,
  spec: Partial<FunctionSpec> = {},
  faults: Faults = createFaults(),
  database?: Database,
) {
  bundles += 1;
  const own = join(folder, `bundle-${bundles}`);
  mkdirSync(own);
  writeFileSync(join(own, 'index.js'), code);
  const clock = createClock(0, () => START);
  const busy = createBusy();
  const lines: string[] = [];
  const body = createFunction(
    {
      name: 'demo',
      arn: 'arn:aws:lambda:us-east-1:000000000000:function:demo',
      folder: own,
      handler: 'index.handler',
      environment: { OWN: 'yes' },
      timeoutSeconds: 10,
      memoryMb: 256,
      ...spec,
    },
    {
      clock: clock.shared,
      busy,
      faults,
      ...(database === undefined ? {} : { database }),
      log: (stream, text) => lines.push(`${stream}: ${text}`),
      workerFile: join(folder, 'worker.js'),
      preloadFile: join(folder, 'virtual-date.js'),
    },
  );
  open.push(body);
  return { ...body, clock, busy, lines };
}

describe('a function in a worker', () => {
  it('is given the event, a context and only its own environment, and answers JSON', async () => {
    const { invoke } = functionOf(
      'exports.handler = async (event, context) => ({ event, context, env: process.env, left: context.getRemainingTimeInMillis(), none: undefined });',
    );

    const answer = await invoke({ n: 1, none: undefined });

    expect(answer).toEqual({
      event: { n: 1 },
      context: expect.objectContaining({
        functionName: 'demo',
        memoryLimitInMB: '256',
        invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:demo',
        awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      }),
      env: { OWN: 'yes' },
      left: expect.any(Number),
    });
    const { left } = answer as { left: number };
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(10_000);
  });

  it('reads the virtual clock by every way of asking for now, and sees moves at once', async () => {
    const { invoke, clock } = functionOf(`
      const atLoad = Date.now();
      class Own extends Date {}
      exports.handler = async () => ({
        atLoad, now: Date.now(), made: new Date().getTime(), called: Date(), own: new Own().getTime(),
        given: new Date(7).getTime(), parsed: Date.parse('1970-01-01T00:00:01Z'), utc: Date.UTC(1970, 0, 1),
        is: new Date() instanceof Date && new Own() instanceof Own && new Date().constructor === Date,
      });
    `);
    clock.standAt(START);
    await invoke({});

    clock.standAt(START + 86_400_000);
    const later = await invoke({});

    const at = START + 86_400_000;
    expect(later).toMatchObject({
      atLoad: START,
      now: at,
      made: at,
      own: at,
      given: 7,
      parsed: 1000,
      utc: 0,
      is: true,
    });
    expect((later as { called: string }).called).toContain('Mon Nov 23 2026');
  });

  it('has its lines told before its answer', async () => {
    const { invoke, lines } = functionOf(
      "exports.handler = async () => { console.log('one\\ntwo'); console.error('three'); process.stdout.write('no end'); };",
    );

    const answer = await invoke({});

    expect(answer).toBeNull();
    expect(lines).toEqual(['stdout: one', 'stdout: two', 'stderr: three', 'stdout: no end']);
  });

  it('keeps the cloud busy from the call to the answer', async () => {
    const { invoke, busy } = functionOf('exports.handler = async () => 1;');

    const work = invoke({});
    const during = busy.names();
    await work;

    expect(during).toEqual(['function demo']);
    expect(busy.count()).toBe(0);
  });

  it('fails with what it threw, and works on', async () => {
    const { invoke } = functionOf(
      "exports.handler = async (e) => { if (e.fail) throw new TypeError('as told'); return 'fine'; };",
    );

    await expect(invoke({ fail: true })).rejects.toMatchObject({
      name: 'FunctionError',
      timedOut: false,
      report: { errorType: 'TypeError', errorMessage: 'as told' },
    });
    expect(await invoke({})).toBe('fine');
  });

  it('is ended when its time is up, and the next call gets a new worker', async () => {
    const { invoke, lines } = functionOf(
      'let calls = 0; exports.handler = (e) => { calls += 1; if (e.block) for (;;); return Promise.resolve(calls); };',
      { timeoutSeconds: 0.2 },
    );

    const first = await invoke({});
    await expect(invoke({ block: true })).rejects.toMatchObject({ timedOut: true });

    expect(first).toBe(1);
    expect(await invoke({})).toBe(1);
    expect(lines).toEqual(['stderr: Task timed out after 0.20 seconds']);
  });

  it.each([
    ['ends its process', 'process.exit(3)'],
    ['lets an error escape', "setImmediate(() => { throw new Error('escaped'); }); await new Promise(() => {})"],
  ])('fails when it %s, and the next call gets a new worker', async (_, code) => {
    const { invoke, busy } = functionOf(`exports.handler = async (e) => { if (e.fail) { ${code}; } return 'fine'; };`);

    await expect(invoke({ fail: true })).rejects.toBeInstanceOf(FunctionError);
    expect(await invoke({})).toBe('fine');
    expect(busy.count()).toBe(0);
  });

  it.each([
    ['throws while it loads', "throw new Error('as told');"],
    ['has no such handler', 'exports.other = 1;'],
  ])('fails each call once when its bundle %s', async (_, code) => {
    const { invoke } = functionOf(code);

    const calls = await Promise.allSettled([invoke({}), invoke({}), invoke({})]);

    expect(calls.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  });

  it('takes one call at a time in each worker, and answers all', async () => {
    const { invoke } = functionOf(`
      let inside = 0;
      exports.handler = async (n) => {
        inside += 1;
        const alone = inside === 1;
        await new Promise((resolve) => setImmediate(resolve));
        inside -= 1;
        return alone ? n : 'not alone';
      };
    `);

    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => invoke(n)));

    expect(answers).toEqual(Array.from({ length: 20 }, (_, n) => n));
  });

  it('fails what is in flight, and all that comes later, when it is closed', async () => {
    const { invoke, close } = functionOf('exports.handler = () => new Promise(() => {});');

    const inFlight = invoke({}).catch((error: unknown) => error);
    await close();

    expect(await inFlight).toBeInstanceOf(FunctionError);
    await expect(invoke({})).rejects.toBeInstanceOf(FunctionError);
  });
});

describe('what a function asks of its tables', () => {
  const servers: Server[] = [];
  afterEach(async () => {
    await Promise.all(
      servers.splice(0).map(
        (server) =>
          new Promise((resolve) => {
            server.close(resolve);
            server.closeAllConnections();
          }),
      ),
    );
  });

  /** Something that listens, and answers as it is told to; nothing where it is told nothing. */
  const listening = async (answer: (request: IncomingMessage, response: ServerResponse) => void = () => undefined) => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(String(request.headers['x-amz-target'] ?? request.url));
      request.resume().on('end', () => answer(request, response));
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return { asked, address: { host: '127.0.0.1', port } };
  };
  const fine = (_: IncomingMessage, response: ServerResponse) => void response.end('fine');

  /** A function that may `ask(operation, body)` of DynamoDB at the endpoint, with an engine behind it. */
  const world = async (code: string, options: { engine?: Parameters<typeof listening>[0]; faults?: Faults } = {}) => {
    const endpoint = await listening(fine);
    const engine = await listening(options.engine ?? fine);
    const other = await listening(fine);
    const told: string[] = [];
    const one = functionOf(
      `const { request } = require('node:http');
       const OTHER = ${other.address.port};
       const send = (headers, body, port = ${endpoint.address.port}) => new Promise((resolve, reject) =>
         request({ host: '127.0.0.1', port, path: '/', method: 'POST', headers },
           (answer) => { console.log('answered'); answer.resume().on('end', resolve); }).on('error', reject).end(body));
       const ask = (operation, body) => send({ 'x-amz-target': 'DynamoDB_20120810.' + operation }, JSON.stringify(body));
       exports.handler = async () => { ${code} };`,
      { timeoutSeconds: 0.5 },
      options.faults,
      {
        endpoint: endpoint.address,
        engine: engine.address,
        written: (tables) => {
          const line = `wrote ${tables === 'all' ? 'all' : [...tables].join(' ')}`;
          told.push(line);
          one.lines.push(line);
        },
        drained: async () => void told.push('drained'),
      },
    );
    const outcome = await one.invoke({}).then(
      () => 'done',
      () => 'failed',
    );
    return { one, outcome, told, endpoint: endpoint.asked, engine: engine.asked, other: other.asked };
  };

  it('goes straight to the engine', async () => {
    const { endpoint, engine, told } = await world(`await ask('GetItem', { TableName: 'one' });`);

    expect(engine).toEqual(['DynamoDB_20120810.GetItem']);
    expect(endpoint).toEqual([]);
    expect(told).toEqual([]);
  });

  it('is told where it was a write, before the function hears of it', async () => {
    const { one } = await world(
      `await ask('PutItem', { TableName: 'one' });
       await ask('TransactWriteItems', { TransactItems: [{ Put: { TableName: 'one' } }, { Put: { TableName: 'two' } }] });`,
    );

    expect(one.lines).toEqual(['wrote one', 'stdout: answered', 'wrote one two', 'stdout: answered']);
  });

  it('goes by the endpoint while faults are in force', async () => {
    const faults: Faults = { ...createFaults(), active: true, survivedPoints: () => undefined };

    const { endpoint, engine, told } = await world(`await ask('PutItem', { TableName: 'one' });`, { faults });

    expect(endpoint).toEqual(['DynamoDB_20120810.PutItem']);
    expect(engine).toEqual([]);
    expect(told).toEqual([]);
  });

  it('is all that is led elsewhere: other services, and other hosts, hear what is said to them', async () => {
    const { endpoint, engine, other } = await world(
      `await send({ 'x-amz-target': 'AmazonSQS.SendMessage' }, '{}');
       await send({ 'x-amz-target': 'DynamoDB_20120810.GetItem' }, '{}', OTHER);`,
    );

    expect(endpoint).toEqual(['AmazonSQS.SendMessage']);
    expect(engine).toEqual([]);
    expect(other).toEqual(['DynamoDB_20120810.GetItem']);
  });

  it('counts as written where the answer does not come', async () => {
    const { told } = await world(`await ask('PutItem', { TableName: 'one' }).catch(() => undefined);`, {
      engine: (request) => request.socket.destroy(),
    });

    expect(told).toEqual(['wrote one']);
  });

  it('keeps the cloud busy until the engine has answered a write that the function did not wait for', async () => {
    let hasArrived: (response: ServerResponse) => void = () => undefined;
    const arrived = new Promise<ServerResponse>((resolve) => {
      hasArrived = resolve;
    });
    const { one, outcome, told } = await world(`void ask('PutItem', { TableName: 'one' });`, {
      engine: (_, response) => hasArrived(response),
    });
    const during = one.busy.names();
    (await arrived).end();
    await one.busy.idle();

    expect(outcome).toBe('done');
    expect(during).toEqual(['database writes of demo']);
    expect(told).toEqual(['wrote one']);
  });

  it('may have changed any table, once the engine is done with it, where the function is ended before its write is answered', async () => {
    const { one, outcome, told } = await world(`await ask('PutItem', { TableName: 'one' });`, {
      engine: () => undefined,
    });
    const during = one.busy.names();
    await one.busy.idle();

    expect(outcome).toBe('failed');
    expect(during).toEqual(['database writes of demo']);
    expect(told).toEqual(['drained', 'wrote all']);
  });
});

describe('a function that a fault cuts off', () => {
  /** What the world saw of a handler that calls it twice by `node:http` and once by `fetch`. */
  const world = async (faults: Faults) => {
    const seen: string[] = [];
    const server = createServer((request, response) => {
      seen.push(request.url ?? '');
      response.end('done');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const one = functionOf(
      `const { request } = require('node:http');
       const call = (path) => new Promise((resolve, reject) =>
         request({ port: ${port}, path }, (answer) => { console.log('answer ' + path); answer.resume().on('end', resolve); })
           .on('error', reject).end());
       exports.handler = async () => {
         console.log('begins');
         await call('/1');
         await fetch('http://127.0.0.1:${port}/2', { method: 'POST', body: 'x' });
         console.log('answer /2');
         await call('/3');
         return 'done';
       };`,
      {},
      faults,
    );
    const outcome = await one.invoke({}).then(
      (answer) => ({ answer }),
      (error: unknown) => ({ error }),
    );
    await new Promise((resolve) => server.close(resolve).closeAllConnections());
    return { seen, outcome, one, lines: one.lines.map((line) => line.replace('stdout: ', '')) };
  };
  const surviving = (points: number | undefined): Faults => ({
    ...createFaults(),
    active: true,
    survivedPoints: () => points,
  });
  const cut = (where: string) => `stderr: Cut off on purpose ${where}`;

  it.each<[number, string[], string[]]>([
    [0, [], [cut('before its work')]],
    [1, [], ['begins', cut('before a call')]],
    [2, ['/1'], ['begins', cut('after a call, before its answer')]],
    [3, ['/1'], ['begins', 'answer /1', cut('before a call')]],
    [4, ['/1', '/2'], ['begins', 'answer /1', cut('after a call, before its answer')]],
    [5, ['/1', '/2'], ['begins', 'answer /1', 'answer /2', cut('before a call')]],
    [6, ['/1', '/2', '/3'], ['begins', 'answer /1', 'answer /2', cut('after a call, before its answer')]],
    [7, ['/1', '/2', '/3'], ['begins', 'answer /1', 'answer /2', 'answer /3', cut('after its work')]],
    [99, ['/1', '/2', '/3'], ['begins', 'answer /1', 'answer /2', 'answer /3', cut('after its work')]],
  ])(
    'having survived %i points, has done what it had done by then, and nothing answers',
    async (points, calls, said) => {
      const { seen, outcome, lines } = await world(surviving(points));

      expect(seen).toEqual(calls);
      expect(lines).toEqual(said);
      expect(outcome).toEqual({ error: expect.objectContaining({ name: 'FunctionError', timedOut: false }) });
    },
  );

  it('runs whole where it is not to be cut off, and the next time after it was', async () => {
    const points = [undefined, 3, undefined];
    const faults = { ...createFaults(), active: true, survivedPoints: () => points.shift() };

    const { outcome, one } = await world(faults);
    const cutOff = one.invoke({});
    await expect(cutOff).rejects.toThrow('Runtime exited with code 1');
    const { outcome: later } = await world(faults);

    expect(outcome).toEqual({ answer: 'done' });
    expect(later).toEqual({ answer: 'done' });
  });

  it('is cut off after it failed, too', async () => {
    const { invoke, lines } = functionOf(
      'exports.handler = async () => { throw new Error("no"); };',
      {},
      surviving(99),
    );

    await expect(invoke({})).rejects.toThrow('Runtime exited with code 1');
    expect(lines).toEqual([cut('after it failed')]);
  });
});
