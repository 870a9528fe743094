import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { TZDB_RELEASED, TZDB_VERSION } from '@appointments/runtime/zones';

describe('zone rules', () => {
  it('are of the day on which the package that brings them was released', () => {
    const changelog = readFileSync(require.resolve('moment-timezone/changelog.md'), 'utf8');

    expect(changelog).toMatch(
      new RegExp(`^### \\S+ _${TZDB_RELEASED}_\n\\* Updated data to IANA TZDB \`${TZDB_VERSION}\``, 'm'),
    );
  });
});
