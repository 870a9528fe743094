import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Laboratory } from '../test/laboratory';
import { AGENT, CLIENT, FROM, closeLaboratories, openLaboratory, response, unsound } from '../test/laboratory';
import { APPLICATION_ERROR } from './interpreter';

let lab: Laboratory;
beforeEach(async () => {
  lab = await openLaboratory({ allowedFrom: [FROM], allowedCallingCodes: ['+1'] });
  lab.simulator.setBehaviour(AGENT, { behaviour: 'answer-silent' });
  lab.simulator.setBehaviour(CLIENT, { behaviour: 'answer-silent' });
  lab.app.answer('/after', response('<Say>They left.</Say>', '<Hangup/>'));
});
afterEach(async () => {
  await lab.world.quiet();
  expect(unsound(lab.app.received)).toEqual([]);
});
afterEach(closeLaboratories);

/** The agent's document dials the client. */
async function dial(attributes = '', noun = `<Number>${CLIENT}</Number>`): Promise<string> {
  lab.app.answer('/voice', response(`<Dial action="/after" ${attributes}>${noun}</Dial>`, '<Say>Never.</Say>'));
  const { sid } = await lab.client.calls.create({ to: AGENT, from: FROM, url: `${lab.app.url}/voice` });
  await lab.world.quiet();
  return sid;
}
const child = () => lab.simulator.calls().find(({ to }) => to === CLIENT);
const after = () => lab.app.at('/after').map(({ params }) => params);
const with_ = (number: string) => lab.simulator.phones().find((phone) => phone.number === number)?.with;

describe('a Dial of a number', () => {
  it('connects both, and tells its action how long they talked', async () => {
    const parent = await dial();
    expect([with_(AGENT), with_(CLIENT)]).toEqual([[CLIENT], [AGENT]]);

    await lab.world.advance(49);
    await lab.simulator.act(CLIENT, { do: 'hangup' });
    await lab.world.quiet();

    expect(after()).toMatchObject([
      {
        CallSid: parent,
        DialCallStatus: 'completed',
        DialCallSid: child()?.sid,
        DialCallDuration: '49',
        DialBridged: 'true',
      },
    ]);
    expect(lab.heard(AGENT)).toEqual(['They left.']);
    expect(await lab.client.calls.list({ parentCallSid: parent })).toMatchObject([
      { sid: child()?.sid, direction: 'outbound-dial', parentCallSid: parent, from: FROM },
    ]);
  });

  it('takes a number as its text', async () => {
    await dial('', CLIENT);

    expect(with_(AGENT)).toEqual([CLIENT]);
  });

  it.each([
    ['busy', 'busy', 0],
    ['unreachable', 'failed', 0],
    ['no-answer', 'no-answer', 20],
  ] as const)('to a phone that is %s ends as %s', async (behaviour, status, seconds) => {
    lab.simulator.setBehaviour(CLIENT, { behaviour });

    await dial('timeout="20"');
    await lab.world.advance(seconds);

    expect(after()).toMatchObject([{ DialCallStatus: status, DialCallSid: child()?.sid }]);
    expect(after()[0]).not.toHaveProperty('DialCallDuration');
    expect(lab.heard(AGENT)).toEqual(['They left.']);
  });

  it('goes on with the next verb where it has no action', async () => {
    lab.simulator.setBehaviour(CLIENT, { behaviour: 'busy' });
    lab.app.answer('/voice', response(`<Dial>${CLIENT}</Dial>`, '<Say>Next verb.</Say>'));

    await lab.client.calls.create({ to: AGENT, from: FROM, url: `${lab.app.url}/voice` });
    await lab.world.quiet();

    expect(lab.heard(AGENT)).toEqual(['Next verb.']);
  });

  it('tells of the call it made by that call’s own callback', async () => {
    await dial(
      '',
      `<Number statusCallback="/status" statusCallbackEvent="initiated ringing answered completed">${CLIENT}</Number>`,
    );
    await lab.simulator.act(CLIENT, { do: 'hangup' });
    await lab.world.quiet();

    expect(lab.statuses(child()?.sid ?? '')).toEqual(['initiated', 'ringing', 'in-progress', 'completed']);
    expect(lab.app.at('/status')[0]?.params).toMatchObject({
      Direction: 'outbound-dial',
      ParentCallSid: lab.simulator.calls()[0]?.sid,
    });
  });

  it.each([
    ['is no number', '<Number>12</Number>', '', 13_223],
    ['is in a country that is not allowed', '<Number>+442079460000</Number>', '', 13_227],
    ['would be called from a stranger’s number', `<Number>${CLIENT}</Number>`, 'callerId="+12025550123"', 13_214],
  ])('fails with a warning where the number %s', async (_, noun, attributes, code) => {
    await dial(attributes, noun);

    expect(after()).toMatchObject([{ DialCallStatus: 'failed' }]);
    expect(lab.simulator.warnings()).toMatchObject([{ code }]);
    expect(lab.simulator.calls()).toHaveLength(1);
  });

  it('ends with the call that dialled: one who rings is called off, one who talks is hung up', async () => {
    lab.simulator.setBehaviour(CLIENT, { behaviour: 'manual' });
    await dial();
    await lab.simulator.act(AGENT, { do: 'hangup' });
    await lab.world.quiet();
    const ringing = child()?.status;
    lab.simulator.setBehaviour(CLIENT, { behaviour: 'answer-silent' });
    await dial();
    await lab.simulator.act(AGENT, { do: 'hangup' });
    await lab.world.quiet();

    expect(ringing).toBe('canceled');
    expect(lab.simulator.calls().at(-1)?.status).toBe('completed');
    expect(after()).toEqual([]);
  });

  it('ends at its time limit, counted from when both were connected', async () => {
    await dial('timeLimit="60"');

    await lab.world.advance(59);
    expect(after()).toEqual([]);
    await lab.world.advance(1);

    expect(after()).toMatchObject([{ DialCallStatus: 'completed', DialCallDuration: '60' }]);
  });

  it('can be left by the star key, and the caller goes on alone', async () => {
    await dial('hangupOnStar="true"');

    await lab.simulator.act(AGENT, { do: 'press', digit: '*' });
    await lab.world.quiet();

    expect(child()?.status).toBe('completed');
    expect(lab.heard(AGENT)).toEqual(['They left.']);
  });

  it('is left by a redirect, which asks its action as well unless that is switched off', async () => {
    for (const [asksInterruptedAction, asked] of [
      [true, 1],
      [false, 0],
    ] as const) {
      const other = await openLaboratory({ asksInterruptedAction });
      other.simulator.setBehaviour(AGENT, { behaviour: 'answer-silent' });
      other.app.answer('/voice', response(`<Dial action="/after">${CLIENT}</Dial>`));
      const { sid } = await other.client.calls.create({ to: AGENT, from: FROM, url: `${other.app.url}/voice` });
      await other.world.quiet();

      await other.client.calls(sid).update({ twiml: response('<Say>New.</Say>') });
      await other.world.quiet();

      expect(other.app.at('/after')).toHaveLength(asked);
      expect(other.heard(AGENT)).toEqual(['New.']);
      expect(other.simulator.calls()[1]?.status).toBe('canceled');
    }
  });

  it('lets what is said on one side be heard on the other', async () => {
    await dial();

    await lab.simulator.act(AGENT, { do: 'say', text: 'Hello.' });

    expect(lab.heard(CLIENT)).toEqual(['“Hello.”']);
    expect(lab.simulator.earshot()).toEqual({ [AGENT]: [CLIENT], [CLIENT]: [AGENT] });
  });
});

