// Synthesizes the CDK app into infra/cdk.out. CloudFormation validation takes two seconds more and runs in CI only.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { sayZoneRules } from '../scripts/zone-rules.mjs';

// What is deployed may be in use for long.
sayZoneRules();

rmSync('cdk.out', { recursive: true, force: true });
const validate = process.env.CI === 'true' || process.env.CDK_VALIDATION === 'true';
const result = spawnSync(process.execPath, ['dist/app.js'], {
  stdio: 'inherit',
  env: { ...process.env, CDK_VALIDATION: String(validate) },
});
process.exit(result.status ?? 1);
