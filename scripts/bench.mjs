// `npm run bench`: prints the figures; `npm run bench -- flow` runs one part (machine, bundles, flow, journey, start, and, only when asked for, booking and mutation).
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { install, requireNode, root, turbo } from './setup.mjs';

requireNode();
install();
await turbo('build', 'synth');
const result = spawnSync(
  process.execPath,
  ['--import', 'tsx', join(root, 'bench/src/main.ts'), ...process.argv.slice(2)],
  {
    cwd: join(root, 'bench'),
    stdio: 'inherit',
    env: { ...process.env, TZ: 'UTC' },
  },
);
process.exit(result.status ?? 1);
