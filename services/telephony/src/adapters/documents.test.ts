import { describe, expect, it } from '@jest/globals';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import fc from 'fast-check';
import { addresses } from '../app/addresses';
import { speakable, type People } from '../app/words';
import type { Answer } from '../domain/answer';
import { documents, FALLBACK_DOCUMENT, waitDocument } from './documents';
import { GreetingsConfig, VoiceConfig, type Greeting } from './documents-config';
import { MusicConfig } from './music-config';

const places = addresses('https://calls.example.com/');
const BRAND = 'Acme & Sons';
const options = { addresses: places, brand: BRAND, keySeconds: 8, agentLocale: 'en' };
const { render } = documents(options);
const inSpanish = documents({ ...options, agentLocale: 'es' }).render;

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>';
const DOCUMENT = '#rc=2&amp;rp=ct,rt,5xx&amp;ct=1500&amp;rt=4000';
const CALLBACK = '#rc=3&amp;rp=all&amp;rt=4000';
const EN = '<Say language="en-US">';
const ES = '<Say language="es-US">';
const gather = (leg: string, content: string) =>
  `${HEAD}<Response><Gather input="dtmf" numDigits="1" timeout="8" action="https://calls.example.com/calls/cs_1_1/${leg}/key${DOCUMENT}" method="POST" actionOnEmptyResult="true">` +
  `${content}</Gather></Response>`;

const agent = { sessionId: 'cs_1_1', leg: 'agent', n: 2 } as const;
const client = { sessionId: 'cs_1_1', leg: 'client', n: 1 } as const;
const people: People = {
  agent: { name: 'Alex Morgan', phone: '+12025550100', localStart: '2026-12-01T10:00:00-05:00' },
  client: { name: 'Ada Client', phone: '+12025550123', locale: 'en', localStart: '2026-12-01T16:30:00+01:00' },
};
const spanishClient: People = { ...people, client: { ...people.client, locale: 'es-MX' } };

