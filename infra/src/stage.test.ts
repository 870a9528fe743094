import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readStage } from './stage';

const dev = JSON.parse(readFileSync(join(__dirname, '../stages/dev.json'), 'utf8')) as {
  agent: object;
  routeLimits: object;
};
describe("a stage's file", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'stages-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const stageWith = (changes: object) => {
    writeFileSync(join(folder, 'test.json'), JSON.stringify({ ...dev, ...changes }));
    return readStage('test', folder);
  };

  it('may name music, a language and greetings, and need not', () => {
    const more = {
      agent: { ...dev.agent, locale: 'es-MX' },
      holdMusicUrl: 'https://sound.example.com/a.mp3',
      greetings: { client: { url: 'https://operator.example.com/', parts: [{ say: 'Hello', loop: 2 }, { pause: 1 }] } },
    };

    expect(stageWith(more)).toMatchObject(more);
    expect(stageWith({})).not.toHaveProperty('greetings');
  });

  it.each([
    [{ agent: { ...dev.agent, locale: 'xx' } }, /agent.locale: there are no words in this language/],
    [{ agent: { ...dev.agent, locale: 'README' } }, /agent.locale/],
    [{ holdMusicUrl: '/music.mp3' }, /holdMusicUrl/],
    [{ greetings: { agent: { url: 'https://o.example.com/', parts: [{ say: 'x'.repeat(1200) }] } } }, /1,200 bytes/],
    [{ greetings: { agent: { url: 'https://o.example.com/', parts: [{ gather: 1 }] } } }, /greetings.agent.parts/],
    [{ greetings: { user: { url: 'https://o.example.com/', parts: [] } } }, /greetings/],
    [{ routeLimits: { 'POST /appointments': { ratePerSecond: 0, burst: 1 } } }, /routeLimits\.POST \/appointments/],
    [{ routeLimits: { 'POST /appointments': { ratePerSecond: 1, burst: 0.5 } } }, /routeLimits.*burst/],
    [{ routeLimits: { default: { ratePerSecond: 1 } } }, /routeLimits\.default\.burst/],
    [{ colour: 'blue' }, /colour/],
    [{ quietHours: '21-8' }, /quietHours: must be two different times/],
    [{ smsSenderId: '12345' }, /smsSenderId/],
    [{ smsSenderId: 'Appointments' }, /smsSenderId/],
    [{ smsOriginationNumber: 'ACME' }, /smsOriginationNumber/],
    [{ smsMaxPriceUsd: 0 }, /smsMaxPriceUsd/],
    [{ incomingTextsTopicArn: 'incoming-texts' }, /incomingTextsTopicArn/],
    [{ subscriberAccounts: ['12345678901'] }, /subscriberAccounts\.0: an AWS account id is twelve digits in quotes/],
    [{ subscriberAccounts: [123456789012] }, /subscriberAccounts\.0/],
    [{ subscriberAccounts: ['123456789012', '123456789012'] }, /subscriberAccounts: an account is listed twice/],
  ])('is refused by file and field: %#', (changes, fault) => {
    expect(() => stageWith(changes)).toThrow(join(folder, 'test.json'));
    expect(() => stageWith(changes)).toThrow(fault);
  });

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
      'a colour that cannot be read',
      { brandColor: '#ffd400' },
      'brandColor: cannot be read: on a white page #ffd400 has a contrast of 1.4, and at least 3 is needed; the nearest darker one that has it is #b09200',
    ],
    [
      'a logo that browsers would not load',
      { brandLogoUrl: 'http://cdn.example.com/logo.svg' },
      'brandLogoUrl: must be an https address, or an image as data:image/…',
    ],
    [
      'a country that there is not',
      { allowedCountries: 'US,UK' },
      "allowedCountries: names UK, which is no country's ISO 3166 code",
    ],
  ])('whose functions would refuse to start is refused before it is deployed: %s', (_what, changes, fault) => {
    expect(() => stageWith(changes)).toThrow(`${join(folder, 'test.json')}: ${fault}`);
  });

  it('limits the routes that cost most where it says nothing, and none where it says so', () => {
    const { routeLimits: _, ...silent } = dev;
    writeFileSync(join(folder, 'test.json'), JSON.stringify(silent));

    expect(readStage('test', folder).routeLimits).toMatchObject({
      default: { ratePerSecond: 100, burst: 200 },
      'POST /appointments': { ratePerSecond: 20, burst: 40 },
    });
    expect(stageWith({ routeLimits: {} }).routeLimits).toEqual({});
  });

  it('is read when it allows the country of its agent', () => {
    const changes = { allowedCountries: 'US,GB', agent: { ...dev.agent, phone: '+442079460958' } };

    expect(stageWith(changes)).toMatchObject(changes);
  });
});
