import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { buildLocal, launch, start } from './local-cloud';
import type { Running } from './local-cloud';

let built: ReturnType<typeof buildLocal>;
let state: string;
let cloud: Running | undefined;

beforeAll(() => {
  built = buildLocal();
});
afterAll(() => built.remove());
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'local-state-'));
});
afterEach(async () => {
  await cloud?.end('SIGKILL');
  cloud = undefined;
  rmSync(state, { recursive: true, force: true });
});

const run = async (environment: Record<string, string> = {}, flags: string[] = []): Promise<Running> => {
  cloud = await start(built.main, state, environment, flags);
  return cloud;
};
const settle = async ({ post }: Running) => {
  const { status, body } = await post('/_local/clock', { advanceBy: 'PT0S' });
  expect({ status, body }).toMatchObject({ status: 200 });
};
const subjects = async ({ get }: Running): Promise<string[]> =>
  (await get('/_local/emails')).body.map(({ subject }: { subject: string }) => subject);
const messages = async ({ get }: Running): Promise<string[]> =>
  (await get('/_local/logs')).body.map(({ message }: { message: string }) => message);

describe('faults on purpose', () => {
  const faults = async (local: Running, body: unknown) => {
    const answer = await local.post('/_local/faults', body);
    return { status: answer.status, body: answer.body };
  };

  it('are answered with those in force, shown with how often they struck, and ended by {}', async () => {
    const local = await run();
    const none = await local.get('/_local/faults');

    const set = await faults(local, { seed: 7, duplicate: 1, reorder: 0.5, drop: 0 });
    await local.post('/orders', { id: 'o1' });
    const shown = await local.get('/_local/faults');
    const unseeded = await faults(local, { crash: 0.5 });
    const ended = await faults(local, {});

    expect(none.body).toEqual({});
    expect(set).toEqual({ status: 200, body: { seed: 7, duplicate: 1, reorder: 0.5, drop: 0, delaySeconds: 60 } });
    expect(shown.body).toEqual({ ...set.body, struck: expect.objectContaining({}) });
    expect(unseeded.body).toEqual({ crash: 0.5, seed: expect.any(Number) });
    expect(ended).toEqual({ status: 200, body: {} });
    expect((await local.get('/_local/faults')).body).toEqual({});
  });

  it.each([
    [{ duplicate: 1.5 }, 'duplicate'],
    [{ crash: 'often' }, 'crash'],
    [{ explode: 0.5 }, 'explode'],
    [[], 'object'],
    ['no json', 'JSON'],
  ])('that make no sense are refused by name, and change nothing: %j', async (body, name) => {
    const local = await run();
    await faults(local, { seed: 1, drop: 0.5 });

    const refused = await faults(local, body);

    expect(refused).toMatchObject({ status: 400, body: { detail: expect.stringContaining(name) } });
    expect((await local.get('/_local/faults')).body).toMatchObject({ seed: 1, drop: 0.5 });
  });

  it('befall what functions do and are given, all along the way, until they are ended', async () => {
    const local = await run();
    const order = async (id: string) => {
      const { status } = await local.post('/orders', { id });
      await settle(local);
      return { status, mails: (await subjects(local)).filter((subject) => subject === `Order ${id}`).length };
    };

    await faults(local, { seed: 1, duplicate: 1 });
    const doubled = await order('doubled');
    await faults(local, { seed: 1, crash: 1 });
    const cut = await order('cut');
    await faults(local, { seed: 1, throttle: 1 });
    const throttled = await order('throttled');
    await faults(local, { seed: 1, drop: 1 });
    const unanswered = await order('unanswered');
    await faults(local, { seed: 1, reorder: 1, delaySeconds: 600 });
    const late = await order('late');
    await local.post('/_local/clock', { advanceBy: 'PT30M' });
    await faults(local, {});
    const plain = await order('plain');

    // The stream's batch twice, each time by the rule twice, each message of that twice.
    expect(doubled).toEqual({ status: 201, mails: 8 });
    expect(cut.status).toBe(500);
    expect(throttled).toEqual({ status: 500, mails: 0 });
    // The SDK tries three times; then the message waits for its visibility to run out.
    expect(unanswered).toEqual({ status: 201, mails: 3 });
    expect(late).toEqual({ status: 201, mails: 0 });
    expect((await subjects(local)).filter((subject) => subject === 'Order late')).toHaveLength(1);
    expect(plain).toEqual({ status: 201, mails: 1 });
  });

  it('never befall what comes from outside', async () => {
    const local = await run();
    await faults(local, { seed: 1, throttle: 1, drop: 1, dropAws: 1 });
    const { awsEndpoint } = (await local.get('/_local/health')).body;

    const { status } = await fetch(awsEndpoint, {
      method: 'POST',
      headers: { 'x-amz-target': 'AWSEvents.DescribeEventBus', 'content-type': 'application/x-amz-json-1.1' },
      body: '{}',
    });

    expect(status).toBe(200);
  });

  it('are over after a restart, and what they held back is not lost by it', async () => {
    const local = await run();
    await faults(local, { seed: 1, reorder: 1, delaySeconds: 600 });
    await local.post('/orders', { id: 'late' });
    await settle(local);
    const before = await subjects(local);
    await local.end('SIGKILL');

    const again = await run();
    await again.post('/_local/clock', { advanceBy: 'PT30M' });

    expect(before).toEqual([]);
    expect((await again.get('/_local/faults')).body).toEqual({});
    expect(await subjects(again)).toEqual(['Order late']);
  });
});

