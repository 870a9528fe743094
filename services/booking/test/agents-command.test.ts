import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { NOW } from './api';
import { ANNA, memoryAgents, staffAgentsApi, type MemoryAgents } from './staff-agents';

const COMMAND = join(__dirname, '../../../scripts/agents.mjs');
const EXAMPLE = join(__dirname, '../../../docs/examples/agents.csv');
const TOKEN = 'a staff token';

interface Refusal {
  readonly status: number;
  readonly headers?: Record<string, string>;
}

describe('npm run agents', () => {
  let store: MemoryAgents;
  let server: Server;
  let port: number;
  let folder: string;
  /** The requests that came, in order: `PUT agt_anna`, with ` dryRun` behind it. */
  let asked: string[];
  /** What is answered in place of the API, by the request. */
  let refuse: (what: string) => Refusal | undefined;
  /** What happens before the API is asked. */
  let before: (what: string) => Promise<void>;

  beforeEach(async () => {
    store = memoryAgents();
    asked = [];
    refuse = () => undefined;
    before = async () => {};
    folder = mkdtempSync(join(tmpdir(), 'agents-'));
    server = createServer((request, response) => void answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? '/', 'http://localhost');
    const send = (status: number, body: string, headers: Record<string, string> = {}) =>
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
    if (url.pathname === '/_local/staff-token') return send(200, JSON.stringify({ token: TOKEN }));
    if (!url.pathname.startsWith('/staff/agents')) return send(404, '{"message":"Not Found"}');
    const id = decodeURIComponent(url.pathname.slice('/staff/agents/'.length));
    const query = Object.fromEntries(url.searchParams);
    const what = [request.method, id, ...(query['dryRun'] === 'true' ? ['dryRun'] : [])].join(' ').trim();
    asked.push(what);
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return send(401, '{"message":"Unauthorized"}');
    const refused = refuse(what);
    if (refused) return send(refused.status, '{"title":"Not now"}', refused.headers);
    await before(what);
    const api = staffAgentsApi(store, () => NOW);
    const match = request.headers['if-match'];
    const answered =
      request.method === 'GET'
        ? await api.list(query)
        : await api.put(id, JSON.parse(Buffer.concat(chunks).toString()), {
            query,
            headers: match === undefined ? {} : { 'if-match': match },
          });
    return send(answered.status, answered.text, answered.headers as Record<string, string>);
  }

  async function run(args: readonly string[], environment: Record<string, string> = {}) {
    const child = spawn(process.execPath, [COMMAND, ...args], {
      cwd: folder,
      env: { PATH: process.env['PATH'], PORT: String(port), ...environment },
    });
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
    const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { status, ...output };
  }

  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return name;
  };
  const HEADER = 'agentId,name,email,phone,timeZone';
  const row = (agentId: string, changes: Partial<typeof ANNA> = {}) =>
    [agentId, ...Object.values({ ...ANNA, ...changes })].join(',');
  const writes = () => asked.filter((what) => what.startsWith('PUT') && !what.endsWith('dryRun'));

  it('imports a file: all is tried before the first is written, and it says what became of each', async () => {
    const { status, stderr } = await run(['import', EXAMPLE]);

    expect([status, stderr]).toEqual([
      0,
      [
        '  agt_anna  new',
        '  agt_bo    new',
        '  agt_cleo  new',
        '  agt_dan   new',
        '4 agents written.',
        'agt_default (Alex Morgan), the agent of the configuration, is still active beside them and can be booked. To end that: npm run agents -- deactivate agt_default',
        '',
      ].join('\n'),
    ]);
    const ids = ['agt_anna', 'agt_bo', 'agt_cleo', 'agt_dan'];
    expect(asked.slice(0, 5).toSorted()).toEqual(['GET', ...ids.map((id) => `PUT ${id} dryRun`)]);
    expect(asked.slice(5)).toEqual([...ids.map((id) => `PUT ${id}`), 'GET']);
    expect(store.events).toHaveLength(4);
  });

  it('writes nothing of what is as the file says, and says of the rest what changes', async () => {
    await run(['import', EXAMPLE]);
    const again = await run(['import', EXAMPLE]);
    const changed = readFileSync(EXAMPLE, 'utf8').replace('+12025550132', '+12025550139').replace('Sat-Sun', 'Sat');

    const { status, stderr } = await run(['import', file('agents.csv', changed)]);

    expect(again.stderr).toContain('Nothing was written: all 4 agents are as the file says.');
    expect(status).toBe(0);
    expect(stderr).toContain('  agt_anna  as it is\n  agt_bo    changed: phone\n');
    expect(stderr).toContain('  agt_dan   changed: workingHours\n2 agents written; 2 already as the file says.');
    expect(store.events).toHaveLength(6);
  });

  it('tries only, with --dry-run', async () => {
    const { status, stderr } = await run(['import', EXAMPLE, '--dry-run']);

    expect(status).toBe(0);
    expect(stderr).toContain('Nothing was written (--dry-run); 4 of 4 agents would be.');
    expect(writes()).toEqual([]);
  });

  it('writes nothing where anything is wrong, and names every fault by its line', async () => {
    const name = file(
      'team.csv',
      [
        `${HEADER},slotMinutes,room`,
        `${row('agt_anna')},30,1`,
        `${row('agt_bo', { phone: '+19005550100', timeZone: 'Europe/Bern' })},7,`,
        `${row('agt anna')},,`,
        `${row('agt_anna', { email: 'anna' })},,`,
      ].join('\n'),
    );

    const { status, stderr } = await run(['import', name]);

    expect(status).toBe(1);
    expect(stderr.split('\n')).toEqual([
      'team.csv:',
      expect.stringContaining('  line 1: column 7 is named "room", and there is no such column; the columns are'),
      '  line 3: timeZone "Europe/Bern": must be the IANA name of a time zone, like Europe/Berlin',
      '  line 3: slotMinutes 7: must be a whole number from 5 to 240 and a multiple of 5',
      '  line 3: phone: is a premium-rate number, which we do not call',
      '  line 4: agentId: must have 1 to 64 letters, digits, _ or - and nothing else',
      '  line 5: agentId: stands in line 2 already',
      '  line 5: email: must be an e-mail address, like ada@example.com',
      'Nothing was written: there are 7 faults in team.csv.',
      '',
    ]);
    expect(writes()).toEqual([]);
  });

  it('tells a missing column once and not in every row', async () => {
    const { stderr } = await run([
      'import',
      file('a.csv', 'agentId,name,email,timeZone\na,Anna,anna@example.com,UTC\nb,Bo,b@example.com,X'),
    ]);

    expect(stderr.split('\n').slice(1, -1)).toEqual([
      expect.stringContaining('  line 1: the column phone is missing'),
      expect.stringContaining('  line 3: timeZone "X"'),
      'Nothing was written: there are 2 faults in a.csv.',
    ]);
  });

  it('reads a list in JSON, and names its faults by their place', async () => {
    const name = file(
      'a.json',
      JSON.stringify([
        { agentId: 'a', ...ANNA },
        { agentId: 'b', ...ANNA, daysOff: ['x'], room: 1 },
      ]),
    );

    const { status, stderr } = await run(['import', name]);

    expect(status).toBe(1);
    expect(stderr).toContain('  agent 2: daysOff "x": must be a day of the calendar');
    expect(stderr).toContain('  agent 2: room: is not a known field');
  });

  it('says what was written and what was not where it fails in the middle, and goes on when run again', async () => {
    refuse = (what) => (what === 'PUT agt_cleo' ? { status: 404 } : undefined);
    const broken = await run(['import', EXAMPLE]);
    refuse = () => undefined;

    const again = await run(['import', EXAMPLE]);

    expect(broken.status).toBe(1);
    expect(broken.stderr).toContain('agt_cleo was not written: ');
    expect(broken.stderr).toContain(
      [
        'Written: agt_anna and agt_bo.',
        'Not written: agt_cleo and agt_dan.',
        'Running it again goes on from here: what is written already stays as it is.',
        '',
      ].join('\n'),
    );
    expect(again.status).toBe(0);
    expect(again.stderr).toContain('2 agents written; 2 already as the file says.');
    expect(store.events).toHaveLength(4);
  });

  it('writes over nobody who was changed since it looked', async () => {
    await run(['import', file('a.csv', `${HEADER}\n${row('agt_anna')}`)]);
    before = async (what) => {
      if (what === 'PUT agt_anna') {
        before = async () => {};
        await staffAgentsApi(store, () => NOW).put('agt_anna', { ...ANNA, name: 'Another' });
      }
    };

    const { status, stderr } = await run([
      'import',
      file('b.csv', `${HEADER}\n${row('agt_anna', { name: 'Anna B.' })}`),
    ]);

    expect(status).toBe(1);
    expect(stderr).toContain('agt_anna was not written: somebody else has changed this agent in the meantime');
    expect(await store.find('agt_anna')).toMatchObject({ name: 'Another', version: 2 });
  });

  it('waits and asks again where it is told that there is too much at once', async () => {
    let refusals = 2;
    refuse = (what) =>
      what === 'PUT a' && refusals-- > 0 ? { status: 429, headers: { 'retry-after': '0.01' } } : undefined;

    const { status } = await run(['import', file('a.csv', `${HEADER}\n${row('a')}`)]);

    expect(status).toBe(0);
    expect(writes()).toEqual(['PUT a', 'PUT a', 'PUT a']);
  });

  it.each([
    [{ status: 401 }, 'The token is not taken'],
    [{ status: 403 }, 'it has not the scope "staff" (403)'],
    [{ status: 404 }, 'is not the address of the API'],
    [{ status: 503, headers: { 'retry-after': '0.01' } }, 'answers 503: Not now'],
  ])('says in a sentence why it is not let in: %j', async (refusal, because) => {
    refuse = () => refusal;

    const { status, stderr } = await run(['list']);

    expect(status).toBe(1);
    expect(stderr).toContain(because);
    expect(stderr).not.toContain('    at ');
  });

  it('says where it looked when no system answers', async () => {
    const { status, stderr } = await run(['list'], { PORT: '1' });

    expect(status).toBe(1);
    expect(stderr).toBe(
      'No system of ours answers at http://localhost:1: run "npm start" first (PORT says where it is), or name a deployment with --url.\n',
    );
  });

  it('tells the faults of the file itself even where no system answers', async () => {
    const { stderr } = await run(['import', file('a.csv', `${HEADER}\n${row('a b')}`)], { PORT: '1' });

    expect(stderr).toContain('line 2: agentId: must have');
    expect(stderr).toContain('Nothing was written. No system of ours answers');
  });

  describe('with --url', () => {
    const url = () => ['--url', `http://127.0.0.1:${port}/`];

    it('takes the token from STAFF_TOKEN or --token and from nowhere else', async () => {
      const none = await run(['list', ...url()]);
      const wrong = await run(['list', ...url()], { STAFF_TOKEN: 'another' });
      const right = await run(['list', ...url()], { STAFF_TOKEN: TOKEN });
      const given = await run(['list', ...url(), '--token', TOKEN], { STAFF_TOKEN: 'another' });

      expect([none, wrong, right, given].map(({ status }) => status)).toEqual([1, 1, 0, 0]);
      expect(none.stderr).toContain('give it in STAFF_TOKEN or with --token');
      expect(wrong.stderr).toContain('The token is not taken');
    });

    it.each([
      ['http://book.example.com', 'must begin with https://'],
      ['book.example.com', 'must be the address of the API'],
    ])('is refused where the token would not be safe or the address is none: %s', async (address, because) => {
      const { status, stderr } = await run(['list', '--url', address, '--token', TOKEN]);

      expect([status, asked]).toEqual([1, []]);
      expect(stderr).toContain(because);
    });
  });

  it('lists the roster as a table, and whole as JSON', async () => {
    await run(['import', EXAMPLE]);

    const table = await run(['list']);
    const whole = await run(['list', '--json']);

    expect(table.stdout.split('\n')).toEqual([
      'agentId      name           phone         email             timeZone             slot    workingHours',
      'agt_anna     Anna Berg      +12025550131  anna@example.com  Europe/Berlin        30 min  Mon-Fri 09:00-12:00,13:00-17:00',
      'agt_bo       Lindqvist, Bo  +12025550132  bo@example.com    Europe/Stockholm     45 min  Mon-Thu 08:00-16:00; Fri 08:00-12:00',
      'agt_cleo     Cleo Dubois    +12025550133  cleo@example.com  America/New_York     30 min  Mon-Sun 09:00-17:00',
      'agt_dan      Dan O’Neil     +12025550134  dan@example.com   America/Los_Angeles  60 min  not active (Sat-Sun 10:00-14:00)',
      'agt_default  Alex Morgan    +12025550100  alex@example.com  America/New_York     30 min  Mon-Sun 09:00-17:00',
      '',
    ]);
    expect(JSON.parse(whole.stdout)).toEqual((await staffAgentsApi(store, () => NOW).list()).json);
  });

  it.each(['out.csv', 'out.json'])('exports what, imported, changes nothing: %s', async (name) => {
    await run(['import', EXAMPLE]);

    const exported = await run(['export', name]);
    const over = await run(['export', name]);
    const forced = await run(['export', name, '--force']);
    const imported = await run(['import', name]);

    expect([exported, over, forced, imported].map(({ status }) => status)).toEqual([0, 1, 0, 0]);
    expect(over.stderr).toBe(`${name} is there already: --force writes over it.\n`);
    expect(imported.stderr).toContain('Nothing was written: all 5 agents are as the file says.');
    expect(store.events).toHaveLength(4);
  });

  it('reads every page of a long roster', async () => {
    const ids = Array.from({ length: 120 }, (_, count) => `agt_${String(count).padStart(3, '0')}`);
    await run(['import', file('many.csv', [HEADER, ...ids.map((id) => row(id))].join('\n'))]);

    const { stdout } = await run(['list', '--json']);

    const { agents } = JSON.parse(stdout) as { agents: { agentId: string }[] };
    expect(agents.map(({ agentId }) => agentId)).toEqual([...ids, 'agt_default']);
  });

  it('makes an agent inactive and active again, and says when nobody is left', async () => {
    const steps = [];
    for (const words of [
      'deactivate agt_default',
      'deactivate agt_default',
      'activate agt_default',
      'activate agt_nobody',
    ])
      steps.push(await run(words.split(' ')));

    expect(steps.map(({ status, stderr }) => [status, stderr])).toEqual([
      [
        0,
        'agt_default takes no new appointments (version 1); those that were made stand.\nNobody takes appointments now: there is no active agent.\n',
      ],
      [0, 'agt_default is not active already.\n'],
      [0, 'agt_default takes appointments again (version 2).\n'],
      [1, 'There is no agent agt_nobody; "list" names them.\n'],
    ]);
  });

  it.each([
    [[]],
    [['constructor']],
    [['import']],
    [['import', 'a.csv', 'b.csv']],
    [['list', 'agents']],
    [['list', '--all']],
  ])('says how it is used where it cannot be meant so: %j', async (args) => {
    const { status, stderr } = await run(args);

    expect(status).toBe(1);
    expect(stderr).toContain('Usage: npm run agents -- import');
  });

  it.each([
    [['import', 'agents.xlsx'], 'agents.xlsx must end with .csv or .json'],
    [['export', 'agents'], 'agents must end with .csv or .json'],
    [['import', 'nowhere.csv'], 'nowhere.csv cannot be read: ENOENT.'],
  ])('says what is wrong with the file’s name: %j', async (args, because) => {
    const { status, stderr } = await run(args);

    expect(status).toBe(1);
    expect(stderr).toContain(because);
    expect(existsSync(join(folder, 'agents'))).toBe(false);
  });
});
