import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Laboratory } from '../test/laboratory';
import { AGENT, FROM, closeLaboratories, openLaboratory, response, unsound } from '../test/laboratory';
import { APPLICATION_ERROR } from './interpreter';

let lab: Laboratory;
beforeEach(async () => {
  lab = await openLaboratory();
  lab.simulator.setBehaviour(AGENT, { behaviour: 'answer-silent' });
});
afterEach(async () => {
  await lab.world.quiet();
  expect(unsound(lab.app.received)).toEqual([]);
});
afterEach(closeLaboratories);

async function call(document: string, more: Record<string, unknown> = {}): Promise<string> {
  lab.app.answer('/dir/voice', document);
  const { sid } = await lab.client.calls.create({ to: AGENT, from: FROM, url: `${lab.app.url}/dir/voice`, ...more });
  await lab.world.quiet();
  return sid;
}
const press = async (digit: string) => {
  await lab.simulator.act(AGENT, { do: 'press', digit });
  await lab.world.quiet();
};
const statusOf = async (sid: string) => (await lab.client.calls(sid).fetch()).status;

describe('Gather', () => {
  const ask = response(
    '<Gather numDigits="1" timeout="8" action="pressed"><Say>Press 1.</Say></Gather>',
    '<Say>No key.</Say>',
  );

  it('sends the digit to its action, resolved against the document', async () => {
    lab.app.answer('/dir/pressed', response('<Say>Thank you.</Say>'));
    await call(ask);

    await press('1');

    expect(lab.app.at('/dir/pressed')[0]?.params).toMatchObject({
      Digits: '1',
      FinishedOnKey: '',
      CallStatus: 'in-progress',
    });
    expect(lab.heard(AGENT)).toEqual(['Press 1.', 'Thank you.']);
  });

  it('falls through to the next verb when its time-out has passed', async () => {
    await call(ask);

    await lab.world.advance(7.999);
    expect(lab.heard(AGENT)).toEqual(['Press 1.']);
    await lab.world.advance(0.001);

    expect(lab.heard(AGENT)).toEqual(['Press 1.', 'No key.']);
    expect(lab.app.at('/dir/pressed')).toEqual([]);
  });

  it('calls its action without digits when actionOnEmptyResult says so', async () => {
    lab.app.answer('/empty', response('<Hangup/>'));
    await call(response('<Gather timeout="2" action="/empty" actionOnEmptyResult="true"/>'));

    await lab.world.advance(2);

    expect(lab.app.at('/empty')[0]?.params).toMatchObject({ Digits: '' });
  });

  it('collects digits until the finishing key, each giving new time', async () => {
    lab.app.answer('/code', response('<Hangup/>'));
    await call(response('<Gather timeout="5" action="/code"/>'));

    for (const digit of ['4', '2']) {
      await press(digit);
      await lab.world.advance(4);
    }
    await press('#');

    expect(lab.app.at('/code')[0]?.params).toMatchObject({ Digits: '42', FinishedOnKey: '#' });
  });

  it('sends what was pressed when the time-out passes', async () => {
    lab.app.answer('/code', response('<Hangup/>'));
    await call(response('<Gather timeout="5" action="/code"/>'));

    await press('7');
    await lab.world.advance(5);

    expect(lab.app.at('/code')[0]?.params).toMatchObject({ Digits: '7', FinishedOnKey: '' });
  });

  it('ends its words and music at a key', async () => {
    lab.app.answer('/dir/pressed', response('<Hangup/>'));
    await call(
      response(
        '<Gather numDigits="1" action="pressed"><Pause length="10"/><Play loop="0">/m.mp3</Play><Say>Never.</Say></Gather>',
      ),
    );

    await lab.world.advance(3600);
    expect(lab.heard(AGENT)).toEqual([`♪ ${lab.app.url}/m.mp3`]);
    await press('5');

    expect(lab.app.at('/dir/pressed')).toHaveLength(1);
    expect(lab.heard(AGENT)).not.toContain('Never.');
  });

  it('returns to its own document without an action', async () => {
    lab.app.answer('/dir/voice', ({ params }) =>
      params['Digits'] === '1' ? response('<Say>One.</Say>') : response('<Gather numDigits="1"/>'),
    );
    await lab.client.calls.create({ to: AGENT, from: FROM, url: `${lab.app.url}/dir/voice?a=b` });
    await lab.world.quiet();

    await press('1');

    expect(lab.heard(AGENT)).toEqual(['One.']);
  });

  it('is answered at once by one who accepts, after the words were heard', async () => {
    lab.simulator.setBehaviour(AGENT, { behaviour: 'accept' });
    lab.app.answer('/dir/pressed', response('<Hangup/>'));

    await call(ask);

    expect(lab.app.at('/dir/pressed')[0]?.params['Digits']).toBe('1');
    expect(lab.heard(AGENT)).toEqual(['Press 1.']);
  });
});

