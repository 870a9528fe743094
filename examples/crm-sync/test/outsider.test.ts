import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const source = join(__dirname, '../src');
const read = (file: string) => readFileSync(join(source, file), 'utf8');
const manifest = JSON.parse(readFileSync(join(__dirname, '../package.json'), 'utf8')) as {
  readonly dependencies: Record<string, string>;
};

describe('the example', () => {
  it('has a handler of less than forty lines, the empty ones counted', () => {
    expect(read('handler.ts').trimEnd().split('\n').length).toBeLessThan(40);
  });

  it('takes of ours what anybody may install, and nothing beside it', () => {
    const imported = readdirSync(source).flatMap((file) =>
      [...read(file).matchAll(/from '([^'.][^']*)'/g)].map(([, name]) => name ?? ''),
    );
    const packageOf = (name: string) =>
      name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/');
    const packages = new Set(imported.map(packageOf).filter((name) => !name.startsWith('node:')));

    expect([...packages].filter((name) => name.startsWith('@appointments/'))).toEqual(['@appointments/events']);
    // The types of Lambda's events are needed to compile alone.
    expect([...packages].filter((name) => name !== 'aws-lambda').toSorted()).toEqual(
      Object.keys(manifest.dependencies).toSorted(),
    );
  });

  it('reads nothing of this repository by its path', () => {
    for (const file of readdirSync(source)) expect(read(file)).not.toMatch(/'\.\.\/\.\.\//);
  });
});