describe('a whisper', () => {
  const whisper = `<Number url="/whisper">${CLIENT}</Number>`;

  it('is heard by the called party alone, who is connected at its end', async () => {
    lab.app.answer(
      '/whisper',
      response('<Gather numDigits="1" action="/pressed"><Say>Press 1.</Say></Gather>', '<Hangup/>'),
    );
    lab.app.answer('/pressed', response('<Say>Thank you.</Say>'));
    await dial('', whisper);
    expect([with_(AGENT), lab.heard(AGENT)]).toEqual([[], []]);

    await lab.simulator.act(CLIENT, { do: 'press', digit: '1' });
    await lab.world.quiet();

    expect(lab.heard(CLIENT)).toEqual(['Press 1.', 'Thank you.']);
    expect([with_(AGENT), with_(CLIENT)]).toEqual([[CLIENT], [AGENT]]);
  });

  it('that hangs up keeps the two apart', async () => {
    lab.app.answer('/whisper', response('<Say>Nobody there.</Say>', '<Hangup/>'));

    await dial('', whisper);

    expect(after()).toMatchObject([{ DialCallStatus: 'completed', DialBridged: 'false' }]);
    expect(child()?.status).toBe('completed');
  });

  it('cannot dial', async () => {
    lab.app.answer('/whisper', response(`<Dial>${AGENT}</Dial>`));

    await dial('', whisper);

    expect(lab.heard(CLIENT)).toEqual([APPLICATION_ERROR]);
    expect(lab.simulator.warnings()).toMatchObject([{ code: 12_200 }]);
    expect(after()).toMatchObject([{ DialBridged: 'false' }]);
  });

  it('is left by a redirect of the called party, who then has a call of its own', async () => {
    lab.app.answer('/whisper', response('<Pause length="60"/>'));
    await dial('', whisper);

    await lab.client
      .calls(child()?.sid ?? '')
      .update({ twiml: response('<Say>Yours alone.</Say>', '<Pause length="9"/>') });
    await lab.world.quiet();
    const talking = child()?.status;
    await lab.world.advance(9);

    expect(after()).toMatchObject([{ DialCallStatus: 'completed', DialBridged: 'false' }]);
    expect([talking, child()?.status]).toEqual(['in-progress', 'completed']);
    expect(lab.heard(CLIENT)).toEqual(['Yours alone.']);
  });
});