describe('the documents', () => {
  it('greet the agent, to the letter, and ask for a key', () => {
    expect(render({ say: 'greeting', leg: 'agent', again: false }, agent, people)).toBe(
      gather(
        'agent/2',
        `${EN}This is Acme &amp; Sons, calling about your appointment.</Say>` +
          `${EN}Hello consultant. You have a scheduled appointment with Ada Client. They will be connected shortly. Please stay on the line.</Say>` +
          `${EN}Press 1 to take the call.</Say>`,
      ),
    );
  });

  it('greet the client, to the letter, and ask for a key', () => {
    expect(render({ say: 'greeting', leg: 'client', again: false }, client, people)).toBe(
      gather(
        'client/1',
        `${EN}This is Acme &amp; Sons, calling for your appointment.</Say>` +
          `${EN}Hello Ada Client, thank you for choosing Acme &amp; Sons. Your consultant is ready to speak with you.</Say>` +
          `${EN}Press 1 to be connected.</Say>`,
      ),
    );
  });

  it('greet a client in the language they booked in, at their own time', () => {
    expect(render({ say: 'greeting', leg: 'client', again: false }, client, spanishClient)).toBe(
      gather(
        'client/1',
        `${ES}Le llama Acme &amp; Sons por su cita de las 4:30 de la tarde.</Say>` +
          `${ES}Hola, Ada Client. Gracias por elegir Acme &amp; Sons. Ya puede hablar con Alex Morgan.</Say>` +
          `${ES}Presione 1 para iniciar la conversación.</Say>`,
      ),
    );
  });

  it('greet the agent in the agents’ language, at their own time, whatever the client speaks', () => {
    expect(inSpanish({ say: 'greeting', leg: 'agent', again: false }, agent, people)).toBe(
      gather(
        'agent/2',
        `${ES}Le llama Acme &amp; Sons por su cita de las 10 de la mañana.</Say>` +
          `${ES}Hola. Tiene una cita programada con Ada Client. Enseguida les comunicaremos. Por favor, permanezca en la línea.</Say>` +
          `${ES}Presione 1 para atender la llamada.</Say>`,
      ),
    );
    expect(render({ say: 'greeting', leg: 'agent', again: false }, agent, spanishClient)).toContain(
      'Hello consultant.',
    );
  });

  it.each([
    ['agent', agent, 'agent/2', 'Press 1 to take the call.'],
    ['client', client, 'client/1', 'Press 1 to be connected.'],
  ] as const)('ask the %s again after a wrong key, without the greeting', (leg, place, path, instruction) => {
    expect(render({ say: 'greeting', leg, again: true }, place, people)).toBe(
      gather(path, `${EN}That was another key.</Say>${EN}${instruction}</Say>`),
    );
  });

  it('let the agent wait in the room with music until the client comes', () => {
    expect(render({ say: 'conference', leg: 'agent', room: 's-cs_1_1-2', greet: false }, agent, people)).toBe(
      `${HEAD}<Response><Dial action="https://calls.example.com/calls/cs_1_1/agent/2/dialled${DOCUMENT}" method="POST">` +
        '<Conference startConferenceOnEnter="false" endConferenceOnExit="true" maxParticipants="2" participantLabel="agent" beep="false" ' +
        `waitUrl="https://calls.example.com/wait" waitMethod="GET" statusCallback="https://calls.example.com/calls/cs_1_1/agent/2/conference${CALLBACK}" ` +
        'statusCallbackMethod="POST" statusCallbackEvent="start end join leave">s-cs_1_1-2</Conference></Dial></Response>',
    );
  });

  it('send the client to the room, which starts with them and reports to the same place', () => {
    expect(render({ say: 'conference', leg: 'client', room: 's-cs_1_1-2', greet: false }, client, people)).toBe(
      `${HEAD}<Response><Dial action="https://calls.example.com/calls/cs_1_1/client/1/dialled${DOCUMENT}" method="POST">` +
        '<Conference startConferenceOnEnter="true" endConferenceOnExit="true" maxParticipants="2" participantLabel="client" beep="false" ' +
        `waitUrl="https://calls.example.com/wait" waitMethod="GET" statusCallback="https://calls.example.com/calls/cs_1_1/agent/2/conference${CALLBACK}" ` +
        'statusCallbackMethod="POST" statusCallbackEvent="start end join leave">s-cs_1_1-2</Conference></Dial></Response>',
    );
  });

  it('greet a client whom a machine detector accepted, before they are sent to the room', () => {
    const answer = { say: 'conference', leg: 'client', room: 's-cs_1_1-2', greet: true } as const;

    const [before, after] = render(answer, client, people).split('<Dial ');

    expect(before).toBe(
      `${HEAD}<Response>${EN}This is Acme &amp; Sons, calling for your appointment.</Say>` +
        `${EN}Hello Ada Client, thank you for choosing Acme &amp; Sons. Your consultant is ready to speak with you.</Say>`,
    );
    expect(`<Dial ${after}`).toBe(
      render({ ...answer, greet: false }, client, people).slice(`${HEAD}<Response>`.length),
    );
  });

  it.each<[Answer['say'], typeof agent | typeof client, string, string]>([
    [
      'bad-news',
      agent,
      `${EN}We could not reach Ada Client. We are sorry. Goodbye.</Say>`,
      `${ES}No hemos podido comunicarnos con Ada Client. Lo sentimos. Adiós.</Say>`,
    ],
    [
      'apology',
      client,
      `${EN}We are sorry, your consultant is not available at the moment. Goodbye.</Say>`,
      `${ES}Lo sentimos, Alex Morgan no puede atenderle en este momento. Adiós.</Say>`,
    ],
    ['hang-up', client, '', ''],
  ])('end a call with %s, in the language of whoever hears it', (say, place, english, spanish) => {
    const answer = { say } as Answer;

    expect(render(answer, place, people)).toBe(`${HEAD}<Response>${english}<Hangup/></Response>`);
    expect(inSpanish(answer, place, spanishClient)).toBe(`${HEAD}<Response>${spanish}<Hangup/></Response>`);
  });

  it('bear a session that has forgotten its people, or was written before they had a language', () => {
    const { locale: _locale, localStart: _localStart, ...before } = people.client;

    expect(render({ say: 'apology' }, client, undefined)).toContain('We are sorry, your consultant');
    expect(render({ say: 'greeting', leg: 'client', again: false }, client, { ...people, client: before })).toContain(
      'Hello Ada Client,',
    );
  });

  it('have a last resort that cannot fail', () => {
    expect(FALLBACK_DOCUMENT).toBe(
      `${HEAD}<Response><Say>We are sorry, something went wrong. Goodbye.</Say><Hangup/></Response>`,
    );
  });
});