describe('an assembly on a laptop', () => {
  it('carries a request through function, table, stream, bus, rule, queue and function to the mail', async () => {
    const local = await run();

    const { status, body, headers } = await local.post('/orders', { id: 'o1' });
    await settle(local);

    expect(status).toBe(201);
    expect(headers.get('set-cookie')).toBe('a=1');
    expect(await subjects(local)).toEqual(['Order o1']);
    expect((await local.get('/_local/events')).body).toMatchObject([
      { seq: 1, source: 'demo.orders', detailType: 'OrderPlaced', detail: { id: 'o1' } },
    ]);
    expect((await local.get('/_local/logs')).body).toMatchObject([
      {
        seq: 1,
        at: body.at,
        service: 'booking',
        function: 'Orders',
        level: 'INFO',
        message: 'Order taken',
        correlationId: 'o1',
        fields: { count: 1 },
      },
    ]);
    expect((await local.get('/orders/o1')).body).toEqual({ id: 'o1', at: body.at });
    expect((await local.get('/orders/none')).status).toBe(404);
  });

  it('loses nothing and doubles nothing of many orders at once', async () => {
    const local = await run();
    const ids = Array.from({ length: 60 }, (_, n) => `o${n}`);

    await Promise.all(ids.map((id) => local.post('/orders', { id })));
    await settle(local);

    expect((await subjects(local)).toSorted()).toEqual(ids.map((id) => `Order ${id}`).toSorted());
  });

  it('is settled only when the whole chain has ended, however often it is asked', async () => {
    const local = await run();

    for (let n = 1; n <= 40; n++) {
      await local.post('/orders', { id: `o${n}` });
      await settle(local);
      expect(await subjects(local)).toHaveLength(n);
    }
  });

  it('runs delayed messages and schedules at their virtual second', async () => {
    const local = await run();
    const { now } = (await local.post('/_local/clock', { advanceTo: '2030-01-01T12:00:00.000Z' })).body;
    await local.post('/orders', { id: 'delayed', delaySeconds: 45 });
    await local.post('/orders', { id: 'scheduled', scheduleAt: '2030-01-02T09:30:00' });
    await settle(local);

    const first = (await local.post('/_local/clock', { toNextWakeUp: true })).body.now;
    const second = (await local.post('/_local/clock', { toNextWakeUp: true })).body.now;
    const third = await local.post('/_local/clock', { toNextWakeUp: true });

    expect(now).toBe('2030-01-01T12:00:00.000Z');
    expect(first < '2030-01-01T12:01:00Z').toBe(true);
    expect(second).toBe('2030-01-02T09:30:00.000Z');
    expect(third.status).toBe(409);
    expect((await messages(local)).filter((message) => message.startsWith('later'))).toEqual([
      `later delayed at ${first}`,
      'later scheduled at 2030-01-02T09:30:00.000Z',
    ]);
  });

  it('parks what cannot be worked off after its receives, and rings once', async () => {
    const local = await run();
    await local.post('/orders', { id: 'p1', poison: true });
    await local.post('/orders', { id: 'p2', poison: true });

    await local.post('/_local/clock', { advanceBy: 'PT10M' });

    expect((await local.get('/_local/dead-letters')).body).toMatchObject([
      { queue: 'demo-mail-DeadLetters', receiveCount: 2, reason: 'reported as failed by the function' },
      { queue: 'demo-mail-DeadLetters', receiveCount: 2 },
    ]);
    expect((await local.get('/_local/alerts')).body).toMatchObject([
      {
        subject: 'notify-dead-letters',
        message: 'A message could not be worked off.\nQueue: demo-mail-DeadLetters',
      },
    ]);
    expect(await subjects(local)).toEqual([]);
  });

  it('gives functions the virtual time, their configuration, and their own address, and dates answers by that time', async () => {
    const local = await run({ BRAND_NAME: 'Ours' });
    await local.post('/_local/clock', { advanceTo: '2031-05-05T05:05:05Z' });

    const { body, headers } = await local.get('/echo/x');

    expect(body.now.slice(0, 17)).toBe('2031-05-05T05:05:');
    expect(headers.get('date')).toMatch(/^Mon, 05 May 2031 05:05:\d\d GMT$/);
    expect(body).toMatchObject({ brand: 'Ours', publicUrl: local.url });
  });
});

