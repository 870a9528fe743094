// `npm run contracts -- check`: compares the contracts with those that were released; `release` takes them as released; `manifests`
// writes down what each service reads of which event (services/<service>/contracts.json).
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { install, requireNode, root } from './setup.mjs';

requireNode();
install();
const result = spawnSync(
  process.execPath,
  ['--import', 'tsx', join(root, 'shared/events/gate/main.ts'), ...process.argv.slice(2)],
  // The use cases that are fed keep quiet.
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, TZ: 'UTC', POWERTOOLS_LOG_LEVEL: 'SILENT', POWERTOOLS_METRICS_DISABLED: 'true' },
  },
);
process.exit(result.status ?? 1);
