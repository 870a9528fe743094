import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import twilio from 'twilio';
import { response } from '../test/laboratory';
import { DocumentError } from './errors';
import { parseTwiml } from './twiml';

const codeOf = (text: string, kind: 'call' | 'wait' = 'call'): number => {
  try {
    parseTwiml(text, kind);
  } catch (fault) {
    if (fault instanceof DocumentError) return fault.code;
    throw fault;
  }
  return 0;
};

describe('a TwiML document', () => {
  it("is read as Twilio's own builder wrote it", () => {
    const voice = new twilio.twiml.VoiceResponse();
    const gather = voice.gather({ numDigits: 1, timeout: 8, action: '/accept', actionOnEmptyResult: true });
    gather.say({ voice: 'Polly.Joanna' }, 'Tom & "Ann" <b> é 😀 ]]>');
    voice.pause({ length: 3 });
    voice
      .dial({ action: '/after', timeLimit: 600 })
      .conference(
        { startConferenceOnEnter: false, endConferenceOnExit: true, waitUrl: '', participantLabel: 'agent' },
        'room',
      );
    voice.redirect({ method: 'GET' }, '/next?a=1&b=2');

    expect(parseTwiml(voice.toString())).toMatchObject([
      {
        verb: 'Gather',
        numDigits: 1,
        timeoutSeconds: 8,
        action: '/accept',
        actionOnEmptyResult: true,
        finishOnKey: '#',
        prompts: [{ verb: 'Say', text: 'Tom & "Ann" <b> é 😀 ]]>', loop: 1 }],
      },
      { verb: 'Pause', seconds: 3 },
      {
        verb: 'DialConference',
        action: '/after',
        timeLimitSeconds: 600,
        conference: {
          name: 'room',
          startConferenceOnEnter: false,
          endConferenceOnExit: true,
          waitUrl: '',
          participantLabel: 'agent',
          maxParticipants: 250,
        },
      },
      { verb: 'Redirect', url: '/next?a=1&b=2', method: 'GET' },
    ]);
  });

  it('keeps whatever text the builder can write, but for white space', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        const clean = text.replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '');
        const voice = new twilio.twiml.VoiceResponse();
        voice.say(clean);

        const [said] = parseTwiml(voice.toString());

        expect(said).toMatchObject({ verb: 'Say', text: clean.replaceAll(/\s+/g, ' ').trim() });
      }),
    );
  });

  it('never breaks the reader: it is verbs or a refusal', () => {
    const piece = fc.constantFrom(
      '<Response>',
      '</Response>',
      '<Say>',
      '</Say>',
      '<Say/>',
      '<',
      '&',
      '&amp;',
      '&x;',
      ']]>',
      'a',
      '"',
      '=',
      '<!--',
      '<![CDATA[',
      '<?xml ?>',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        expect(typeof codeOf(pieces.join(''))).toBe('number');
      }),
    );
  });

  it.each([
    ['nothing', ''],
    ['no XML', 'Hello'],
    ['an open element', '<Response><Say>'],
    ['another root', '<Html/>'],
    ['two roots', '<Response/><Response/>'],
    ['an entity of HTML', '<Response><Say>a&nbsp;b</Say></Response>'],
    ['a DOCTYPE', '<!DOCTYPE x [<!ENTITY a "b">]><Response><Say>&a;</Say></Response>'],
  ])('is refused as unreadable when it is %s', (_, text) => {
    expect(codeOf(text)).toBe(12_100);
  });

  it.each([
    ['an unknown verb', '<Sing/>'],
    ['a verb in the wrong case', '<say>a</say>'],
    ['a verb that is not simulated', '<Record/>'],
    ['an input that does not exist', '<Gather input="dtmf song"/>'],
    ['a partial result callback', '<Gather input="speech" partialResultCallback="/x"/>'],
    ['several numbers to dial', '<Dial><Number>+12025550100</Number><Number>+12025550101</Number></Dial>'],
    ['a number beside a conference', '<Dial>+12025550100<Conference>r</Conference></Dial>'],
    ['a queue to dial', '<Dial><Queue>q</Queue></Dial>'],
    ['a recorded Dial', '<Dial record="record-from-answer">+12025550100</Dial>'],
    ['tones that no key has', '<Play digits="12x"/>'],
    ['an unknown attribute', '<Say shout="true">a</Say>'],
    ['a boolean that is none', '<Dial><Conference muted="yes">r</Conference></Dial>'],
    ['a number out of range', '<Dial><Conference maxParticipants="251">r</Conference></Dial>'],
    ['Gather inside Gather', '<Gather><Gather/></Gather>'],
    ['stray text', 'Hello'],
  ])('is refused by name when it holds %s', (_, verbs) => {
    expect(codeOf(response(verbs))).toBe(12_200);
  });

  it('runs the verbs its README names, and refuses every other verb that the SDK can write', () => {
    const verbs = Object.getOwnPropertyNames(twilio.twiml.VoiceResponse.prototype)
      .filter((name) => !['constructor', 'comment', 'commentBefore', 'commentAfter', 'cleanText'].includes(name))
      .map((name) => name.charAt(0).toUpperCase() + name.slice(1));
    const run = verbs.filter((verb) => {
      const text = verb === 'Dial' || verb === 'Play' ? '+12025550100' : '';
      return codeOf(response(`<${verb}>${text}</${verb}>`)) === 0;
    });

    expect(run.toSorted()).toEqual(['Dial', 'Gather', 'Hangup', 'Pause', 'Play', 'Redirect', 'Reject', 'Say']);
    expect(verbs.length).toBeGreaterThan(15);
  });

  it('is refused when it is larger than 64 KB', () => {
    expect(codeOf(response(`<!-- ${'x'.repeat(64 * 1024)} -->`))).toBe(11_750);
  });

  it('may hold only Say, Play, Pause and Redirect while one waits', () => {
    expect(codeOf(response('<Say>a</Say><Play>b</Play><Pause/><Redirect/>'), 'wait')).toBe(0);
    expect(codeOf(response('<Hangup/>'), 'wait')).toBe(13_238);
    expect(codeOf(response('<Gather/>'), 'wait')).toBe(13_238);
  });
});
