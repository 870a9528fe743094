import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Laboratory } from '../test/laboratory';
import {
  AGENT,
  ALL_EVENTS,
  CLIENT,
  FROM,
  closeLaboratories,
  openLaboratory,
  response,
  unsound,
} from '../test/laboratory';
import { InvalidActionError, PhoneCannotError } from './index';

let lab: Laboratory;
beforeEach(async () => {
  lab = await openLaboratory();
  lab.app.answer('/voice', response('<Say>Hello.</Say>', '<Pause length="60"/>'));
});
afterEach(async () => {
  await lab.world.quiet();
  expect(unsound(lab.app.received)).toEqual([]);
});
afterEach(closeLaboratories);

async function dial(to = AGENT, more: Record<string, unknown> = {}): Promise<string> {
  const { sid } = await lab.client.calls.create({
    to,
    from: FROM,
    url: `${lab.app.url}/voice`,
    statusCallback: `${lab.app.url}/status`,
    statusCallbackEvent: ALL_EVENTS,
    timeout: 20,
    ...more,
  });
  await lab.world.quiet();
  return sid;
}
const statusOf = async (sid: string) => (await lab.client.calls(sid).fetch()).status;

describe('a call', () => {
  it('rings at once and is told by initiated and ringing', async () => {
    const sid = await dial();

    expect(lab.state(AGENT)).toBe('ringing');
    expect(await statusOf(sid)).toBe('ringing');
    expect(lab.statuses(sid)).toEqual(['initiated', 'ringing']);
  });

  it('runs its document when a person answers, and ends when that person hangs up', async () => {
    const sid = await dial();

    await lab.simulator.act(AGENT, { do: 'answer' });
    await lab.world.quiet();
    expect(lab.state(AGENT)).toBe('in-call');
    expect(lab.heard(AGENT)).toEqual(['Hello.']);
    await lab.world.advance(49);
    await lab.simulator.act(AGENT, { do: 'hangup' });
    await lab.world.quiet();

    expect(lab.statuses(sid)).toEqual(['initiated', 'ringing', 'in-progress', 'completed']);
    expect(lab.app.at('/status').map(({ params }) => params['SequenceNumber'])).toEqual(['0', '1', '2', '3']);
    expect(lab.app.at('/status').at(-1)?.params).toMatchObject({
      CallDuration: '49',
      Duration: '1',
      Timestamp: 'Thu, 12 Mar 2026 11:49:14 +0000',
      CallbackSource: 'call-progress-events',
    });
    expect(lab.state(AGENT)).toBe('idle');
  });

  it('rings five seconds longer than its Timeout and ends as no-answer', async () => {
    const sid = await dial();

    await lab.world.advance(24.999);
    expect(lab.state(AGENT)).toBe('ringing');
    await lab.world.advance(0.001);

    expect(await statusOf(sid)).toBe('no-answer');
    expect(lab.app.at('/status').at(-1)?.params).toMatchObject({ CallStatus: 'no-answer', SipResponseCode: '487' });
  });

  it('ends when the document ends', async () => {
    lab.app.answer('/voice', response('<Say>Bye.</Say>'));
    lab.simulator.setBehaviour(AGENT, { behaviour: 'answer-silent' });

    const sid = await dial();

    expect(await statusOf(sid)).toBe('completed');
    expect(lab.world.timers()).toEqual([]);
  });

  it('ends at its TimeLimit', async () => {
    lab.app.answer('/voice', response('<Play loop="0">https://example.com/music.mp3</Play>'));
    lab.simulator.setBehaviour(AGENT, { behaviour: 'answer-silent' });
    const sid = await dial(AGENT, { timeLimit: 90 });

    await lab.world.advance(89);
    expect(await statusOf(sid)).toBe('in-progress');
    await lab.world.advance(1);

    expect(await statusOf(sid)).toBe('completed');
    expect(lab.heard(AGENT)).toEqual(['♪ https://example.com/music.mp3']);
  });

  it('tells only completed when no events were asked for', async () => {
    lab.simulator.setBehaviour(AGENT, { behaviour: 'busy' });

    const { sid } = await lab.client.calls.create({
      to: AGENT,
      from: FROM,
      url: `${lab.app.url}/voice`,
      statusCallback: `${lab.app.url}/status`,
    });
    await lab.world.quiet();

    expect(lab.statuses(sid)).toEqual(['busy']);
    expect(lab.app.at('/status')[0]?.params['SequenceNumber']).toBe('0');
  });

  it('is accepted and then silent when the events are one value with spaces', async () => {
    lab.simulator.setBehaviour(AGENT, { behaviour: 'busy' });

    const sid = await dial(AGENT, { statusCallbackEvent: ['initiated ringing answered completed'] });

    expect(await statusOf(sid)).toBe('busy');
    expect(lab.app.at('/status')).toEqual([]);
    expect(lab.simulator.warnings()).toMatchObject([{ code: 21_626, callSid: sid }]);
  });

  it('is busy for a phone that is engaged', async () => {
    await dial();

    const second = await dial();

    expect(await statusOf(second)).toBe('busy');
    expect(lab.state(AGENT)).toBe('ringing');
  });
});

