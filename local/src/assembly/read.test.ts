import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isFrontDoor, readAssemblies } from './read';

const OWN = join(__dirname, '../../test/fixtures/assembly');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'apps-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** An app with these stacks; its assembly lies in `cdk.out`. */
function app(name: string, stacks: readonly string[]): string {
  const assembly = join(folder, name, 'cdk.out');
  mkdirSync(assembly, { recursive: true });
  const artifacts = Object.fromEntries(
    stacks.map((stack) => {
      writeFileSync(join(assembly, `${stack}.template.json`), '{}');
      return [stack, { type: 'aws:cloudformation:stack', properties: { templateFile: `${stack}.template.json` } }];
    }),
  );
  writeFileSync(join(assembly, 'manifest.json'), JSON.stringify({ artifacts }));
  return join(folder, name);
}
const named = (others: readonly string[]) =>
  readAssemblies(OWN, others).map(({ name, app: from }) => (from === undefined ? name : `${name} of ${from}`));

describe('an app of others', () => {
  it('comes after ours, from its folder or from its assembly', () => {
    const theirs = app('crm', ['crm-contacts']);
    const own = ['demo-platform', 'demo-booking', 'demo-mail'];

    expect(named([])).toEqual(own);
    expect(named([theirs])).toEqual([...own, 'crm-contacts of crm']);
    expect(named([join(theirs, 'cdk.out')])).toEqual([...own, 'crm-contacts of crm']);
  });

  it('may name its stacks as ours are named, and as a third one does', () => {
    const crm = app('crm', ['demo-mail', 'reports']);
    const billing = app('billing', ['demo-mail', 'reports']);
    mkdirSync(join(folder, 'second'));
    cpSync(billing, join(folder, 'second', 'billing'), { recursive: true });

    expect(named([crm, billing, join(folder, 'second', 'billing')]).slice(3)).toEqual([
      'crm-demo-mail of crm',
      'reports of crm',
      'billing-demo-mail of billing',
      'billing-reports of billing',
      'billing-2-demo-mail of billing-2',
      'billing-2-reports of billing-2',
    ]);
  });

  it('never answers at our front door', () => {
    const stacks = readAssemblies(OWN, [app('other', ['other-booking'])]);

    expect(stacks.filter(isFrontDoor).map(({ name }) => name)).toEqual(['demo-booking']);
  });

  it('that was not synthesized is told by its folder', () => {
    const empty = join(folder, 'empty');
    mkdirSync(empty);

    expect(() => readAssemblies(OWN, [empty])).toThrow(
      `There is no cloud assembly in ${empty}, nor in its cdk.out: synthesize that app first.`,
    );
  });
});