describe('Gather of speech', () => {
  const ask = (input: string) =>
    response(
      `<Gather input="${input}" timeout="8" action="/said"><Say>Will you come?</Say></Gather>`,
      '<Say>Nothing.</Say>',
    );
  const say = async (text: string) => {
    await lab.simulator.act(AGENT, { do: 'say', text });
    await lab.world.quiet();
  };
  beforeEach(() => lab.app.answer('/said', response('<Say>Thank you.</Say>')));

  it('sends what a person said, and how sure it is', async () => {
    await call(ask('speech'));

    await say('Yes, of course.');

    expect(lab.app.at('/said')[0]?.params).toMatchObject({ SpeechResult: 'Yes, of course.', Confidence: '0.9' });
    expect(lab.app.at('/said')[0]?.params).not.toHaveProperty('Digits');
    expect(lab.heard(AGENT)).toEqual(['Will you come?', 'Thank you.']);
  });

  it('takes a key instead where both are asked for, and then keys alone', async () => {
    await call(ask('dtmf speech'));

    await press('4');
    await say('Forty-two.');
    await press('2');
    await press('#');

    expect(lab.app.at('/said').map(({ params }) => params)).toMatchObject([{ Digits: '42' }]);
  });

  it('hears no keys where only speech is asked for, and no words where only keys are', async () => {
    await call(ask('speech'));
    await press('1');
    await lab.world.advance(8);
    await call(ask('dtmf'));
    await say('Yes.');
    await lab.world.advance(8);

    expect(lab.app.at('/said')).toEqual([]);
    expect(lab.heard(AGENT)).toEqual(['Will you come?', 'Nothing.', 'Will you come?', 'Nothing.']);
  });

  it('is interrupted by words unless bargeIn forbids it', async () => {
    const music = (more: string) =>
      response(`<Gather input="speech" action="/said" ${more}><Pause length="9"/></Gather>`);
    await call(music(''));
    await say('Stop.');
    await call(music('bargeIn="false"'));
    await say('Stop!');
    await lab.world.advance(9);
    await say('Now.');

    expect(lab.app.at('/said').map(({ params }) => params['SpeechResult'])).toEqual(['Stop.', 'Now.']);
  });

  it('is answered with yes by one who accepts and has no key to press', async () => {
    lab.simulator.setBehaviour(AGENT, { behaviour: 'accept' });

    await call(ask('speech'));

    expect(lab.app.at('/said')[0]?.params['SpeechResult']).toBe('Yes.');
  });

  it('calls its action without words when actionOnEmptyResult says so', async () => {
    await call(response('<Gather input="speech" timeout="3" action="/said" actionOnEmptyResult="true"/>'));

    await lab.world.advance(3);

    expect(lab.app.at('/said')[0]?.params).toMatchObject({ SpeechResult: '' });
  });
});

describe('other verbs', () => {
  it('play key tones, of which each w lasts half a second', async () => {
    await call(response('<Play digits="ww12#"/>', '<Say>Done.</Say>'));

    await lab.world.advance(0.999);
    expect(lab.heard(AGENT)).toEqual(['♪ tones 12#']);
    await lab.world.advance(0.001);

    expect(lab.heard(AGENT)).toEqual(['♪ tones 12#', 'Done.']);
  });

  it('wait, redirect and hang up', async () => {
    lab.app.answer('/next', response('<Say>Next.</Say>', '<Hangup/>', '<Say>Never.</Say>'));
    const sid = await call(
      response('<Say loop="2">Twice.</Say>', '<Pause length="30"/>', '<Redirect method="GET">/next?x=1</Redirect>'),
    );
    expect(lab.heard(AGENT)).toEqual(['Twice.', 'Twice.']);

    await lab.world.advance(30);

    expect(lab.app.at('/next')[0]).toMatchObject({ method: 'GET', params: { x: '1', CallSid: sid } });
    expect(lab.heard(AGENT)).toEqual(['Twice.', 'Twice.', 'Next.']);
    expect(await statusOf(sid)).toBe('completed');
  });

  it('run from TwiML given by parameter, whose addresses must be absolute', async () => {
    lab.app.answer('/next', response('<Say>Absolute.</Say>'));
    await lab.client.calls.create({
      to: AGENT,
      from: FROM,
      twiml: response(`<Redirect>${lab.app.url}/next</Redirect>`),
    });
    await lab.world.quiet();
    await lab.client.calls.create({ to: AGENT, from: FROM, twiml: response('<Redirect>/next</Redirect>') });
    await lab.world.quiet();

    expect(lab.heard(AGENT)).toEqual(['Absolute.', APPLICATION_ERROR]);
    expect(lab.simulator.warnings()).toMatchObject([{ code: 11_100 }]);
  });

  it('that only talk and redirect for ever are stopped as a loop', async () => {
    const sid = await call(response('<Redirect/>'));

    expect(await statusOf(sid)).toBe('completed');
    expect(lab.simulator.warnings()).toMatchObject([{ code: 12_200 }]);
    expect(lab.app.at('/dir/voice')).toHaveLength(100);
  });
});

