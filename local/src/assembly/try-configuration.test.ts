import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import type { FunctionSpec } from '../lambda/function';
import { BadConfigurationError } from './configuration';
import { tryConfiguration } from './try-configuration';

let folder: string;
const file = (name: string) => join(folder, `${name}.js`);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'configuration-'));
  await Promise.all(
    ['worker', 'virtual-date'].map((name) =>
      build({
        entryPoints: [join(__dirname, '../lambda', `${name}.ts`)],
        outfile: file(name),
        bundle: true,
        platform: 'node',
        format: 'cjs',
      }),
    ),
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A function that refuses to load when one of its variables is not a number. */
function functionNamed(name: string, environment: Record<string, string>, code?: string): FunctionSpec {
  const own = join(folder, name);
  mkdirSync(own);
  writeFileSync(
    join(own, 'index.js'),
    code ??
      `for (const name of ['SLOT_MINUTES', 'MINIMUM_NOTICE_MINUTES']) {
         if (!/^\\d*$/.test(process.env[name] ?? '')) {
           throw Object.assign(new Error(name + ': must be a number'), { name: 'ConfigurationError' });
         }
       }
       exports.handler = async () => 1;`,
  );
  return {
    name,
    arn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
    folder: own,
    handler: 'index.handler',
    environment,
    timeoutSeconds: 1,
    memoryMb: 128,
  };
}

const attempt = (functions: readonly FunctionSpec[], environment: Record<string, string>) =>
  tryConfiguration(functions, {
    environment,
    clock: new SharedArrayBuffer(16),
    workerFile: file('worker'),
    preloadFile: file('virtual-date'),
  });

describe('The configuration of a laptop', () => {
  it('is told at the start when functions refuse it: every fault once', async () => {
    const functions = [
      functionNamed('slots', { SLOT_MINUTES: 'many' }),
      functionNamed('more-slots', { SLOT_MINUTES: 'many' }),
      functionNamed('notice', { MINIMUM_NOTICE_MINUTES: 'some' }),
    ];

    const refusal: unknown = await attempt(functions, { SLOT_MINUTES: 'many', MINIMUM_NOTICE_MINUTES: 'some' }).catch(
      (error: unknown) => error,
    );

    expect(refusal).toBeInstanceOf(BadConfigurationError);
    expect(String(refusal).match(/must be a number/g)).toHaveLength(2);
    expect(String(refusal)).toContain('SLOT_MINUTES: must be a number');
    expect(String(refusal)).toContain('MINIMUM_NOTICE_MINUTES: must be a number');
  });

  it('is taken when the functions take it', async () => {
    await expect(attempt([functionNamed('fine', { SLOT_MINUTES: '30' })], { SLOT_MINUTES: '30' })).resolves.toBe(
      undefined,
    );
  });

  it('is no concern of functions that run with nothing of it', async () => {
    const untouched = functionNamed('untouched', { SLOT_MINUTES: 'from the template' });

    await expect(attempt([untouched], { BRAND_NAME: 'Ours' })).resolves.toBe(undefined);
  });

  it('is not blamed for a bundle that does not load for another reason', async () => {
    const broken = functionNamed('broken', { SLOT_MINUTES: '30' }, 'throw new Error("a defect")');
    const gone = functionNamed('gone', { SLOT_MINUTES: '30' }, 'process.exit(3)');

    await expect(attempt([broken, gone], { SLOT_MINUTES: '30' })).resolves.toBe(undefined);
  });
});