describe('a phone', () => {
  it.each([
    ['busy', 'busy', '486'],
    ['unreachable', 'failed', '480'],
  ] as const)('that is %s ends the call at once as %s', async (behaviour, status, code) => {
    lab.simulator.setBehaviour(AGENT, { behaviour });

    const sid = await dial();

    expect(await statusOf(sid)).toBe(status);
    expect(lab.statuses(sid)).toEqual(['initiated', status]);
    expect(lab.app.at('/status').at(-1)?.params).toMatchObject({ SipResponseCode: code, CallDuration: '0' });
    expect(lab.world.timers()).toEqual([]);
  });

  it('that is declined ends the call at once as no-answer', async () => {
    const sid = await dial();

    await lab.simulator.act(AGENT, { do: 'decline' });
    await lab.world.quiet();

    expect(lab.statuses(sid)).toEqual(['initiated', 'ringing', 'no-answer']);
  });

  it('with no-answer rings out by itself', async () => {
    lab.simulator.setBehaviour(AGENT, { behaviour: 'no-answer' });
    const sid = await dial();

    await lab.world.advance(25);

    expect(await statusOf(sid)).toBe('no-answer');
  });

  it('with voicemail answers at once, never presses, and hangs up after 30 s', async () => {
    lab.app.answer(
      '/voice',
      response('<Gather numDigits="1" timeout="40" action="/pressed"><Say>Press 1.</Say></Gather>'),
    );
    lab.simulator.setBehaviour(AGENT, { behaviour: 'voicemail' });
    const sid = await dial();

    await lab.world.advance(29);
    expect(await statusOf(sid)).toBe('in-progress');
    await lab.world.advance(1);

    expect(await statusOf(sid)).toBe('completed');
    expect(lab.app.at('/pressed')).toEqual([]);
    expect(lab.heard(AGENT)).toEqual(['Press 1.']);
  });

  it('keeps a behaviour for so many calls and is manual again', async () => {
    lab.simulator.setBehaviour(AGENT, { behaviour: 'busy', times: 2 });

    const sids = [await dial(), await dial(), await dial()];

    expect(await Promise.all(sids.map(statusOf))).toEqual(['busy', 'busy', 'ringing']);
  });

  it.each([
    ['busy', 'busy', '486'],
    ['no-answer', 'no-answer', '487'],
    ['unreachable', 'failed', '480'],
  ] as const)('that rings can turn out to be %s', async (what, status, code) => {
    const sid = await dial();

    await lab.simulator.act(AGENT, { do: what });
    await lab.world.quiet();

    expect(lab.statuses(sid)).toEqual(['initiated', 'ringing', status]);
    expect(lab.app.at('/status').at(-1)?.params['SipResponseCode']).toBe(code);
  });

  it('that rings can be taken by its voicemail, which hangs up after 30 s', async () => {
    const sid = await dial(AGENT, { machineDetection: 'Enable' });

    await lab.simulator.act(AGENT, { do: 'voicemail' });
    await lab.world.advance(29);
    expect(await statusOf(sid)).toBe('in-progress');
    await lab.world.advance(1);

    expect(lab.app.at('/voice')[0]?.params['AnsweredBy']).toBe('machine_start');
    expect(await statusOf(sid)).toBe('completed');
  });

  it('that is a fax gives up after 30 s, one that is silent stays', async () => {
    lab.simulator.setBehaviour(AGENT, { behaviour: 'fax' });
    lab.simulator.setBehaviour(CLIENT, { behaviour: 'silence' });
    const [fax, silent] = [await dial(AGENT), await dial(CLIENT)];

    await lab.world.advance(30);

    expect([await statusOf(fax), await statusOf(silent)]).toEqual(['completed', 'in-progress']);
  });

  it('cannot do what does not fit its state', async () => {
    await expect(lab.simulator.act(AGENT, { do: 'answer' })).rejects.toThrow(PhoneCannotError);
    await dial();

    await expect(lab.simulator.act(AGENT, { do: 'hangup' })).rejects.toThrow(PhoneCannotError);
    await expect(lab.simulator.act(AGENT, { do: 'press', digit: '1' })).rejects.toThrow(PhoneCannotError);
    await lab.simulator.act(AGENT, { do: 'answer' });
    await expect(lab.simulator.act(AGENT, { do: 'answer' })).rejects.toThrow(PhoneCannotError);
    await expect(lab.simulator.act(AGENT, { do: 'decline' })).rejects.toThrow(PhoneCannotError);
  });

  it('refuses actions, digits, numbers and behaviours that do not exist', async () => {
    await expect(lab.simulator.act('12', { do: 'answer' })).rejects.toThrow(InvalidActionError);
    await expect(lab.simulator.act(AGENT, { do: 'sing' as 'press' })).rejects.toThrow(InvalidActionError);
    await expect(lab.simulator.act(AGENT, { do: 'press', digit: 'x' })).rejects.toThrow(InvalidActionError);
    expect(() => lab.simulator.setBehaviour(AGENT, { behaviour: 'asleep' as 'busy' })).toThrow(InvalidActionError);
    expect(() => lab.simulator.setBehaviour(AGENT, { behaviour: 'busy', times: 0 })).toThrow(InvalidActionError);
    expect(() => lab.simulator.setBehaviour('x', { behaviour: 'busy' })).toThrow(InvalidActionError);
    expect(() => lab.simulator.setBehaviour(AGENT, { behaviour: 'fax', detectionMs: -1 })).toThrow(InvalidActionError);
    expect(() => lab.simulator.setBehaviour(AGENT, { behaviour: 'fax', greetingMs: 1 })).toThrow(InvalidActionError);
    await expect(lab.simulator.act(AGENT, { do: 'say', text: ' ' })).rejects.toThrow(InvalidActionError);
    expect(lab.simulator.phones()).toEqual([]);
  });
});

