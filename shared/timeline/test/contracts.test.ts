import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { ALL_EVENTS } from '@appointments/events';
import { ConsumerManifest } from '@appointments/events/documents';
import { disagreements, manifestOf } from '@appointments/events/gate';
import { HANDLERS } from './contract-reads';

it('reads of what publishers send what its manifest names, and nothing else', async () => {
  const committed: unknown = JSON.parse(readFileSync(join(__dirname, '../contracts.json'), 'utf8'));

  const found = await manifestOf('timeline', HANDLERS);

  expect(disagreements(ConsumerManifest.parse(committed), found, ALL_EVENTS)).toEqual([]);
});
