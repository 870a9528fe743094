// Writes src/zone-rules.json: the IANA time zone rules of 2020 to 2044, out of moment-timezone's packed data.
// Node's own rules are older than the ones in force. Run it after an update of moment-timezone: node make-zone-rules.mjs
import { createRequire } from 'node:module';
import { readFileSync, writeFileSync } from 'node:fs';

const require = createRequire(import.meta.url);
const data = require('moment-timezone/data/packed/latest.json');
const SINCE = Date.UTC(2020, 0, 1) / 60_000;
const UNTIL = Date.UTC(2045, 0, 1) / 60_000;

/**
 * Rules older than this are probably not the newest: since 2023 IANA has released new ones every eight weeks in the median, and
 * nine of twelve times within 200 days (the longest wait was 360), by the changelog of moment-timezone from 2023c to 2026f.
 */
const OLD_AFTER_DAYS = 200;

/** The day of the moment-timezone release that brought the data, a few days after IANA's own, as its changelog has it. */
function released(version) {
  const changelog = readFileSync(require.resolve('moment-timezone/changelog.md'), 'utf8');
  const brought = changelog.split(/^### /m).find((entry) => entry.includes(`IANA TZDB \`${version}\``));
  const [, date] = /^`[^`]+` _(\d{4}-\d{2}-\d{2})_/.exec(brought ?? '') ?? [];
  if (!date) throw new Error(`moment-timezone's changelog does not say when ${version} came.`);
  return date;
}

/** moment-timezone's base 60: digits 0-9, a-x, A-X, with a fraction after a dot. */
function fromBase60(text) {
  const negative = text.startsWith('-');
  const [whole, fraction = ''] = (negative ? text.slice(1) : text).split('.');
  const digit = (character) => {
    const code = character.charCodeAt(0);
    return code > 96 ? code - 87 : code > 64 ? code - 29 : code - 48;
  };
  let value = 0;
  for (const character of whole) value = value * 60 + digit(character);
  let weight = 1;
  for (const character of fraction) value += digit(character) * (weight /= 60);
  return negative ? -value : value;
}

/** `<offset>[ <minutes since the last one, base 36>:<offset>]…`, offsets in minutes east of UTC, instants in minutes since 1970. */
function rule(packed) {
  const [, , offsets, indices, untils] = packed.split('|');
  const east = offsets.split(' ').map((offset) => -Math.round(fromBase60(offset)));
  const at = [...indices].map((index) => east[fromBase60(index)]);
  let minute = 0;
  const changes = (untils === '' ? [] : untils.split(' ')).map((until) => Math.round((minute += fromBase60(until))));
  let first = at[0];
  let last = 0;
  const kept = [];
  changes.slice(0, at.length - 1).forEach((change, index) => {
    if (change < SINCE) first = at[index + 1];
    else if (change < UNTIL) {
      kept.push(`${(change - last).toString(36)}:${at[index + 1]}`);
      last = change;
    }
  });
  return [first, ...kept].join(' ');
}

const rules = [];
const zones = {};
for (const packed of data.zones) {
  const text = rule(packed);
  if (!rules.includes(text)) rules.push(text);
  zones[packed.split('|')[0]] = rules.indexOf(text);
}
for (const link of data.links) {
  const [target, name] = link.split('|');
  zones[name] ??= zones[target];
}
const sorted = Object.fromEntries(Object.entries(zones).toSorted(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(
  new URL('src/zone-rules.json', import.meta.url),
  `${JSON.stringify(
    { version: data.version, released: released(data.version), oldAfterDays: OLD_AFTER_DAYS, rules, zones: sorted },
    null,
    2,
  )}\n`,
);
