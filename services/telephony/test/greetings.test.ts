import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  checkGreeting,
  fetchGreeting,
  GreetingError,
  greetingsAtStart,
  LARGEST_GREETING,
  noteOn,
  requestFor,
} from '../greetings.mjs';
import { GreetingsConfig } from '../src/adapters/documents-config';

const AT = 'https://operator.example.com/twiml/greeting.xml';
const HELLO = '<Response><Say>{brand}: hello {client_name}.</Say></Response>';

const faultsOf = (document: string): readonly string[] => {
  try {
    checkGreeting(document, AT);
  } catch (error) {
    if (error instanceof GreetingError) return error.faults;
    throw error;
  }
  return [];
};

describe('a document as a greeting', () => {
  it('is kept as plain data that the function takes', () => {
    const parts = checkGreeting(
      `<?xml version="1.0" encoding="UTF-8"?>
       <!-- ours -->
       <Response>
         <Pause/>
         <Say voice="Polly.Lupe" language="es-US" loop="2">
           Hola &amp; bienvenido,
           {client_name} <![CDATA[<3]]> &#233;
         </Say>
         <Play loop="3">../music.mp3?a=1&amp;b=2</Play>
         <Pause length="2"/>
       </Response>`,
      AT,
    );

    expect(parts).toEqual([
      { pause: 1 },
      { say: 'Hola & bienvenido, {client_name} <3 é', voice: 'Polly.Lupe', language: 'es-US', loop: 2 },
      { play: 'https://operator.example.com/music.mp3?a=1&b=2', loop: 3 },
      { pause: 2 },
    ]);
    expect(GreetingsConfig.parse({ AGENT_GREETING: JSON.stringify(parts) }).AGENT_GREETING).toEqual(parts);
  });

  it.each(['{{client_name}}', '{{ client_name }}', '{{{client_name}}}'])(
    'may be written as a TwiML Bin is: %s',
    (mustache) => {
      expect(checkGreeting(`<Response><Say>Hello ${mustache}!</Say></Response>`, AT)).toEqual([
        { say: 'Hello {client_name}!' },
      ]);
    },
  );

  it.each([
    ['not XML', 'Hello', /^is not well-formed XML: line 1/],
    ['not closed', '<Response>\n<Say>Hello</Response>', /^is not well-formed XML: line 2/],
    ['with an entity of HTML', '<Response><Say>a&nbsp;b</Say></Response>', /&nbsp; is no entity/],
    ['with a bare &', '<Response><Say>Acme & Sons</Say></Response>', /char '&' is not expected/],
    ['with a DOCTYPE', '<!DOCTYPE Response><Response><Say>x</Say></Response>', /DOCTYPE/],
    ['a page', '<html><body>Not found</body></html>', /is not one <Response>/],
    ['empty', '<Response/>', /says nothing/],
    ['silence', '<Response><Pause/></Response>', /says nothing/],
    ['with an empty sentence', '<Response><Say> </Say></Response>', /<Say> says nothing/],
    ['asking for a key', '<Response><Gather><Say>x</Say></Gather></Response>', /asking for the key stays ours/],
    ['dialling', '<Response><Dial>+12025550100</Dial></Response>', /joining the two stays ours/],
    ['leading on', '<Response><Redirect>/next</Redirect></Response>', /nothing is fetched during a call/],
    ['hanging up', '<Response><Say>x</Say><Hangup/></Response>', /must go on to the question for the key/],
    ['recording', '<Response><Record/></Response>', /made of <Say>, <Play> and <Pause> alone/],
    ['with words outside', '<Response>Hello<Say>x</Say></Response>', /"Hello" stands outside <Say>/],
    ['with speech markup', '<Response><Say>Hello <break/> you</Say></Response>', /<Say> holds elements; only words/],
    ['with an unknown value', '<Response><Say>{name}</Say></Response>', /there is no \{name\} here/],
    ['with a Bin’s unknown value', '<Response><Say>{{Name}}</Say></Response>', /there is no \{Name\} here/],
    ['with a Bin’s condition', '<Response><Say>{{#brand}}x{{/brand}}</Say></Response>', /there is no \{#brand\} here/],
    ['with an open brace', '<Response><Say>{brand</Say></Response>', /a \{ is never closed/],
    ['with an impossible voice', '<Response><Say voice="Joe">x</Say></Response>', /Joe is no voice/],
    ['without an end', '<Response><Say loop="0">x</Say></Response>', /loop must be 1 to 3/],
    ['with a long pause', '<Response><Say>x</Say><Pause length="60"/></Response>', /length must be 1 to 5/],
    ['pressing keys', '<Response><Play digits="1">/x.mp3</Play></Response>', /<Play digits="…"> is not understood/],
    ['playing a file of this machine', '<Response><Play>file:///x.mp3</Play></Response>', /address of a sound file/],
    [
      'with a value in an address',
      '<Response><Play>/{brand}.mp3</Play></Response>',
      /nothing is filled into an address/,
    ],
    ['too long to say', `<Response><Say>${'word '.repeat(61)}</Say></Response>`, /takes about 21 seconds to say; 20/],
    ['said too often', `<Response><Say loop="3">${'word '.repeat(21)}</Say></Response>`, /takes about 21 seconds/],
    [
      'too large to be kept',
      `<Response>${'<Play>/a/path/to/some/sound/file.mp3</Play>'.repeat(20)}</Response>`,
      /^is too large: \d+ bytes as it is kept, where 1200 are the most$/,
    ],
  ])('is refused when it is %s', (_what, document, fault) => {
    expect(faultsOf(document)).toEqual([expect.stringMatching(fault)]);
  });

  it('is told all its faults at once', () => {
    expect(faultsOf('<Response><Say>{x}</Say><Say loop="9">y</Say><Dial/></Response>')).toHaveLength(3);
  });

  it('leaves room for the other variables of a function, both together', () => {
    expect(2 * LARGEST_GREETING).toBeLessThan(4096 * 0.6);
  });

  it('is noted when it does not begin by naming who calls', () => {
    const note = (document: string) => noteOn({ url: AT, parts: checkGreeting(document, AT) });

    expect(note(HELLO)).toBeUndefined();
    expect(note('<Response><Say>Hello {client_name}</Say><Say>{brand}</Say></Response>')).toMatch(
      /our opening sentence/,
    );
    expect(note('<Response><Play>/hello.mp3</Play></Response>')).toMatch(/our opening sentence/);
  });
});

let server: Server;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let url: string;

const xml = (body: string) => (_: IncomingMessage, response: ServerResponse) =>
  void response.writeHead(200, { 'content-type': 'text/xml' }).end(body);

beforeEach(async () => {
  server = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/greeting.xml`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe('an address of a greeting', () => {
  it('is fetched once, and what was found is kept with it', async () => {
    answer = xml(HELLO);

    expect(await fetchGreeting(url)).toEqual({ url, parts: [{ say: '{brand}: hello {client_name}.' }] });
  });

  it.each<[string, typeof answer, RegExp, boolean]>([
    ['is missing', (_, response) => void response.writeHead(404).end(), /status 404/, false],
    ['fails', (_, response) => void response.writeHead(503).end(), /status 503/, true],
    ['hangs up', (request) => void request.socket.destroy(), /does not answer/, true],
    ['says nothing for too long', () => undefined, /not within 0.2 seconds/, true],
    [
      'leads on',
      (_, response) => void response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
      /leads on to another address/,
      false,
    ],
    [
      'is served as text',
      (_, response) => void response.writeHead(200, { 'content-type': 'text/plain' }).end(HELLO),
      /is served as text\/plain, not as text\/xml/,
      false,
    ],
    ['is too large', xml(`<Response><Say>x</Say>${' '.repeat(65_536)}</Response>`), /is larger than 64 KB/, false],
    [
      'is not in UTF-8',
      (_, response) =>
        void response
          .writeHead(200, { 'content-type': 'text/xml' })
          .end(Buffer.from('<Response><Say>\xE9</Say></Response>', 'latin1')),
      /not written in UTF-8/,
      false,
    ],
    ['is no greeting', xml('<Response/>'), /says nothing/, false],
  ])('that %s is refused', async (_what, behaviour, fault, unanswered) => {
    answer = behaviour;

    await expect(fetchGreeting(url, { timeoutMs: 200 })).rejects.toMatchObject({
      name: 'GreetingError',
      message: expect.stringMatching(fault),
      unanswered,
    });
  });

  it('of a TwiML Bin, which fills in what it is asked with, is asked with our placeholders', () => {
    const asked = requestFor('https://handler.twilio.com/twiml/EH1?colour=blue');

    expect(Object.fromEntries(asked.searchParams)).toEqual({
      colour: 'blue',
      client_name: '{client_name}',
      agent_name: '{agent_name}',
      brand: '{brand}',
      time: '{time}',
    });
    expect(requestFor('https://operator.example.com/x.xml').search).toBe('');
  });

  it.each([
    ['http://operator.example.com/x.xml', /must begin with https/],
    ['ftp://127.0.0.1/x.xml', /must begin with https/],
    ['greeting.xml', /is no address/],
    ['https://user:secret@operator.example.com/', /has a name or a password/],
  ])('%s is not asked at all', async (address, fault) => {
    await expect(fetchGreeting(address)).rejects.toThrow(fault);
  });
});

describe('the greetings at the start on a laptop', () => {
  let folder: string;
  let file: string;
  let lines: string[];
  const start = (environment: Record<string, string>) =>
    greetingsAtStart(environment, file, { say: (line) => void lines.push(line), timeoutMs: 2000 });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'greetings-'));
    file = join(folder, 'state', 'greetings.json');
    lines = [];
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('are none, and nothing is written, where none is configured', async () => {
    expect(await start({ TWIML_URL_AGENT: '' })).toEqual({});
    expect(existsSync(file)).toBe(false);
  });

  it('are given to the functions, and kept', async () => {
    answer = (request, response) =>
      xml(request.url === '/agent' ? '<Response><Say>{brand}. Up!</Say></Response>' : HELLO)(request, response);

    const variables = await start({ TWIML_URL_AGENT: new URL('/agent', url).href, TWIML_URL_USER: url });

    expect(variables).toEqual({
      AGENT_GREETING: '[{"say":"{brand}. Up!"}]',
      CLIENT_GREETING: '[{"say":"{brand}: hello {client_name}."}]',
    });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ client: { url }, agent: { parts: [{}] } });
    expect(lines).toEqual([]);
  });

  it('are the kept copy, with a line that says so, when the same address does not answer', async () => {
    answer = xml(HELLO);
    const before = await start({ TWIML_URL_USER: url });
    answer = (_, response) => void response.writeHead(503).end();

    expect(await start({ TWIML_URL_USER: url })).toEqual(before);
    expect(lines).toEqual([
      'TWIML_URL_USER: the document does not answer: status 503; the copy that was checked before is used.',
    ]);
  });

  it('are an error when another address does not answer', async () => {
    answer = xml(HELLO);
    await start({ TWIML_URL_USER: url });
    answer = (_, response) => void response.writeHead(503).end();

    await expect(start({ TWIML_URL_USER: `${url}?other` })).rejects.toThrow(
      /TWIML_URL_USER: the document .* status 503/,
    );
    await expect(start({ TWIML_URL_AGENT: url })).rejects.toThrow(/TWIML_URL_AGENT/);
  });

  it('are an error when the document has become wrong, whatever was kept; the good copy is kept on', async () => {
    answer = xml(HELLO);
    await start({ TWIML_URL_USER: url });
    const good = readFileSync(file, 'utf8');
    answer = xml('<Response><Dial/></Response>');

    await expect(start({ TWIML_URL_USER: url })).rejects.toThrow(/joining the two stays ours/);
    expect(readFileSync(file, 'utf8')).toBe(good);
  });

  it('tell every fault of both documents', async () => {
    answer = xml('<Response><Dial/><Gather/></Response>');

    await expect(start({ TWIML_URL_USER: url, TWIML_URL_AGENT: url })).rejects.toMatchObject({
      faults: [
        expect.stringMatching(/^TWIML_URL_AGENT: the document <Dial>/),
        expect.stringMatching(/^TWIML_URL_AGENT: the document <Gather>/),
        expect.stringMatching(/^TWIML_URL_USER: the document <Dial>/),
        expect.stringMatching(/^TWIML_URL_USER: the document <Gather>/),
      ],
    });
  });

  it('name a kept file that cannot be read', async () => {
    answer = xml(HELLO);
    await start({ TWIML_URL_USER: url });
    writeFileSync(file, '{');

    await expect(start({ TWIML_URL_USER: url })).rejects.toThrow(file);
  });
});
