import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

const root = join(__dirname, '../..');
const STAGE = 'configcheck';
const file = join(root, 'infra/stages', `${STAGE}.json`);
const dev = readFileSync(join(root, 'infra/stages/dev.json'), 'utf8');

let document: string | null;
const server = createServer((_, response) => {
  if (document === null) response.writeHead(503).end();
  else response.writeHead(200, { 'content-type': 'text/xml' }).end(document);
});
let url: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/greeting.xml`;
});
afterAll(async () => {
  rmSync(file, { force: true });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  document = '<Response><Say>{{brand}}: hello {{client_name}}.</Say></Response>';
  writeFileSync(file, dev);
});

async function config(command: string, environment: Record<string, string>, ...more: string[]) {
  const child = spawn(process.execPath, [join(root, 'scripts/config.mjs'), command, '--stage', STAGE, ...more], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [status] = (await once(child, 'close')) as [number];
  return { status, said: said.replaceAll(/ {2,}/g, ' ') };
}
const stage = () => JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;

describe('npm run config -- check', () => {
  it('names every setting with a verdict, no secret and no value, and changes nothing', async () => {
    const { status, said } = await config('check', {
      AGENT_NAME: 'Kim Secret',
      TWILIO_ACCOUNT_SID: `AC${'1'.repeat(32)}`,
      TWILIO_AUTH_TOKEN: '2'.repeat(32),
    });

    expect(status).toBe(0);
    expect(said).toContain('AGENT_NAME looks right (the environment)');
    expect(said).toContain(`BRAND_NAME looks right (infra/stages/${STAGE}.json)`);
    expect(said).toContain('TWIML_URL_AGENT not set: our own greeting');
    expect(said).not.toMatch(/Kim|1111|2222/);
    expect(readFileSync(file, 'utf8')).toBe(dev);
  });

  it('says what is wrong with each, and what it must be', async () => {
    const { status, said } = await config('check', {
      AGENT_LOCALE: 'xx',
      AGENT_PHONE: '555',
      HOLD_MUSIC_URL: 'music.mp3',
      TWILIO_AUTH_TOKEN: '2'.repeat(32),
    });

    expect(status).toBe(1);
    expect(said).toContain('AGENT_LOCALE wrong: it must be a language there are words in');
    expect(said).toContain('AGENT_PHONE wrong: it must be a number in international form');
    expect(said).toContain('HOLD_MUSIC_URL wrong: it must be the address of a sound file');
    expect(said).toContain('TWILIO_ACCOUNT_SID wrong: it and TWILIO_AUTH_TOKEN belong together');
    expect(said).toContain('4 faults.');
  });

  it('fetches and checks the greetings, and keeps them in the stage’s file', async () => {
    const { status, said } = await config('check', { TWIML_URL_USER: url });

    expect(status).toBe(0);
    expect(said).toContain(`TWIML_URL_USER right: kept in infra/stages/${STAGE}.json`);
    expect(stage()).toEqual({
      ...(JSON.parse(dev) as object),
      greetings: { client: { url, parts: [{ say: '{brand}: hello {client_name}.' }] } },
    });
  });

  it('looks at a kept address again, and keeps what it finds', async () => {
    await config('check', { TWIML_URL_USER: url });
    document = '<Response><Say>{brand}. Good day.</Say></Response>';

    const { status } = await config('check', {});

    expect(status).toBe(0);
    expect(stage()['greetings']).toEqual({ client: { url, parts: [{ say: '{brand}. Good day.' }] } });
  });

  it('says every fault of a document, or that it does not answer, and leaves the copy as it is', async () => {
    await config('check', { TWIML_URL_USER: url });
    const before = readFileSync(file, 'utf8');
    document = '<Response><Gather/><Dial/></Response>';
    const broken = await config('check', {});
    document = null;
    const silent = await config('check', {});

    expect(broken.status).toBe(1);
    expect(broken.said).toContain('TWIML_URL_USER wrong: the document <Gather> has no place in a greeting');
    expect(broken.said).toContain('TWIML_URL_USER wrong: the document <Dial> has no place in a greeting');
    expect(silent.status).toBe(1);
    expect(silent.said).toContain('TWIML_URL_USER wrong: the document does not answer: status 503');
    expect(silent.said).toContain('stays as it is');
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('names a stage that does not exist', async () => {
    expect(await config('check', {}, '--stage', 'moon')).toEqual({
      status: 1,
      said: 'There is no stage moon: infra/stages/moon.json is missing. "store" begins one.\n',
    });
  });
});

describe('npm run config -- store', () => {
  it('writes what is said on the phone beside the other settings', async () => {
    const music = 'https://sound.example.com/a.mp3';

    const { status } = await config('store', { AGENT_LOCALE: 'es', HOLD_MUSIC_URL: music, TWIML_URL_AGENT: url });

    expect(status).toBe(0);
    expect(stage()).toMatchObject({
      agent: { locale: 'es' },
      holdMusicUrl: music,
      greetings: { agent: { url, parts: [{ say: '{brand}: hello {client_name}.' }] } },
    });
  });

  it('stores nothing when a document cannot be a greeting', async () => {
    document = '<Response><Dial/></Response>';

    const { status, said } = await config('store', { AGENT_LOCALE: 'es', TWIML_URL_AGENT: url });

    expect(status).toBe(1);
    expect(said).toContain('Nothing was stored:\nTWIML_URL_AGENT: the document <Dial> has no place in a greeting');
    expect(readFileSync(file, 'utf8')).toBe(dev);
  });
});
