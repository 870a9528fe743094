import { afterEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Laboratory } from '../test/laboratory';
import { AGENT, ALL_EVENTS, FROM, closeLaboratories, openLaboratory, response, unsound } from '../test/laboratory';
import type { CallbackFaults } from './chaos';
import { createChaos } from './chaos';
import { InvalidActionError } from './errors';

afterEach(closeLaboratories);

async function callUnder(faults: Partial<CallbackFaults>, seed = 1): Promise<{ lab: Laboratory; sid: string }> {
  const lab = await openLaboratory({ chaos: createChaos(seed) });
  lab.simulator.chaos.disturbCallbacks(faults);
  lab.app.answer('/voice', response('<Pause length="1"/>'));
  lab.simulator.setBehaviour(AGENT, { behaviour: 'answer-silent' });
  const { sid } = await lab.client.calls.create({
    to: AGENT,
    from: FROM,
    url: `${lab.app.url}/voice`,
    statusCallback: `${lab.app.url}/status`,
    statusCallbackEvent: ALL_EVENTS,
  });
  return { lab, sid };
}
const IN_ORDER = ['initiated', 'ringing', 'in-progress', 'completed'];

describe('callbacks', () => {
  it('are all lost when all are dropped, while documents are asked for as ever', async () => {
    const { lab, sid } = await callUnder({ drop: 1 });
    await lab.world.advance(600);

    expect(lab.statuses(sid)).toEqual([]);
    expect(lab.app.at('/voice')).toHaveLength(1);
    expect(lab.simulator.calls()[0]?.status).toBe('completed');
  });

  it('come twice with one token when they are duplicated', async () => {
    const { lab, sid } = await callUnder({ duplicate: 1 });
    await lab.world.advance(1);

    expect(lab.statuses(sid)).toEqual(IN_ORDER.flatMap((status) => [status, status]));
    const tokens = lab.app.at('/status').map(({ headers }) => headers['i-twilio-idempotency-token']);
    expect(new Set(tokens).size).toBe(4);
    expect(unsound(lab.app.received)).toEqual([]);
  });

  it('that are delayed come late and in their order', async () => {
    const { lab, sid } = await callUnder({ delay: 1, delaySeconds: 30 });
    await lab.world.quiet();
    expect(lab.statuses(sid)).toEqual([]);
    await lab.world.advance(31);

    expect(lab.statuses(sid)).toEqual(IN_ORDER);
  });

  it('that are reordered all come, and not in their order', async () => {
    const { lab, sid } = await callUnder({ reorder: 1, delaySeconds: 30 });
    await lab.world.advance(31);

    expect(lab.statuses(sid).toSorted()).toEqual(IN_ORDER.toSorted());
    expect(lab.statuses(sid)).not.toEqual(IN_ORDER);
  });

  it('meet the same fate again from the same seed, whatever it is', async () => {
    const faults = { drop: 0.3, duplicate: 0.3, delay: 0.3, reorder: 0.3, delaySeconds: 20 };
    const told: string[][] = [];
    for (const seed of [7, 7, 8]) {
      const { lab, sid } = await callUnder(faults, seed);
      await lab.world.advance(60);
      told.push(lab.statuses(sid));
    }

    expect(told[1]).toEqual(told[0]);
    expect(told[2]).not.toEqual(told[0]);
  });

  it('that are late are forgotten when the simulator closes', async () => {
    const { lab } = await callUnder({ delay: 1 });
    await lab.world.quiet();

    await lab.simulator.close();

    expect(lab.world.timers().filter(({ what }) => what.startsWith('a late callback'))).toEqual([]);
  });

  it('are lost, doubled and late about as often as was asked', () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 0, max: 1, noNaN: true }), (seed, probability) => {
        const share = (faults: Partial<CallbackFaults>, counts: (lateByMs: readonly number[]) => boolean) => {
          const chaos = createChaos(seed);
          chaos.disturbCallbacks(faults);
          const fates = Array.from({ length: 500 }, () => chaos.deliveryOf().lateByMs);
          return fates.filter(counts).length / fates.length;
        };
        // Five standard deviations of 500 draws.
        const near = Math.max(0.02, 5 * Math.sqrt((probability * (1 - probability)) / 500));
        expect(Math.abs(share({ drop: probability }, ({ length }) => length === 0) - probability)).toBeLessThan(near);
        expect(Math.abs(share({ duplicate: probability }, ({ length }) => length === 2) - probability)).toBeLessThan(
          near,
        );
        expect(Math.abs(share({ delay: probability }, ([ms = 0]) => ms > 0) - probability)).toBeLessThan(near);
      }),
    );
  });
});

describe('planned failures of the REST API', () => {
  it('meet as many requests as was said, of the method that was said, in their order', async () => {
    const lab = await openLaboratory();
    const { chaos } = lab.simulator;
    chaos.failNext('server-error', { times: 2, method: 'post' });
    chaos.failNext('unavailable');
    const call = () => lab.client.calls.create({ to: AGENT, from: FROM, url: `${lab.app.url}/voice` });

    await expect(lab.client.calls.list()).rejects.toMatchObject({ status: 503 });
    await expect(call()).rejects.toMatchObject({ status: 500 });
    expect(chaos.planned()).toEqual([{ fault: 'server-error', times: 1, method: 'POST' }]);
    await expect(call()).rejects.toMatchObject({ status: 500 });
    await call();

    expect(lab.simulator.calls()).toHaveLength(1);
  });

  it('are forgotten when all is to be well again', async () => {
    const chaos = createChaos(3);
    chaos.failNext('hang');
    chaos.disturbCallbacks({ drop: 1 });

    chaos.calm();

    expect(chaos.faultOf({ method: 'GET', path: '/' })).toBe('pass');
    expect(chaos.deliveryOf()).toEqual({ lateByMs: [0], holdsUp: false });
  });
});

it('what is no fault, no probability or no count is refused by name', () => {
  const chaos = createChaos(3);

  expect(() => chaos.disturbCallbacks({ drop: 1.1 })).toThrow(new InvalidActionError('drop must be from 0 to 1'));
  expect(() => chaos.disturbCallbacks({ delay: Number.NaN })).toThrow(InvalidActionError);
  expect(() => chaos.disturbCallbacks({ lose: 1 } as Partial<CallbackFaults>)).toThrow('lose is no fault of callbacks');
  expect(() => chaos.failNext('explode' as 'hang')).toThrow('fault must be one of');
  expect(() => chaos.failNext('hang', { times: 0 })).toThrow('times must be');
  expect(chaos.callbackFaults()).toMatchObject({ drop: 0, delay: 0 });
});
