// Bundles the handler, which is what deploys, and the CDK app, which says where.
import { rmSync } from 'node:fs';
import { build } from 'esbuild';

rmSync('dist', { recursive: true, force: true });
const options = { bundle: true, platform: 'node', format: 'cjs', logLevel: 'warning' };
await Promise.all([
  build({
    ...options,
    entryPoints: ['src/handler.ts'],
    outfile: 'dist/handler/index.js',
    target: 'node24',
    minify: true,
    mainFields: ['module', 'main'],
  }),
  build({
    ...options,
    entryPoints: ['src/app.ts'],
    outfile: 'dist/app.js',
    target: 'node20',
    external: ['aws-cdk-lib', 'constructs'],
  }),
]);