describe('its HTTP API', () => {
  it('gives the event of payload format 2.0', async () => {
    const local = await run();

    const { body } = await local.post('/echo/a%20b/c?x=1&x=2&y=%26', { n: 1 }, { cookie: 'k=v; l=w', 'X-Own': 'yes' });

    expect(body.event).toMatchObject({
      version: '2.0',
      routeKey: 'ANY /echo/{proxy+}',
      rawPath: '/echo/a%20b/c',
      rawQueryString: 'x=1&x=2&y=%26',
      queryStringParameters: { x: '1,2', y: '&' },
      pathParameters: { proxy: 'a b/c' },
      cookies: ['k=v', 'l=w'],
      headers: { 'x-own': 'yes', 'content-type': 'application/json' },
      requestContext: { http: { method: 'POST', path: '/echo/a%20b/c', sourceIp: '127.0.0.1' }, stage: '$default' },
      body: '{"n":1}',
      isBase64Encoded: false,
    });
    expect(body.event.headers.cookie).toBeUndefined();
  });

  it('gives what is not text as Base64', async () => {
    const local = await run();

    const { body } = await local.post('/echo/x', 'a=1', { 'content-type': 'application/x-www-form-urlencoded' });

    expect(body.event).toMatchObject({ body: Buffer.from('a=1').toString('base64'), isBase64Encoded: true });
  });

  it('answers 404 without a route, 500 when the function throws, 413 above ten megabytes', async () => {
    const local = await run();

    expect(await local.get('/nowhere')).toMatchObject({ status: 404, body: { message: 'Not Found' } });
    expect(await local.get('/echo/throw')).toMatchObject({ status: 500, body: { message: 'Internal Server Error' } });
    expect((await local.post('/echo/x', 'x'.repeat(10 * 1024 * 1024 + 1))).status).toBe(413);
  });

  it('lets staff in with a token of one virtual hour, and nobody else', async () => {
    const local = await run();
    const { token } = (await local.get('/_local/staff-token')).body;
    const asStaff = { authorization: `Bearer ${token}` };

    const before = await local.get('/staff/orders', asStaff);
    await local.post('/_local/clock', { advanceBy: 'PT59M' });
    const inTime = await local.get('/staff/orders', asStaff);
    await local.post('/_local/clock', { advanceBy: 'PT2M' });
    const late = await local.get('/staff/orders', asStaff);

    expect(before).toMatchObject({ status: 200, body: { claims: { claims: { scope: 'staff' }, scopes: ['staff'] } } });
    expect(inTime.status).toBe(200);
    expect(late).toMatchObject({ status: 401, body: { message: 'Unauthorized' } });
    expect((await local.get('/staff/orders')).status).toBe(401);
    expect((await local.get('/staff/orders', { authorization: 'Bearer nonsense' })).status).toBe(401);
  });
});

