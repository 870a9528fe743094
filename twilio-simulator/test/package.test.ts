import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import twilio from 'twilio';
import { findBrowser, launch } from '../../e2e/src/browser';

const run = promisify(execFile);
const own = join(__dirname, '..');
const modules = join(own, '../node_modules');
const ACCOUNT = `AC${'a'.repeat(32)}`;

/** An empty folder into which the packed package was unpacked, beside links to what it depends on. */
let folder = '';
const packed = () => join(folder, 'node_modules/@appointments/twilio-simulator');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'twilio-simulator-'));
  const built = join(folder, 'built');
  await run(process.execPath, [join(own, 'build.mjs'), built]);
  await run('npm', ['pack', built, '--pack-destination', folder, '--silent']);
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
  mkdirSync(packed(), { recursive: true });
  await run('tar', ['xzf', join(folder, tarball), '-C', packed(), '--strip-components=1']);
  rmSync(built, { recursive: true });
  for (const name of ['twilio', 'zod', 'fast-xml-parser', '@types/node']) {
    mkdirSync(dirname(join(folder, 'node_modules', name)), { recursive: true });
    symlinkSync(join(modules, name), join(folder, 'node_modules', name));
  }
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the package', () => {
  it('holds its code, its declarations, its page and its licence, and nothing else', () => {
    expect(readdirSync(packed()).toSorted()).toEqual(['LICENSE', 'README.md', 'lib', 'package.json', 'page', 'types']);
  });

  it('does what the quick start of its README says', async () => {
    const readme = readFileSync(join(packed(), 'README.md'), 'utf8');
    const [, example = ''] = /```js\n([^]*?)```/.exec(readme) ?? [];
    const [, printed = ''] = /```text\n([^]*?)```/.exec(readme) ?? [];
    writeFileSync(join(folder, 'example.mjs'), example);

    const { stdout } = await run(process.execPath, ['example.mjs'], { cwd: folder });

    expect(printed).not.toBe('');
    expect(stdout).toBe(printed);
  });

  it('can be required as well as imported, with the same names', async () => {
    const names = "console.log(Object.keys(simulator).filter((name) => name !== 'default').sort().join())";
    const name = "'@appointments/twilio-simulator'";
    writeFileSync(join(folder, 'names.cjs'), `const simulator = require(${name}); ${names}`);
    writeFileSync(join(folder, 'names.mjs'), `import * as simulator from ${name}; ${names}`);

    const [required, imported] = await Promise.all(
      ['names.cjs', 'names.mjs'].map((file) => run(process.execPath, [file], { cwd: folder })),
    );

    expect(required?.stdout).toContain('createTwilioSimulator');
    expect(required?.stdout).toBe(imported?.stdout);
  });

  it('is typed for both module systems', async () => {
    const text = `import { createClock, createTwilioSimulator, webhookSchemas } from '@appointments/twilio-simulator';
      const simulator = createTwilioSimulator({ accountSid: 'AC', authToken: 'x', ports: createClock().ports });
      export const heard: readonly string[] = simulator.phones()[0]?.heard ?? [];
      export const digits: string = webhookSchemas.gather.schema.parse({}).Digits;
      // @ts-expect-error There is no such behaviour.
      simulator.setBehaviour('+12025550100', { behaviour: 'asleep' });`;
    for (const file of ['use.mts', 'use.cts']) writeFileSync(join(folder, file), text);
    const settings = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--types', 'node'];

    const { stdout } = await run(
      process.execPath,
      [join(modules, 'typescript/bin/tsc'), ...settings, 'use.mts', 'use.cts'],
      { cwd: folder },
    );

    expect(stdout).toBe('');
  });
});

