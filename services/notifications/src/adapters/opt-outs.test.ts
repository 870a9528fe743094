import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { CheckIfPhoneNumberIsOptedOutCommand, SNSClient } from '@aws-sdk/client-sns';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { tableItems } from '@appointments/runtime';
import { engineIsHere, startEngine, type Engine } from '@appointments/runtime/test/database-engine';
import { optOuts } from './opt-outs';

const PHONE = '+12025550123';
const now = () => new Date('2026-11-22T12:00:00.000Z');
const at = (minute: number) => new Date(now().getTime() + minute * 60_000).toISOString();

(engineIsHere() ? describe : describe.skip)('who wants no texts, over the real engine', () => {
  let engine: Engine;
  let table: string;
  let list: Set<string>;
  let asked: string[];
  beforeAll(async () => {
    engine = await startEngine();
  });
  afterAll(() => engine.stop());
  beforeEach(async () => {
    table = await engine.table();
    list = new Set();
    asked = [];
  });

  const provider = {
    send: async ({ input }: CheckIfPhoneNumberIsOptedOutCommand) => {
      asked.push(input.phoneNumber ?? '');
      return { isOptedOut: list.has(input.phoneNumber ?? '') };
    },
  } as unknown as SNSClient;
  const numbers = () => {
    const known = optOuts(tableItems(engine.client, table), now);
    return {
      note: (phone: string, wantsTexts: boolean, saidAt: string) => known.note(phone, wantsTexts, saidAt),
      hasOptedOut: known.hasOptedOut(provider),
      isKnownToWantNone: known.isKnownToWantNone,
    };
  };

  it('is asked of the provider before each text', async () => {
    const { hasOptedOut } = numbers();

    const answers = [await hasOptedOut(PHONE)];
    list.add(PHONE);
    answers.push(await hasOptedOut(PHONE));
    list.delete(PHONE);
    answers.push(await hasOptedOut(PHONE));

    expect(answers).toEqual([false, true, false]);
    expect(asked).toEqual([PHONE, PHONE, PHONE]);
  });

  it('is known from their word and from what the provider last said, and then nobody is asked', async () => {
    const { note, hasOptedOut, isKnownToWantNone } = numbers();
    const before = await isKnownToWantNone(PHONE);

    await note(PHONE, false, at(1));
    const byWord = await isKnownToWantNone(PHONE);
    await note(PHONE, true, at(2));
    const again = await isKnownToWantNone(PHONE);
    list.add(PHONE);
    await hasOptedOut(PHONE);
    const byList = await isKnownToWantNone(PHONE);

    expect([before, byWord, again, byList]).toEqual([false, true, false, true]);
    expect(asked).toEqual([PHONE]);
  });

  it('is whoever said so, until they say otherwise', async () => {
    const { note, hasOptedOut } = numbers();

    await note(PHONE, false, at(1));
    const stopped = await hasOptedOut(PHONE);
    await note(PHONE, true, at(2));

    expect([stopped, await hasOptedOut(PHONE), await hasOptedOut('+12025550124')]).toEqual([true, false, false]);
  });

  it('counts their latest word, whatever comes twice or late', async () => {
    const { note, hasOptedOut } = numbers();

    await note(PHONE, true, at(2));
    await note(PHONE, false, at(3));
    await note(PHONE, true, at(2));
    await note(PHONE, false, at(1));

    expect(await hasOptedOut(PHONE)).toBe(true);
  });

  it('is whoever is on the provider’s list, also after a word to us that texts are wanted', async () => {
    const { note, hasOptedOut } = numbers();
    list.add(PHONE);

    await note(PHONE, true, at(1));

    expect(await hasOptedOut(PHONE)).toBe(true);
  });

  it('is kept without the number', async () => {
    const { note, hasOptedOut } = numbers();
    list.add('+12025550124');

    await note(PHONE, false, at(1));
    await hasOptedOut('+12025550124');

    const { Items } = await engine.client.send(new ScanCommand({ TableName: table }));
    expect(Items).toHaveLength(2);
    expect(JSON.stringify(Items)).not.toContain('2025550');
  });

  it('cannot be told while the provider is throttled: then it is asked later', async () => {
    const throttled = {
      send: async () => {
        throw Object.assign(new Error('x'), { name: 'ThrottledException', $fault: 'client' });
      },
    } as unknown as SNSClient;

    await expect(optOuts(tableItems(engine.client, table), now).hasOptedOut(throttled)(PHONE)).rejects.toMatchObject({
      name: 'NotYet',
    });
  });
});
