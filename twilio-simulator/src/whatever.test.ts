import { afterEach, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Laboratory } from '../test/laboratory';
import { ALL_EVENTS, FROM, closeLaboratories, openLaboratory, response, unsound } from '../test/laboratory';
import { PhoneCannotError } from './errors';
import { actions } from './people';
import { behaviours } from './records';

afterEach(closeLaboratories);

const NUMBERS = ['+12025550100', '+12025550111', '+12025550122', '+12025550133'];
const number = fc.constantFrom(...NUMBERS);

/** What an application may ask of a call that was answered. */
const documents: Readonly<Record<string, (other: string) => string>> = {
  '/room': () =>
    response(
      `<Dial action="/after" timeLimit="300"><Conference waitUrl="/wait" endConferenceOnExit="true" maxParticipants="3"
        statusCallback="/events" statusCallbackEvent="start end join leave mute hold modify speaker announcement">room</Conference></Dial>`,
    ),
  '/number': (other) =>
    response(
      `<Dial action="/after" hangupOnStar="true" timeLimit="300"><Number url="/whisper" statusCallback="/status">${other}</Number></Dial>`,
    ),
  '/gather': () =>
    response(
      '<Gather input="dtmf speech" action="/room" timeout="20"><Say>Well?</Say></Gather>',
      '<Redirect>/number</Redirect>',
    ),
  '/wait': () => response('<Say>Wait.</Say>', '<Pause length="30"/>', '<Redirect/>'),
  '/whisper': () => response('<Gather numDigits="1" action="/thanks" timeout="10"/>', '<Hangup/>'),
  '/thanks': () => response('<Say>Thank you.</Say>'),
  '/after': () => response('<Say>After.</Say>', '<Pause length="5"/>'),
  '/announce': () => response('<Say>Listen.</Say>', '<Pause length="2"/>'),
};

const room = (lab: Laboratory) => lab.client.conferences('room').participants;
/** A refusal by Twilio's API is an answer like others. */
const orRefused = async (asked: Promise<unknown>): Promise<void> => {
  await asked.catch((fault: unknown) => {
    if (!(fault instanceof Error && 'status' in fault && Number(fault.status) < 500)) throw fault;
  });
};

// Steps are data, so that a failure can be read. Rooms fill only where most calls are taken and few are ended.
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('call'),
      to: number,
      path: fc.constantFrom('/room', '/room', '/number', '/gather'),
      detection: fc.constantFrom('none', 'held', 'async'),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('room'),
      to: number,
      what: fc.constantFrom('create', 'hold', 'back', 'mute', 'kick', 'announce', 'end'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('act'), to: number, what: fc.constantFrom(...actions) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('update'),
      to: number,
      what: fc.constantFrom('completed', 'canceled', '/room', '/gather'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('set'),
      to: number,
      behaviour: fc.constantFrom(...behaviours),
      times: fc.integer({ min: 1, max: 2 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait'), seconds: fc.integer({ min: 1, max: 40 }) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

async function take(lab: Laboratory, step: Step): Promise<void> {
  const { client, simulator, app, world } = lab;
  const callOf = (to: string) => simulator.phones().find((phone) => phone.number === to)?.callSid ?? null;
  switch (step.kind) {
    case 'wait':
      return world.advance(step.seconds);
    case 'set':
      return void simulator.setBehaviour(step.to, { behaviour: step.behaviour, times: step.times });
    case 'act':
      return simulator.act(step.to, { do: step.what, digit: '1', text: 'Yes.' }).catch((fault: unknown) => {
        if (!(fault instanceof PhoneCannotError)) throw fault;
      });
    case 'call':
      return orRefused(
        client.calls.create({
          to: step.to,
          from: FROM,
          url: app.url + step.path,
          statusCallback: `${app.url}/status`,
          statusCallbackEvent: ALL_EVENTS,
          timeLimit: 600,
          ...(step.detection === 'none' ? {} : { machineDetection: 'Enable' }),
          ...(step.detection === 'async' ? { asyncAmd: 'true', asyncAmdStatusCallback: `${app.url}/amd` } : {}),
        }),
      );
    case 'update': {
      const sid = callOf(step.to);
      if (sid === null) return undefined;
      const { what } = step;
      const ending = what === 'completed' || what === 'canceled';
      return orRefused(client.calls(sid).update(ending ? { status: what } : { url: app.url + what }));
    }
    case 'room': {
      if (step.what === 'create') return orRefused(room(lab).create({ to: step.to, from: FROM, timeLimit: 600 }));
      const running = simulator.conferences().find(({ status }) => status !== 'completed');
      const sid = callOf(step.to);
      if (running === undefined || sid === null) return undefined;
      const participant = room(lab)(sid);
      const conference = client.conferences(running.sid);
      const asked = {
        hold: () => participant.update({ hold: true, holdUrl: `${app.url}/wait` }),
        back: () => participant.update({ hold: false }),
        mute: () => participant.update({ muted: true }),
        kick: () => participant.remove(),
        announce: () => conference.update({ announceUrl: `${app.url}/announce` }),
        end: () => conference.update({ status: 'completed' }),
      };
      return orRefused(asked[step.what]());
    }
    default:
      return step satisfies never;
  }
}

it('whatever people and applications do, every call ends, every phone is idle, and every webhook is sound', async () => {
  let talked = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const lab = await openLaboratory();
      for (const [path, document] of Object.entries(documents))
        lab.app.answer(path, ({ params }) => document(NUMBERS.find((one) => one !== params['To']) ?? ''));
      for (const to of NUMBERS)
        lab.simulator.setBehaviour(to, { behaviour: to === NUMBERS[0] ? 'accept' : 'answer-silent' });
      for (const step of steps) {
        await take(lab, step);
        await lab.world.quiet();
        const inside = lab.simulator.conferences().filter(({ status }) => status !== 'completed');
        expect(inside.length).toBeLessThanOrEqual(1);
        if (inside.some(({ status }) => status === 'in-progress')) talked += 1;
      }

      // Calls are limited to ten minutes, a stay in a room and a dialled call to five.
      await lab.world.advance(1200);

      const live = lab.simulator.calls().filter(({ endedAt }) => endedAt === null);
      expect(live).toEqual([]);
      expect(lab.simulator.conferences().filter(({ status }) => status !== 'completed')).toEqual([]);
      expect(lab.simulator.phones().filter(({ state }) => state !== 'idle')).toEqual([]);
      expect(lab.simulator.earshot()).toEqual({});
      expect(lab.world.timers()).toEqual([]);
      expect(lab.simulator.warnings().filter(({ code }) => code === 13_000)).toEqual([]);
      expect(unsound(lab.app.received)).toEqual([]);
      await lab.close();
    }),
    { numRuns: 25 },
  );

  // Else the steps would have led nowhere.
  expect(talked).toBeGreaterThan(0);
}, 60_000);
