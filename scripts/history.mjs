// `npm run replay` and `npm run events` (docs/operations.md, "Replay"). The command is in local/src/history.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { install, requireNode, root, turbo } from './setup.mjs';

requireNode();
install();
// The code that acts again is the whole system's, as it is here.
const acts = process.argv.includes('--against');
await turbo('build', ...(acts ? ['synth', '--filter=@appointments/infra'] : []), '--filter=@appointments/local');
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
createRequire(import.meta.url)(join(root, 'local/dist/history.js'));
