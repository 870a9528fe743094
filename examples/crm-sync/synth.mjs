// Synthesizes the CDK app into cdk.out, for the configuration that CONFIG names.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';

rmSync('cdk.out', { recursive: true, force: true });
const CDK_VALIDATION = String(process.env.CI === 'true' || process.env.CDK_VALIDATION === 'true');
const { status } = spawnSync(process.execPath, ['dist/app.js'], {
  stdio: 'inherit',
  env: { ...process.env, CDK_OUTDIR: 'cdk.out', CDK_VALIDATION },
});
process.exit(status ?? 1);
