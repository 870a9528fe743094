import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ALL_EVENTS } from '../src/index';

const run = promisify(execFile);
const own = join(__dirname, '..');
const modules = join(own, '../../node_modules');

/** An empty folder that holds the packed package, unpacked, and zod beside it. */
let folder = '';
const packed = () => join(folder, 'node_modules/@appointments/events');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'appointments-events-'));
  const built = join(folder, 'built');
  await run(process.execPath, [join(own, 'build.mjs'), built]);
  await run('npm', ['pack', built, '--pack-destination', folder, '--silent']);
  rmSync(built, { recursive: true });
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
  mkdirSync(packed(), { recursive: true });
  await run('tar', ['-xzf', join(folder, tarball), '-C', packed(), '--strip-components=1']);
  // Copied and not linked: what is linked is resolved where it lies, with everything beside it.
  cpSync(join(modules, 'zod'), join(folder, 'node_modules/zod'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (file: string, text: string) => writeFileSync(join(folder, file), text);
const node = async (file: string) => (await run(process.execPath, [file], { cwd: folder })).stdout;

/** What the compiler says; nothing where all is well. */
async function compiled(files: readonly string[], ...settings: readonly string[]): Promise<string> {
  const tsc = join(modules, 'typescript/bin/tsc');
  const all = [tsc, '--strict', '--target', 'es2022', ...settings, ...files];
  return run(process.execPath, all, { cwd: folder }).then(
    ({ stdout }) => stdout,
    (error: { stdout?: string; message: string }) => error.stdout ?? error.message,
  );
}

describe('the package', () => {
  it('holds its code, declarations, schemas and examples, and asks for zod alone', () => {
    const manifest = JSON.parse(readFileSync(join(packed(), 'package.json'), 'utf8')) as Record<string, unknown>;

    expect(readdirSync(packed()).toSorted()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'asyncapi.json',
      'examples',
      'lib',
      'package.json',
      'schemas',
      'types',
    ]);
    expect(Object.keys(manifest['dependencies'] as object)).toEqual(['zod']);
    expect(manifest['sideEffects']).toBe(false);
    expect(manifest['private']).toBeUndefined();
  });

  it('can be required as well as imported, with the same names and the same findings', async () => {
    const use = `const heard = [];
      const names = Object.keys(events).filter((name) => !['default', 'module.exports'].includes(name)).sort().join();
      const hear = events.subscribe({ CallDue: ({ data }) => heard.push(data.startsAt) });
      hear({ source: 'appointments.scheduler', 'detail-type': 'CallDue', detail: events.CallDue.example })
        .then((name) => console.log(name, heard.join(), names));`;
    write('use.cjs', `const events = require('@appointments/events'); ${use}`);
    write('use.mjs', `import * as events from '@appointments/events'; ${use}`);

    const [required, imported] = [await node('use.cjs'), await node('use.mjs')];

    expect(required).toMatch(
      /^CallDue 2026-12-01T15:00:00.000Z .*AppointmentCreated,.*,parse,.*,subscribe,subscribeTo,/,
    );
    expect(imported).toBe(required);
  });

  it('has a schema and an example of each event behind a subpath', async () => {
    const files = ALL_EVENTS.flatMap(({ detailType, version }) => [
      `schemas/${detailType}.v${version}.json`,
      `examples/${detailType}.v${version}.json`,
    ]);
    write(
      'files.cjs',
      `const files = ${JSON.stringify([...files, 'asyncapi.json'])};
       console.log(files.filter((file) => typeof require('@appointments/events/' + file) === 'object').length);`,
    );

    expect(await node('files.cjs')).toBe(`${ALL_EVENTS.length * 2 + 1}\n`);
  });

  it('is typed for both module systems: each handler gets the data of its event', async () => {
    const text = `import { AppointmentCreated, CallFailed, ContractViolation, on, parse, subscribe, subscribeTo } from '@appointments/events';
      import type { DataOf, EventName } from '@appointments/events';
      export const hear = subscribe({
        AppointmentCreated: ({ data }) => data.client.phone.length,
        CallFailed: async ({ data, metadata }) => [data.attempts[0]?.outcome, metadata.eventId],
        // @ts-expect-error A call that is due has no attempts.
        CallDue: ({ data }) => data.attempts,
      });
      // @ts-expect-error There is no such event.
      subscribe({ AppointmentForgotten: () => {} });
      subscribeTo(on(CallFailed, ({ data }) => data.leg));
      export function read(input: unknown): string {
        const event = parse([AppointmentCreated, CallFailed], input);
        // @ts-expect-error Not every one of them has a client.
        event.data.client;
        return event.detailType === 'CallFailed' ? event.data.reason : event.data.client.name;
      }
      export const data: DataOf<typeof CallFailed> = CallFailed.example.data;
      export const name: EventName = 'ReminderDue';
      export const faults = (error: unknown) => (error instanceof ContractViolation ? error.faults.map(({ path }) => path) : []);`;
    for (const file of ['use.mts', 'use.cts']) write(file, text);
    const settings = ['--module', 'nodenext', '--types', '', '--noEmit', '--exactOptionalPropertyTypes'];

    expect(await compiled(['use.mts', 'use.cts'], ...settings)).toBe('');
  });

  it('leaves the other events out of a bundle that imports one', async () => {
    write(
      'one.mjs',
      `import { on, CallDue, subscribeTo } from '@appointments/events'; globalThis.hear = subscribeTo(on(CallDue, console.log));`,
    );
    const esbuild = join(modules, 'esbuild/bin/esbuild');

    const { stdout } = await run(esbuild, ['one.mjs', '--bundle', '--external:zod', '--format=esm'], { cwd: folder });

    const names = ALL_EVENTS.map(({ detailType }) => detailType).filter((name) => stdout.includes(name));
    expect(names).toEqual(['CallDue']);
  });

  it('has a README whose examples compile, and do what they say', async () => {
    mkdirSync(join(folder, 'node_modules/@types'), { recursive: true });
    for (const name of ['@types/node', 'undici-types'])
      symlinkSync(join(modules, name), join(folder, 'node_modules', name));
    const readme = readFileSync(join(packed(), 'README.md'), 'utf8');
    const files = [...readme.matchAll(/```ts\n([^]*?)```/g)].map(([, text = ''], index) => {
      write(`example-${index}.mts`, text);
      return `example-${index}.mts`;
    });

    const faults = await compiled(files, '--module', 'nodenext', '--types', 'node');

    expect(faults).toBe('');
    expect(files).toHaveLength(4);
    write(
      'feed.mjs',
      `import { handler } from './example-0.mjs';
      import { AppointmentCreated as E } from '@appointments/events';
      const body = JSON.stringify({ source: E.source, 'detail-type': E.detailType, detail: E.example });
      console.log(JSON.stringify(await handler({ Records: [{ messageId: 'm1', body }, { messageId: 'm2', body: '{}' }] })));`,
    );
    expect(await node('feed.mjs')).toBe(
      'booked for 2026-12-01T15:00:00.000Z\n{"batchItemFailures":[{"itemIdentifier":"m2"}]}\n',
    );
    expect(await node('example-3.mjs')).toBe('CallFailed\n');
  });
});
