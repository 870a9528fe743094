// Which rules of time zones the booking service resolves wall times with, and whether they have grown old.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, say } from './setup.mjs';

const DAY_MS = 24 * 3_600_000;

/** Says the version and the day of the rules, and warns where newer ones have probably come since: a warning, never a failure. */
export function sayZoneRules(now = new Date()) {
  const file = join(root, 'shared/runtime/src/zone-rules.json');
  const { version, released, oldAfterDays } = JSON.parse(readFileSync(file, 'utf8'));
  const days = Math.floor((now.getTime() - Date.parse(released)) / DAY_MS);
  say(`Zone rules: tzdata ${version} of ${released}.`);
  if (days <= oldAfterDays) return;
  const warning = `The zone rules are ${days} days old: newer ones have probably been released. docs/operations.md says how to update them.`;
  say(`Warning: ${warning}`);
  // GitHub shows it beside the change.
  if (process.env.GITHUB_ACTIONS === 'true') process.stdout.write(`::warning title=Old zone rules::${warning}\n`);
}
