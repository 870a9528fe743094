// Makes one file of all tests of telephony's domain, faults included. Each planted fault loads it anew: file by file, with
// fast-check's and zod's hundreds of modules through jest's own loader, that would take four times as long.
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const domain = resolve('services/telephony/src/domain');
const tests = readdirSync(domain).filter((file) => file.endsWith('.test.ts'));

await build({
  stdin: {
    contents: [
      // A fault is to be noticed every time or never, so generated tests draw the same cases in every run.
      `import fc from 'fast-check';`,
      `fc.configureGlobal({ seed: Number(process.env.SEED) });`,
      ...tests.map((file) => `require(${JSON.stringify(join(domain, file))});`),
    ].join('\n'),
    resolveDir: domain,
  },
  outfile: 'bench/mutation/domain.test.js',
  bundle: true,
  platform: 'node',
  target: 'node20',
  external: ['@jest/globals', '@swc/core'],
  logLevel: 'warning',
});