describe('its control interface', () => {
  it('tells when it is ready and where everything is', async () => {
    const local = await run();

    const { status, body } = await local.get('/_local/health');

    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'ready', awsRegion: 'us-east-1', eventBusName: 'demo' });
    expect(Object.keys(body)).toEqual([
      'status',
      'now',
      'awsEndpoint',
      'awsRegion',
      'eventBusName',
      'twilioEndpoint',
      'twilioAccountSid',
      'twilioAuthToken',
    ]);
  });

  it('refuses a move of the clock that makes no sense, with the reason', async () => {
    const local = await run();
    const moves: [unknown, number][] = [
      [{ advanceBy: 'nonsense' }, 400],
      [{ advanceBy: 'P1M' }, 400],
      [{ advanceTo: '2020-01-01T00:00:00Z' }, 400],
      [{ advanceTo: 'tomorrow' }, 400],
      [{ toNextWakeUp: false }, 400],
      [{}, 400],
      [{ advanceBy: 'PT0S', other: 1 }, 400],
      ['not json', 400],
      [{ toNextWakeUp: true }, 409],
    ];

    for (const [move, status] of moves) {
      const answer = await local.post('/_local/clock', move);
      expect({ move, status: answer.status, type: answer.headers.get('content-type') }).toEqual({
        move,
        status,
        type: 'application/problem+json',
      });
    }
  });

  it('streams events as they happen, from the number asked for', async () => {
    const local = await run();
    await local.post('/orders', { id: 'o1' });
    await local.post('/orders', { id: 'o2' });
    await settle(local);

    const response = await fetch(`${local.url}/_local/events?after=1`, { headers: { accept: 'text/event-stream' } });
    const reader = response.body?.getReader();
    let text = '';
    await local.post('/orders', { id: 'o3' });
    while (!text.includes('"o3"')) text += new TextDecoder().decode((await reader?.read())?.value);
    await reader?.cancel();

    expect([...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => id)).toEqual(['2', '3']);
  });

  it('says what it does not know', async () => {
    const local = await run();

    expect(await local.get('/_local/nothing')).toMatchObject({ status: 404, body: { status: 404 } });
    expect((await local.get('/_local/bill')).status).toBe(404);
    expect((await local.post('/_local/health', {})).status).toBe(405);
    expect((await local.get('/_local/logs?after=x')).status).toBe(400);
    expect((await local.post('/_local/phones/12025550100', { do: 'dance' })).status).toBe(400);
    expect((await local.post('/_local/phones/12025550100', { do: 'answer' })).status).toBe(409);
  });
});

