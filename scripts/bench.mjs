// `npm run bench`: prints the figures; `npm run bench -- flow` runs one part (machine, events, scheduler, mail, bundles, flow, messages, poison, journey, page, start, and, only when asked for, booking, replay and mutation).
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
    // What runs in this very process keeps quiet; functions of the laptop cloud have an environment of their own.
    env: {
      ...process.env,
      TZ: 'UTC',
      POWERTOOLS_LOG_LEVEL: 'SILENT',
      POWERTOOLS_METRICS_DISABLED: 'true',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    },
  },
);
process.exit(result.status ?? 1);