describe('the wait', () => {
  const waiting = { addresses: places, musicUrl: '/hold-music.wav', agentLocale: 'en', brand: BRAND };

  it('is our music with a word now and then, and music alone at last', () => {
    const music = 'https://calls.example.com/hold-music.wav';
    const once = `<Play loop="4">${music}</Play>${EN}We are still calling. Please stay on the line.</Say>`;

    expect(waitDocument(waiting)).toBe(`${HEAD}<Response>${once.repeat(20)}<Play loop="0">${music}</Play></Response>`);
  });

  it('may be the operator’s music, in the agents’ language', () => {
    const musicUrl = 'https://sound.example.com/a.mp3?x=1&y=2';
    const once = `<Play loop="1">https://sound.example.com/a.mp3?x=1&amp;y=2</Play>${ES}Seguimos llamando. Por favor, permanezca en la línea.</Say>`;

    expect(waitDocument({ ...waiting, musicUrl, agentLocale: 'es' })).toBe(
      `${HEAD}<Response>${once.repeat(20)}<Play loop="0">https://sound.example.com/a.mp3?x=1&amp;y=2</Play></Response>`,
    );
  });
});

describe("an operator's own greeting", () => {
  const withGreetings = (greetings: Partial<Record<'agent' | 'client', Greeting>>) =>
    documents({ ...options, greetings: { agent: [], client: [], ...greetings } }).render;
  const greeting = { say: 'greeting', again: false } as const;

  it('stands in place of ours, and the question for the key stays ours', () => {
    const own = withGreetings({
      client: [
        { say: '{brand}: hello {client_name}, it is {time}.', voice: 'Polly.Amy', loop: 2 },
        { pause: 1 },
        { play: 'https://sound.example.com/a.mp3?a=1&b=2' },
      ],
    });

    expect(own({ ...greeting, leg: 'client' }, client, people)).toBe(
      gather(
        'client/1',
        '<Say voice="Polly.Amy" loop="2">Acme &amp; Sons: hello Ada Client, it is 4:30 PM.</Say><Pause length="1"/>' +
          `<Play>https://sound.example.com/a.mp3?a=1&amp;b=2</Play>${EN}Press 1 to be connected.</Say>`,
      ),
    );
    expect(own({ ...greeting, leg: 'agent' }, agent, people)).toBe(
      render({ ...greeting, leg: 'agent' }, agent, people),
    );
  });

  it('comes after our opening where it does not begin by naming who calls', () => {
    const own = withGreetings({ agent: [{ say: 'Your client is {client_name}.' }, { say: 'We are {brand}.' }] });

    expect(own({ ...greeting, leg: 'agent' }, agent, people)).toBe(
      gather(
        'agent/2',
        `${EN}This is Acme &amp; Sons, calling about your appointment.</Say><Say>Your client is Ada Client.</Say><Say>We are Acme &amp; Sons.</Say>` +
          `${EN}Press 1 to take the call.</Say>`,
      ),
    );
  });

  it('speaks times in its own language', () => {
    const own = withGreetings({ client: [{ say: '{brand}, {time}', language: 'es-ES' }] });

    expect(own({ ...greeting, leg: 'client' }, client, people)).toContain(
      '<Say language="es-ES">Acme &amp; Sons, las 4:30 de la tarde</Say>',
    );
  });
});