describe('the command', () => {
  const started = new Set<ChildProcess>();
  afterEach(() => {
    for (const child of started) child.kill('SIGKILL');
    started.clear();
  });
  /** Resolves with what was printed once the address is there, or the process has ended. */
  async function command(...args: string[]): Promise<{ child: ChildProcess; text: () => string; url: string }> {
    const child = spawn(process.execPath, [join(packed(), 'lib/cli.cjs'), ...args]);
    started.add(child);
    let text = '';
    const url = await new Promise<string>((resolve) => {
      const hear = (chunk: Buffer): void => {
        text += chunk.toString();
        const address = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0];
        if (address !== undefined && text.includes('Ctrl-C')) resolve(address);
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      child.once('close', () => resolve(''));
    });
    return { child, text: () => text, url };
  }

  it('serves the API and prints what opens it, and ends at Ctrl-C', async () => {
    const { child, text, url } = await command('--port', '0', '--account-sid', ACCOUNT, '--seed', '42');
    const [, token = ''] = /auth token +(\S+)/.exec(text()) ?? [];
    const client = twilio(ACCOUNT, token);
    client.api.baseUrl = url;
    const calls = await client.calls.list();
    child.kill('SIGINT');
    const [code] = (await once(child, 'exit')) as [number];

    expect(calls).toEqual([]);
    expect(text()).toMatch(/seed +42/);
    expect(code).toBe(0);
  });

  it('says which port is taken', async () => {
    const { url } = await command('--port', '0');
    const port = new URL(url).port;

    const second = await command('--port', port);

    expect(second.text()).toContain(`Port ${port} is taken: give another one by --port`);
    expect(second.child.exitCode).toBe(2);
  });

  it.each([
    [['--sing'], "Unknown option '--sing'"],
    [['--port', 'x'], '--port must be a whole number from 0 to 65535, not x'],
    [['--port', '70000'], '--port must be a whole number from 0 to 65535, not 70000'],
    [['--account-sid', 'AC1'], '--account-sid must be AC and 32 hexadecimal digits, not AC1'],
    [['--api-key', 'AC1:x'], '--api-key must be SK…:secret'],
    [['--from', '12'], '--from must be + and 7 to 15 digits, not 12'],
    [['--speed', '-1'], "Option '--speed' argument is ambiguous"],
    [['--calls-per-second', '0'], '--calls-per-second must be more than 0'],
  ])('refuses %j by name', async (args, message) => {
    const { child, text } = await command(...args);

    expect(text()).toContain(message);
    expect(child.exitCode).toBe(2);
  });

  const browserPath = findBrowser();
  (browserPath === undefined ? it.skip : it)(
    'serves a page on which phones are answered, spoken into and hung up, the clock is frozen and chaos is planned',
    async () => {
      const { url } = await command(
        '--port',
        '0',
        '--account-sid',
        ACCOUNT,
        '--auth-token',
        'token',
        '--detection-ms',
        '0',
      );
      const client = twilio(ACCOUNT, 'token');
      client.api.baseUrl = url;
      const browser = await launch(browserPath ?? '');
      const faults: string[] = [];
      let planned: string | null = null;
      try {
        const page = await browser.newPage();
        page.on('pageerror', (error) => faults.push(String(error)));
        page.on('console', (message) => (message.type() === 'error' ? faults.push(message.text()) : undefined));
        await page.goto(url);
        const room = '<Response><Say>Hello.</Say><Dial><Conference waitUrl="">room</Conference></Dial></Response>';
        for (const to of ['+12025550100', '+12025550199'])
          await client.calls.create({ to, from: '+15005550006', twiml: room });
        const phone = (number: string) =>
          page.locator('.phone', { has: page.getByRole('heading', { name: number, exact: true }) });
        const [agent, other] = [phone('+12025550100'), phone('+12025550199')];
        for (const one of [agent, other]) await one.getByRole('button', { name: 'Answer', exact: true }).click();
        await agent.getByText('heard by +12025550199').waitFor();
        await other.getByRole('textbox').fill('Good afternoon.');
        await other.getByRole('button', { name: 'Say', exact: true }).click();
        await agent.getByText('“Good afternoon.”').waitFor();
        await page.getByRole('button', { name: 'Plan' }).click();
        await page.getByText('Planned: 1 × throttle').waitFor();
        planned = await page.locator('#planned').textContent();
        await page.getByRole('button', { name: 'Frozen' }).click();
        await page.getByRole('button', { name: 'Frozen', pressed: true }).waitFor();
        await agent.getByRole('button', { name: 'Hang up' }).click();
        await agent.getByText('idle').waitFor();
      } finally {
        await browser.close();
      }

      await expect(client.calls.list()).rejects.toMatchObject({ status: 429 });
      expect((await client.calls.list()).map(({ to, status }) => [to, status])).toEqual([
        ['+12025550199', 'in-progress'],
        ['+12025550100', 'completed'],
      ]);
      expect(planned).toContain('Planned: 1 × throttle');
      expect(faults).toEqual([]);
    },
    60_000,
  );
});