describe('a document that fails', () => {
  it.each([
    ['answers 500', { status: 500 }, 11_200],
    ['answers 404', { status: 404, body: response('<Say>x</Say>') }, 11_200],
    ['is no XML', { body: 'hello' }, 12_100],
    ['is JSON', { type: 'application/json', body: '{}' }, 12_300],
    ['is too large', { body: response(`<Say>${'x'.repeat(70_000)}</Say>`) }, 11_750],
    ['cannot be run', { body: response('<Record/>') }, 12_200],
  ] as const)('because it %s is heard as an application error, and the call ends', async (_, reply, code) => {
    lab.app.answer('/broken', reply);
    const { sid } = await lab.client.calls.create({ to: AGENT, from: FROM, url: `${lab.app.url}/broken` });
    await lab.world.quiet();

    expect(lab.heard(AGENT)).toEqual([APPLICATION_ERROR]);
    expect(await statusOf(sid)).toBe('completed');
    expect(lab.simulator.warnings()).toMatchObject([{ code, callSid: sid }]);
  });

  it('gives way to the FallbackUrl, which is told what happened', async () => {
    lab.app.answer('/fallback', response('<Say>Please hold.</Say>'));

    await call('<Response><Sing/></Response>', { fallbackUrl: `${lab.app.url}/fallback` });

    expect(lab.heard(AGENT)).toEqual(['Please hold.']);
    expect(lab.app.at('/fallback')[0]?.params).toMatchObject({
      ErrorCode: '12200',
      ErrorUrl: `${lab.app.url}/dir/voice`,
    });
  });

  it('ends the call when the FallbackUrl fails as well', async () => {
    lab.app.answer('/fallback', { status: 500 });

    const sid = await call('<Response><Sing/></Response>', { fallbackUrl: `${lab.app.url}/fallback` });

    expect(lab.app.at('/fallback')).toHaveLength(1);
    expect(await statusOf(sid)).toBe('completed');
  });

  it('may be media, which is played', async () => {
    lab.app.answer('/tune', { type: 'audio/mpeg', body: 'x' });
    await lab.client.calls.create({ to: AGENT, from: FROM, url: `${lab.app.url}/tune` });
    await lab.world.quiet();

    expect(lab.heard(AGENT)).toEqual([`♪ ${lab.app.url}/tune`]);
  });
});

describe('a live call that is given another document', () => {
  it('stops what it ran and runs that', async () => {
    const sid = await call(response('<Gather timeout="60" action="/never"/>', '<Say>Never.</Say>'));

    await lab.client.calls(sid).update({ twiml: response('<Say>We could not reach them.</Say>') });
    await lab.world.quiet();
    await lab.world.advance(120);

    expect(lab.heard(AGENT)).toEqual(['We could not reach them.']);
    expect(await statusOf(sid)).toBe('completed');
  });

  it('ignores the answer of a document that was on its way', async () => {
    lab.app.answer('/slow', async ({ params }) => {
      const update = { twiml: response('<Say>New.</Say>', '<Pause length="5"/>') };
      await lab.client.calls(params['CallSid'] ?? '').update(update);
      return response('<Say>Old.</Say>');
    });
    const { sid } = await lab.client.calls.create({ to: AGENT, from: FROM, url: `${lab.app.url}/slow` });
    await lab.world.quiet();

    expect(lab.heard(AGENT)).toEqual(['New.']);
    expect(await statusOf(sid)).toBe('in-progress');
  });
});
