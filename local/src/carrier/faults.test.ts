import { NoAnswer } from '@appointments/twilio-simulator';
import type { TransportRequest } from '@appointments/twilio-simulator';
import { describe, expect, it } from '@jest/globals';
import { createTestKernel } from '../aws/test-cloud';
import { carrierFault, unreliable } from './faults';

const START = Date.UTC(2026, 11, 1, 15);
const STATUS = 'CallStatus=ringing&CallbackSource=call-progress-events';

const webhook = (path: string, body: string, token = path): TransportRequest => ({
  url: new URL(`http://localhost/calls/s/agent/1/${path}`),
  method: 'POST',
  headers: { 'I-Twilio-Idempotency-Token': token },
  body,
  connectMs: 1,
  readMs: 1,
});

function network() {
  const test = createTestKernel(START);
  const arrived: string[] = [];
  const send = unreliable(async (request) => {
    arrived.push(request.body ?? '');
    return { status: 200, headers: {}, body: `answer ${arrived.length}` };
  }, test.kernel);
  return { ...test, arrived, send };
}

describe('webhooks over a network that misbehaves', () => {
  it('arrive once and at once while nothing is wrong with webhooks', async () => {
    const { send, arrived, faults } = network();
    const answers = [await send(webhook('status', STATUS))];
    faults.set({ seed: 1, throttle: 1, crash: 1 });
    answers.push(await send(webhook('status', STATUS)));

    expect(arrived).toEqual([STATUS, STATUS]);
    expect(answers.map(({ body }) => body)).toEqual(['answer 1', 'answer 2']);
  });

  it('are sent twice, and the second answer counts', async () => {
    const { send, arrived, faults } = network();
    faults.set({ seed: 1, duplicate: 1 });

    const answer = await send(webhook('answer', 'CallStatus=in-progress'));

    expect(arrived).toHaveLength(2);
    expect(answer.body).toBe('answer 2');
  });

  it('do not arrive, as if there were nobody', async () => {
    const { send, arrived, faults } = network();
    faults.set({ seed: 1, drop: 1 });

    const lost = send(webhook('answer', 'CallStatus=in-progress'));

    await expect(lost).rejects.toThrow(NoAnswer);
    await expect(lost).rejects.toMatchObject({ phase: 'ct' });
    expect(arrived).toEqual([]);
  });

  it('are lost for one try or for all of them, each about half of the times', async () => {
    const { send, arrived, faults } = network();
    faults.set({ seed: 1, drop: 0.5 });
    const arrivesAfter = async (token: string) => {
      for (let tries = 1; tries <= 20; tries += 1) {
        const reached = await send(webhook('status', STATUS, token)).catch((error: unknown) => error);
        if (!(reached instanceof NoAnswer)) return tries;
      }
      return 'never';
    };

    const outcomes: (number | 'never')[] = [];
    for (let n = 0; n < 400; n += 1) outcomes.push(await arrivesAfter(`token ${n}`));

    const share = (wanted: (outcome: number | 'never') => boolean) => outcomes.filter(wanted).length / 400;
    // Of a try a quarter is the last, a quarter is followed by another: (1/4) / (1 - 1/4). Five standard deviations are 0.12.
    expect(Math.abs(share((outcome) => outcome === 'never') - 1 / 3)).toBeLessThan(0.12);
    expect(Math.abs(share((outcome) => outcome === 1) - 1 / 2)).toBeLessThan(0.125);
    expect(arrived).toHaveLength(outcomes.filter((outcome) => outcome !== 'never').length);
  });

  it.each([
    ['of a call', 'status', STATUS],
    ['of a conference', 'conference', 'StatusCallbackEvent=participant-join'],
  ])('that are callbacks %s are held back, taken for the time being, and overtaken', async (_, path, body) => {
    const { send, arrived, faults, advanceTo, armed, held } = network();
    faults.set({ seed: 1, reorder: 1, delaySeconds: 10 });
    const taken = await send(webhook(path, body));
    faults.set({});
    const timer = armed();
    await send(webhook('status', 'later'));
    const before = [...arrived];

    await advanceTo(START + 10_000);

    expect(taken.status).toBe(204);
    expect(timer).toMatchObject([{ kind: 'held-back' }]);
    expect(held()).toEqual([]);
    expect(before).toEqual(['later']);
    expect(arrived).toEqual(['later', body]);
  });

  it('that ask for a document are never held back: somebody is on the line', async () => {
    const { send, arrived, faults } = network();
    faults.set({ seed: 1, reorder: 1 });

    await send(webhook('key', 'CallStatus=in-progress&Digits=1'));

    expect(arrived).toHaveLength(1);
    expect(faults.struck()).toEqual({});
  });
});

describe('requests to the carrier', () => {
  const calls = '/2010-04-01/Accounts/AC0123456789abcdef0123456789abcdef/Calls.json';
  const ask = (method: string, settings: object, aFunctionRuns = true) => {
    const { faults } = createTestKernel(START);
    faults.set({ seed: 1, ...settings });
    return carrierFault(faults, () => aFunctionRuns)({ method, path: calls });
  };

  it('are throttled, or lose their answers where they did something', () => {
    expect(ask('POST', { throttle: 1, drop: 1 })).toBe('throttle');
    expect(ask('POST', { drop: 1 })).toBe('drop-answer');
    expect(ask('GET', { drop: 1 })).toBe('pass');
    expect(ask('GET', { throttle: 1 })).toBe('throttle');
  });

  it('pass where neither fault has a chance, and where they come from outside', () => {
    expect(ask('POST', { duplicate: 1, reorder: 1, crash: 1 })).toBe('pass');
    expect(ask('POST', { throttle: 1, drop: 1 }, false)).toBe('pass');
  });
});