describe('the configuration of what is said', () => {
  it('is ours unless told otherwise', () => {
    expect(GreetingsConfig.parse({})).toEqual({ AGENT_GREETING: [], CLIENT_GREETING: [] });
    expect(GreetingsConfig.parse({ AGENT_GREETING: '', CLIENT_GREETING: '[{"pause":2}]' })).toEqual({
      AGENT_GREETING: [],
      CLIENT_GREETING: [{ pause: 2 }],
    });
    expect(MusicConfig.parse({})).toEqual({ HOLD_MUSIC_URL: '/hold-music.wav' });
    expect(VoiceConfig.parse({ BRAND_NAME: 'Acme' }).AGENT_LOCALE).toBe('en');
  });

  it.each([
    [GreetingsConfig, { AGENT_GREETING: 'https://example.com/greeting.xml' }],
    [GreetingsConfig, { AGENT_GREETING: '{}' }],
    [GreetingsConfig, { AGENT_GREETING: '[{"gather":1}]' }],
    [GreetingsConfig, { CLIENT_GREETING: '[{"say":"x","loop":0}]' }],
    [GreetingsConfig, { CLIENT_GREETING: '[{"play":"file:///etc/passwd"}]' }],
    [MusicConfig, { HOLD_MUSIC_URL: 'music.mp3' }],
    [MusicConfig, { HOLD_MUSIC_URL: 'javascript:alert(1)' }],
    [VoiceConfig, { BRAND_NAME: 'Acme', AGENT_LOCALE: 'de' }],
  ])('is refused where it makes no sense: %#', (schema, environment) => {
    expect(schema.safeParse(environment).success).toBe(false);
  });
});

describe('any name whatever', () => {
  const parser = new XMLParser({ trimValues: false, parseTagValue: false, processEntities: true, htmlEntities: true });
  /** Every sentence said in a document, as Twilio would read it. */
  const said = (document: string): readonly string[] => spokenIn(parser.parse(document));
  const spokenIn = (parsed: unknown): readonly string[] =>
    typeof parsed !== 'object' || parsed === null
      ? []
      : Object.entries(parsed).flatMap(([element, content]: [string, unknown]) =>
          element === 'Say' ? [content].flat().map(String) : spokenIn(content),
        );
  const name = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 150 }),
    // Lone surrogates too.
    fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 150 }).map((units) => String.fromCharCode(...units)),
    fc
      .array(
        fc.constantFrom(']]>', '<Say>', '</Say>', '&amp;', '&', '{brand}', '{client_name}', '{{time}}', '$&', '"', "'"),
      )
      .map((parts) => parts.join('')),
  );

  it('makes a well-formed document that says it, cleaned, and nothing besides', () => {
    fc.assert(
      fc.property(name, name, name, fc.constantFrom('en', 'es'), (clientName, agentName, brand, locale) => {
        const papers = documents({ ...options, brand, agentLocale: locale });
        const named: People = {
          agent: { ...people.agent, name: agentName },
          client: { ...people.client, name: clientName, locale },
        };
        const [nameOfClient, nameOfAgent, ourName] = [clientName, agentName, brand].map(speakable);

        const texts = (['agent', 'client'] as const).map((leg) => {
          const document = papers.render(
            { say: 'greeting', leg, again: false },
            leg === 'agent' ? agent : client,
            named,
          );
          expect(XMLValidator.validate(document)).toBe(true);
          return said(document);
        });
        const badNews = papers.render({ say: 'bad-news' }, agent, named);
        const apology = papers.render({ say: 'apology' }, client, named);

        expect(texts.map(({ length }) => length)).toEqual([3, 3]);
        for (const [opening, greeting] of texts) {
          expect(opening).toContain(ourName);
          expect(greeting).toContain(nameOfClient);
        }
        expect(said(badNews)).toEqual([expect.stringContaining(nameOfClient ?? '')]);
        expect(said(apology)).toHaveLength(1);
        if (locale === 'es') expect(said(apology)[0]).toContain(nameOfAgent);
      }),
    );
  });
});
