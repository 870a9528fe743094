import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findBrowser, launch } from '../../../e2e/src/browser';
import { newClient, startSystem, type System } from '../../../e2e/src/system';

const run = promisify(execFile);
const own = join(__dirname, '..');
const modules = join(own, '../../node_modules');

/** An empty folder into which the packed package was installed, as another repository installs it. */
let folder = '';
const packed = () => join(folder, 'node_modules/@appointments/client');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'appointments-client-'));
  const built = join(folder, 'built');
  await run(process.execPath, [join(own, 'build.mjs'), built]);
  await run('npm', ['pack', built, '--pack-destination', folder, '--silent']);
  rmSync(built, { recursive: true });
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  await run('npm', ['install', `./${tarball}`, '--offline', '--no-audit', '--no-fund', '--silent'], { cwd: folder });
  // For the types of Node alone; the package asks for none.
  mkdirSync(join(folder, 'node_modules/@types'), { recursive: true });
  for (const name of ['@types/node', 'undici-types'])
    symlinkSync(join(modules, name), join(folder, 'node_modules', name));
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the compiler says; nothing where all is well. */
async function compiled(files: readonly string[], ...settings: readonly string[]): Promise<string> {
  const tsc = join(modules, 'typescript/bin/tsc');
  return run(process.execPath, [tsc, '--strict', '--target', 'es2022', ...settings, ...files], { cwd: folder }).then(
    ({ stdout }) => stdout,
    (error: { stdout?: string; message: string }) => error.stdout ?? error.message,
  );
}

const FOR_NODE = ['--module', 'nodenext', '--types', 'node'];
const FOR_BROWSERS = ['--module', 'esnext', '--moduleResolution', 'bundler', '--types', '', '--lib', 'es2022,dom'];

describe('the package', () => {
  it('holds its code, its declarations and its licence, and asks for nothing else', () => {
    const manifest = JSON.parse(readFileSync(join(packed(), 'package.json'), 'utf8')) as Record<string, unknown>;

    expect(readdirSync(packed()).toSorted()).toEqual(['LICENSE', 'README.md', 'lib', 'package.json', 'types']);
    expect(manifest['dependencies']).toBeUndefined();
    expect(manifest['private']).toBeUndefined();
    expect(readFileSync(join(packed(), 'lib/index.mjs'), 'utf8')).not.toMatch(/\brequire\(|^import /m);
  });

  it('can be required as well as imported, with the same names', async () => {
    const names = "console.log(Object.keys(client).filter((name) => name !== 'default').sort().join())";
    writeFileSync(join(folder, 'names.cjs'), `const client = require('@appointments/client'); ${names}`);
    writeFileSync(join(folder, 'names.mjs'), `import * as client from '@appointments/client'; ${names}`);

    const [required, imported] = await Promise.all(
      ['names.cjs', 'names.mjs'].map((file) => run(process.execPath, [file], { cwd: folder })),
    );

    expect(imported?.stdout).toBe(
      'NoAnswerError,ProblemError,appointmentsClient,isProblem,readManageLink,staffClient\n',
    );
    expect(required?.stdout).toBe(imported?.stdout);
  });

  it('is typed for both module systems, for Node and for browsers', async () => {
    const text = `import { appointmentsClient, isProblem, staffClient } from '@appointments/client';
      import type { Appointment, ProblemSlug } from '@appointments/client';
      const api = appointmentsClient({ baseUrl: '', etags: new Map() });
      export async function use(appointment: Appointment): Promise<string> {
        // Words that are not known yet are borne, and those that are known are offered.
        const status: string = appointment.status;
        const slug: ProblemSlug = 'a-new-problem';
        // @ts-expect-error The time is missing.
        await api.createAppointment({ name: 'Ada', email: 'ada@example.com', phone: '+12025550123', timeZone: 'UTC' });
        // @ts-expect-error The manage token is missing.
        await api.getAppointment({ appointmentId: appointment.appointmentId });
        // @ts-expect-error Staff's operations need staff's client.
        await api.listStaffAppointments({ from: '2026-12-01', to: '2026-12-01' });
        // @ts-expect-error A token is missing.
        staffClient({ baseUrl: '' });
        const { slots } = await api.getAvailability({ from: '2026-12-01', to: '2026-12-01', timeZone: 'UTC' });
        return slots[0]?.startsAt ?? (isProblem(undefined, slug) ? '' : status);
      }`;
    for (const file of ['use.mts', 'use.cts']) writeFileSync(join(folder, file), text);

    const forNode = await compiled(['use.mts', 'use.cts'], ...FOR_NODE, '--noEmit', '--exactOptionalPropertyTypes');
    const forBrowsers = await compiled(['use.mts'], ...FOR_BROWSERS, '--noEmit');

    expect([forNode, forBrowsers]).toEqual(['', '']);
  });
});

describe('against the whole system', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem();
  }, 90_000);
  afterAll(() => system.stop());

  it('every example of the README compiles and does what it says', async () => {
    const readme = readFileSync(join(packed(), 'README.md'), 'utf8');
    const examples = [...readme.matchAll(/```ts\n([^]*?)```/g)].map(([, text = '']) => text);
    const files = examples.map((text, n) => {
      writeFileSync(join(folder, `example-${n}.mts`), text);
      return `example-${n}.mts`;
    });
    const { token } = await system.request<{ token: string }>('GET', '/_local/staff-token').then(({ body }) => body);
    const env: NodeJS.ProcessEnv = { ...process.env, APPOINTMENTS_URL: system.url, STAFF_TOKEN: token };
    const example = async (n: number) =>
      (await run(process.execPath, [`example-${n}.mjs`], { cwd: folder, env })).stdout;

    const faults = await compiled(files, ...FOR_NODE);
    const booking = await example(0);
    env['MANAGE_URL'] = /http\S+/.exec(booking)?.[0] ?? '';
    const rest = [await example(1), await example(2), await example(3)];

    expect(faults).toBe('');
    expect(examples).toHaveLength(4);
    expect(booking).toMatch(/^Booked with Alex Morgan at \S+ http:\/\/\S+\/manage\/apt_\w+#v1\.\S+\n$/);
    expect(rest[0]).toMatch(/^apt_\w+ is cancelled\n$/);
    expect(rest[1]).toMatch(/^\S+ Ada Client cancelled\n$/);
    expect(rest[2]).toContain('email must be an e-mail address, like ada@example.com\n');
    expect(rest[2]).toMatch(/\ninvalid-request 400 explained at http:\S+\/problems\/invalid-request request [\w-]+\n$/);
  }, 120_000);

  const browserPath = findBrowser();
  (browserPath === undefined ? it.skip : it)(
    'it books and cancels in a browser, on a page of the same origin',
    async () => {
      const slots = await system.slots();
      const body = { ...newClient(), timeZone: 'Europe/Berlin', startsAt: slots.at(-1)?.startsAt ?? '' };
      const browser = await launch(browserPath ?? '');
      let status: unknown;
      try {
        const page = await browser.newPage();
        await page.route('**/client.mjs', (route) =>
          route.fulfill({ contentType: 'text/javascript', path: join(packed(), 'lib/index.mjs') }),
        );
        await page.goto(system.url);
        // As text: what is compiled for this test would ask for helpers that a page has not.
        status = await page.evaluate(`import('/client.mjs').then(async ({ appointmentsClient }) => {
          const api = appointmentsClient({ baseUrl: '' });
          const booked = await api.createAppointment(${JSON.stringify(body)});
          return (await api.cancelAppointment(booked)).status;
        })`);
      } finally {
        await browser.close();
      }

      expect(status).toBe('cancelled');
    },
    60_000,
  );
});
