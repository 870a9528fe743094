import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

const run = promisify(execFile);
const own = join(__dirname, '..');
const root = join(own, '../..');
const source = join(own, 'src');
const read = (file: string) => readFileSync(join(source, file), 'utf8');
const manifest = JSON.parse(readFileSync(join(__dirname, '../package.json'), 'utf8')) as {
  readonly dependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
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

  it('compiles, bundles and synthesizes in a folder of its own, with the package as it is installed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'crm-elsewhere-'));
    const there = (path: string) => join(folder, path);
    const bundled = async (entry: string) => (await run(process.execPath, [entry], { cwd: folder })).stderr;
    try {
      for (const name of ['src', 'config', 'package.json', 'tsconfig.json', 'build.mjs', 'synth.mjs'])
        cpSync(join(own, name), there(name), { recursive: true });
      await run(process.execPath, [join(root, 'shared/events/build.mjs'), there('built')]);
      await run('npm', ['pack', there('built'), '--pack-destination', folder, '--silent']);
      const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
      mkdirSync(there('node_modules/@appointments/events'), { recursive: true });
      await run('tar', [
        '-xzf',
        there(tarball),
        '-C',
        there('node_modules/@appointments/events'),
        '--strip-components=1',
      ]);
      const { dependencies, devDependencies } = manifest;
      for (const name of Object.keys({ ...dependencies, ...devDependencies, '@types/node': '' })) {
        if (name === '@appointments/events') continue;
        mkdirSync(dirname(there(`node_modules/${name}`)), { recursive: true });
        symlinkSync(join(root, 'node_modules', name), there(`node_modules/${name}`));
      }

      const compiled = await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', '.'], {
        cwd: folder,
      }).catch((error: { stdout: string }) => error);
      const said = [await bundled('build.mjs'), await bundled('synth.mjs')];

      expect(compiled.stdout).toBe('');
      expect(said).toEqual(['', '']);
      expect(readdirSync(there('cdk.out'))).toContain('crm-sync.template.json');
      expect(readFileSync(there('dist/handler/index.js'), 'utf8')).toContain('AppointmentRescheduled');
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 120_000);
});