describe('answering machine detection', () => {
  it.each([
    ['accept', 'human'],
    ['answer-silent', 'human'],
    ['voicemail', 'machine_start'],
  ] as const)('says of %s, in time with the document, that it is %s', async (behaviour, verdict) => {
    lab.simulator.setBehaviour(AGENT, { behaviour });

    const sid = await dial(AGENT, { machineDetection: 'Enable' });

    expect(lab.app.at('/voice')[0]?.params['AnsweredBy']).toBe(verdict);
    expect((await lab.client.calls(sid).fetch()).answeredBy).toBe(verdict);
  });

  it.each([
    ['a person, for as long as was set', { behaviour: 'answer-silent', detectionMs: 3500 }, {}, 'human', 3.5],
    ['a fax', { behaviour: 'fax' }, {}, 'fax', 4],
    ['silence', { behaviour: 'silence' }, {}, 'unknown', 5],
    [
      'silence, for as long as was asked',
      { behaviour: 'silence' },
      { machineDetectionSilenceTimeout: 8000 },
      'unknown',
      8,
    ],
    ['a greeting', { behaviour: 'voicemail', greetingMs: 12_000 }, {}, 'machine_start', 4],
    [
      'a greeting to its beep',
      { behaviour: 'voicemail', greetingMs: 12_000 },
      { machineDetection: 'DetectMessageEnd' },
      'machine_end_beep',
      12,
    ],
    [
      'a greeting without a beep',
      { behaviour: 'voicemail', greetingMs: 12_000, beep: false },
      { machineDetection: 'DetectMessageEnd' },
      'machine_end_silence',
      12,
    ],
    [
      'a greeting that is too long',
      { behaviour: 'voicemail', greetingMs: 50_000 },
      { machineDetection: 'DetectMessageEnd', machineDetectionTimeout: 20 },
      'machine_end_other',
      20,
    ],
  ] as const)('holds the document back while it listens to %s', async (_, setting, more, verdict, seconds) => {
    lab.simulator.setBehaviour(AGENT, setting);
    const sid = await dial(AGENT, { machineDetection: 'Enable', ...more });

    await lab.world.advance(seconds - 0.001);
    expect(lab.statuses(sid)).toEqual(['initiated', 'ringing', 'in-progress']);
    expect(lab.app.at('/voice')).toEqual([]);
    expect((await lab.client.calls(sid).fetch()).answeredBy).toBeNull();
    await lab.world.advance(0.001);

    expect(lab.app.at('/voice')[0]?.params['AnsweredBy']).toBe(verdict);
    expect((await lab.client.calls(sid).fetch()).answeredBy).toBe(verdict);
  });

  it('says it later than the document runs when it is asynchronous and takes its time', async () => {
    lab.simulator.setBehaviour(AGENT, { behaviour: 'voicemail', greetingMs: 12_000 });
    const amd = {
      machineDetection: 'DetectMessageEnd',
      asyncAmd: 'true',
      asyncAmdStatusCallback: `${lab.app.url}/amd`,
    };

    await dial(AGENT, amd);
    expect([lab.heard(AGENT), lab.app.at('/amd')]).toEqual([['Hello.'], []]);
    await lab.world.advance(12);

    expect(lab.app.at('/amd')[0]?.params).toMatchObject({
      AnsweredBy: 'machine_end_beep',
      MachineDetectionDuration: '12000',
    });
  });

  it('is given up when the call is given another document meanwhile', async () => {
    lab.simulator.setBehaviour(AGENT, { behaviour: 'fax' });
    const sid = await dial(AGENT, { machineDetection: 'Enable' });

    await lab.client.calls(sid).update({ twiml: response('<Say>New.</Say>', '<Pause length="9"/>') });
    await lab.world.advance(8);

    expect(lab.heard(AGENT)).toEqual(['New.']);
    expect(lab.app.at('/voice')).toEqual([]);
  });

  it('takes as long for people as the simulator is told', async () => {
    const slow = await openLaboratory({ detectionMs: 2000 });
    slow.app.answer('/voice', response('<Say>Hello.</Say>'));
    slow.simulator.setBehaviour(AGENT, { behaviour: 'answer-silent' });
    await slow.client.calls.create({ to: AGENT, from: FROM, url: `${slow.app.url}/voice`, machineDetection: 'Enable' });

    await slow.world.advance(1.999);
    expect(slow.heard(AGENT)).toEqual([]);
    await slow.world.advance(0.001);

    expect(slow.heard(AGENT)).toEqual(['Hello.']);
  });

  it('says it by callback alone when it is asynchronous', async () => {
    lab.simulator.setBehaviour(CLIENT, { behaviour: 'voicemail' });

    const sid = await dial(CLIENT, {
      machineDetection: 'Enable',
      asyncAmd: 'true',
      asyncAmdStatusCallback: `${lab.app.url}/amd`,
    });

    expect(lab.app.at('/voice')[0]?.params).not.toHaveProperty('AnsweredBy');
    expect(lab.app.at('/amd').map(({ params }) => params)).toEqual([
      { CallSid: sid, AccountSid: expect.any(String), AnsweredBy: 'machine_start', MachineDetectionDuration: '4000' },
    ]);
    expect(lab.app.received.map(({ path }) => path)).toEqual(['/status', '/status', '/status', '/voice', '/amd']);
  });
});
