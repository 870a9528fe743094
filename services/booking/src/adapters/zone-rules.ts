import { count, log } from '@appointments/runtime';
import { ageOfRules, TZDB_RELEASED, TZDB_VERSION } from '@appointments/runtime/zones';

/** Says with which rules a function resolves wall times, in the first line of its log, and raises an alarm when they have grown old. */
export function sayZoneRules(now: Date): void {
  const { days, old } = ageOfRules(now);
  const rules = { tzdb: TZDB_VERSION, released: TZDB_RELEASED, ageDays: days };
  log.info('Zone rules', rules);
  if (!old) return;
  log.warn('The zone rules are old: newer ones have probably been released', rules);
  count('ZoneRulesOld');
}
