import { describe, expect, it } from '@jest/globals';
import { addresses } from '../app/addresses';
import type { Answer } from '../domain/answer';
import { documents, FALLBACK_DOCUMENT, waitDocument } from './documents';

const places = addresses('https://calls.example.com/');
const { render } = documents({ addresses: places, brand: 'Acme & Sons', keySeconds: 8 });
const HEAD = '<?xml version="1.0" encoding="UTF-8"?>';
const DOCUMENT = '#rc=2&amp;rp=ct,rt,5xx&amp;ct=1500&amp;rt=4000';
const CALLBACK = '#rc=3&amp;rp=all&amp;rt=4000';

const agent = { sessionId: 'cs_1_1', leg: 'agent', n: 2 } as const;
const client = { sessionId: 'cs_1_1', leg: 'client', n: 1 } as const;

describe('the documents', () => {
  it('greet the agent, to the letter, and ask for a key', () => {
    expect(render({ say: 'greeting', leg: 'agent' }, agent, 'Ada Client')).toBe(
      `${HEAD}<Response><Gather input="dtmf" numDigits="1" timeout="8" action="https://calls.example.com/calls/cs_1_1/agent/2/key${DOCUMENT}" method="POST" actionOnEmptyResult="true">` +
        '<Say>This is Acme &amp; Sons, calling about your appointment.</Say>' +
        '<Say>Hello consultant. You have a scheduled appointment with Ada Client. They will be connected shortly. Please stay on the line.</Say>' +
        '<Say>Press 1 to take the call.</Say></Gather></Response>',
    );
  });

  it('greet the client, to the letter, and ask for a key', () => {
    expect(render({ say: 'greeting', leg: 'client' }, client, 'Ada Client')).toBe(
      `${HEAD}<Response><Gather input="dtmf" numDigits="1" timeout="8" action="https://calls.example.com/calls/cs_1_1/client/1/key${DOCUMENT}" method="POST" actionOnEmptyResult="true">` +
        '<Say>This is Acme &amp; Sons, calling for your appointment.</Say>' +
        '<Say>Hello Ada Client, thank you for choosing Acme &amp; Sons. Your consultant is ready to speak with you.</Say>' +
        '<Say>Press 1 to be connected.</Say></Gather></Response>',
    );
  });

  it('let the agent wait in the room with music until the client comes', () => {
    expect(render({ say: 'conference', leg: 'agent', room: 's-cs_1_1-2', greet: false }, agent, 'Ada')).toBe(
      `${HEAD}<Response><Dial action="https://calls.example.com/calls/cs_1_1/agent/2/dialled${DOCUMENT}" method="POST">` +
        '<Conference startConferenceOnEnter="false" endConferenceOnExit="true" maxParticipants="2" participantLabel="agent" beep="false" ' +
        `waitUrl="https://calls.example.com/wait" waitMethod="GET" statusCallback="https://calls.example.com/calls/cs_1_1/agent/2/conference${CALLBACK}" ` +
        'statusCallbackMethod="POST" statusCallbackEvent="start end join leave">s-cs_1_1-2</Conference></Dial></Response>',
    );
  });

  it('send the client to the room, which starts with them and reports to the same place', () => {
    expect(render({ say: 'conference', leg: 'client', room: 's-cs_1_1-2', greet: false }, client, 'Ada')).toBe(
      `${HEAD}<Response><Dial action="https://calls.example.com/calls/cs_1_1/client/1/dialled${DOCUMENT}" method="POST">` +
        '<Conference startConferenceOnEnter="true" endConferenceOnExit="true" maxParticipants="2" participantLabel="client" beep="false" ' +
        `waitUrl="https://calls.example.com/wait" waitMethod="GET" statusCallback="https://calls.example.com/calls/cs_1_1/agent/2/conference${CALLBACK}" ` +
        'statusCallbackMethod="POST" statusCallbackEvent="start end join leave">s-cs_1_1-2</Conference></Dial></Response>',
    );
  });

  it.each<[Answer['say'], string]>([
    ['bad-news', '<Say>We could not reach Ada Client. We are sorry. Goodbye.</Say><Hangup/>'],
    ['apology', '<Say>We are sorry, your consultant is not available at the moment. Goodbye.</Say><Hangup/>'],
    ['hang-up', '<Hangup/>'],
  ])('end a call with %s', (say, body) => {
    expect(render({ say } as Answer, agent, 'Ada Client')).toBe(`${HEAD}<Response>${body}</Response>`);
  });

  it('play the music again and again', () => {
    expect(waitDocument(places)).toBe(
      `${HEAD}<Response><Play loop="0">https://calls.example.com/hold-music.wav</Play></Response>`,
    );
  });

  it('say any name whatever is in it', () => {
    const name = `\u0000A\uD800d\u0008a\n<Client> & "Co" {brand} ${'x'.repeat(500)}`;

    const document = render({ say: 'bad-news' }, agent, name);

    expect(document).toContain(
      `<Say>We could not reach Ada &lt;Client&gt; &amp; "Co" {brand} ${'x'.repeat(72)}. We are sorry.`,
    );
  });

  it('have something to say for a name that is nothing but unspeakable', () => {
    expect(render({ say: 'bad-news' }, agent, '\u0000\u0001')).toContain('We could not reach our client.');
  });

  it('have a last resort that cannot fail', () => {
    expect(FALLBACK_DOCUMENT).toBe(
      `${HEAD}<Response><Say>We are sorry, something went wrong. Goodbye.</Say><Hangup/></Response>`,
    );
  });
});