describe('its life', () => {
  it('ends at once and cleanly when told to', async () => {
    const local = await run();
    await local.post('/orders', { id: 'o1' });

    expect(await local.end('SIGTERM')).toBe(0);
    expect(local.output()).toContain('Ctrl-C stops it');
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)('remembers everything after %s, the clock included', async (signal) => {
    const before = await run();
    const { body } = await before.post('/orders', { id: 'o1', delaySeconds: 900 });
    await before.post('/_local/clock', { advanceBy: 'P10D' });
    await before.post('/orders', { id: 'o2', delaySeconds: 600 });
    await settle(before);
    const { now, awsEndpoint } = (await before.get('/_local/health')).body;
    await before.end(signal);

    const after = await run();

    expect((await after.get('/orders/o1')).body).toEqual({ id: 'o1', at: body.at });
    expect(await subjects(after)).toEqual(['Order o1', 'Order o2']);
    const health = (await after.get('/_local/health')).body;
    expect(health.now >= now).toBe(true);
    expect(Date.parse(health.now) - Date.parse(now)).toBeLessThan(60_000);
    expect(health.awsEndpoint).toBe(awsEndpoint);
    await after.post('/_local/clock', { toNextWakeUp: true });
    expect((await messages(after)).filter((message) => message.startsWith('later o2'))).toHaveLength(1);
  });

  it('does what was under way when it was killed', async () => {
    const before = await run();
    await Promise.all(Array.from({ length: 10 }, (_, n) => before.post('/orders', { id: `o${n}` })));
    await before.end('SIGKILL');

    const after = await run();
    await after.post('/_local/clock', { advanceBy: 'PT5M' });

    expect(new Set(await subjects(after)).size).toBe(10);
  });

  it('forgets everything when started afresh', async () => {
    const before = await run();
    await before.post('/orders', { id: 'o1' });
    await before.end();

    const after = await run({}, ['--fresh']);

    expect((await after.get('/orders/o1')).status).toBe(404);
    expect(await subjects(after)).toEqual([]);
  });

  it('says in one line that its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;

    const { exited, output } = launch(built.main, state, { PORT: String(port) });
    const code = await exited;
    other.close();

    expect(code).toBe(1);
    expect(output()).toMatch(new RegExp(`^Port ${port} is taken\\..*\n$`));
  });

  it('says in one line that another process owns the folder', async () => {
    await run();

    const { exited, output } = launch(built.main, state);

    expect(await exited).toBe(1);
    expect(output()).toMatch(/^\S+ is in use by process \d+\..*\n$/);
  });

  describe('beside an app of others', () => {
    const theirs = (resources: object) => {
      const folder = join(state, 'crm');
      mkdirSync(folder, { recursive: true });
      const properties = { templateFile: 'crm.template.json' };
      const artifacts = { 'demo-mail': { type: 'aws:cloudformation:stack', properties } };
      writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ artifacts }));
      writeFileSync(join(folder, 'crm.template.json'), JSON.stringify({ Resources: resources }));
      return folder;
    };
    const rule = (EventBusName: string) => ({
      Type: 'AWS::Events::Rule',
      Properties: {
        EventBusName,
        EventPattern: { source: ['demo.orders'] },
        Targets: [{ Id: 'a', Arn: { 'Fn::GetAtt': ['Queue', 'Arn'] } }],
      },
    });
    const queue = { Type: 'AWS::SQS::Queue' };

    it.each([
      [{ Thing: { Type: 'AWS::Kinesis::Stream' } }, 'crm-demo-mail: Thing is of type AWS::Kinesis::Stream, which'],
      [
        { Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'demo' } } },
        'crm-demo-mail: Bus (AWS::Events::EventBus) is named demo, and so is Bus of demo-platform; on a laptop',
      ],
      [
        { Queue: queue, Rule: rule('arn:aws:events:eu-west-1:123456789012:event-bus/prod') },
        'crm-demo-mail: Rule is a rule of the bus arn:aws:events:eu-west-1:123456789012:event-bus/prod, which is not here; there are default, demo.',
      ],
    ])('refuses what of it cannot run, in a sentence: %#', async (resources, sentence) => {
      const { exited, output } = launch(built.main, state, {}, ['--with', theirs(resources)]);

      expect(await exited).toBe(1);
      expect(output()).toContain(sentence);
      expect(output()).not.toContain('    at ');
    });

    it('says where there is no app', async () => {
      const { exited, output } = launch(built.main, state, {}, ['--with', join(state, 'nothing')]);

      expect(await exited).toBe(1);
      expect(output()).toBe(
        `There is no cloud assembly in ${state}/nothing, nor in its cdk.out: synthesize that app first.\n`,
      );
    });

    it('runs both, stacks of one name too, and lets theirs hear our bus by the ARN of whatever account', async () => {
      const folder = theirs({ Queue: queue, Rule: rule('arn:aws:events:eu-west-1:123456789012:event-bus/demo') });
      const local = await run({}, ['--with', folder]);

      await local.post('/orders', { id: 'o1' });
      await settle(local);

      expect(await subjects(local)).toEqual(['Order o1']);
      const kept = readFileSync(join(state, 'journal.jsonl'), 'utf8').split('\n');
      expect(kept.filter((line) => line.startsWith('["p","sqs/crm-demo-mail-Queue"'))).toHaveLength(1);
    });
  });

  it('says which table cannot follow its template, and what to do', async () => {
    const before = await run();
    await before.end();
    const changed = join(state, 'assembly');
    cpSync(join(__dirname, 'fixtures/assembly'), changed, { recursive: true });
    const file = join(changed, 'demo-booking.template.json');
    const template = JSON.parse(readFileSync(file, 'utf8'));
    template.Resources.Table.Properties.KeySchema.pop();
    template.Resources.Table.Properties.AttributeDefinitions.pop();
    writeFileSync(file, JSON.stringify(template));

    const { exited, output } = launch(built.main, state, { LOCAL_ASSEMBLY: changed });

    expect(await exited).toBe(1);
    expect(output()).toMatch(/^The kept table demo-booking-Table cannot follow.*npm start -- --fresh.*\n$/);
  });
});
