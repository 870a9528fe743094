import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readStage } from './stage';

const dev = JSON.parse(readFileSync(join(__dirname, '../stages/dev.json'), 'utf8')) as { agent: object };
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'stages-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a stage whose functions would refuse to start is refused before it is deployed', () => {
  it.each([
    [
      'an agent in a country that is not allowed',
      { agent: { ...dev.agent, phone: '+442079460958' } },
      'agent.phone: is a number in the UK, and we call only numbers in the US',
    ],
    [
      'an agent with a premium-rate number',
      { agent: { ...dev.agent, phone: '+19005550100' } },
      'agent.phone: is a premium-rate number, which we do not call',
    ],
    [
      'a country that there is not',
      { allowedCountries: 'US,UK' },
      "allowedCountries: names UK, which is no country's ISO 3166 code",
    ],
  ])('for %s', (_what, changes, fault) => {
    writeFileSync(join(folder, 'test.json'), JSON.stringify({ ...dev, ...changes }));

    expect(() => readStage('test', folder)).toThrow(`${join(folder, 'test.json')}: ${fault}`);
  });

  it('and is read when it allows the country of its agent', () => {
    const changes = { allowedCountries: 'US,GB', agent: { ...dev.agent, phone: '+442079460958' } };
    writeFileSync(join(folder, 'test.json'), JSON.stringify({ ...dev, ...changes }));

    expect(readStage('test', folder)).toMatchObject(changes);
  });
});
