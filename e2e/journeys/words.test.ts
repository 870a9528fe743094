import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AGENT, startSystem, type System } from '../src/system';

describe('what is said on the phone', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem({
      BRAND_NAME: 'Acme',
      AGENT_LOCALE: 'es',
      // As `npm start` makes it of the document that TWIML_URL_USER names.
      CLIENT_GREETING: '[{"say":"{brand} is calling, {client_name}. {agent_name} expects you at {time}."}]',
      HOLD_MUSIC_URL: 'https://sound.example.com/music.mp3',
    });
  }, 90_000);
  afterAll(() => system.stop());

  it('is in the language and at the time of whoever listens, with the operator’s greeting and music', async () => {
    const slot = (await system.slots()).find(({ startsAt }) => new Date(startsAt).getUTCMinutes() === 30);
    const booking = await system.book({
      startsAt: slot?.startsAt ?? '',
      timeZone: 'America/New_York',
      locale: 'es-MX',
    });
    await system.behaves(AGENT, 'accept');
    await system.behaves(booking.client.phone, 'accept');

    await system.advanceTo(new Date(new Date(booking.startsAt).getTime() + 60_000));

    // Agent and client live in the same zone here, half past something in the working day.
    const time = String.raw`(1?\d):30`;
    const agent = (await system.phone(AGENT))?.heard ?? [];
    const client = (await system.phone(booking.client.phone))?.heard ?? [];
    expect(agent).toEqual([
      expect.stringMatching(
        new RegExp(`^Le llama Acme por su cita de las? ${time} de(l| la) (mañana|mediodía|tarde)\\.$`),
      ),
      `Hola. Tiene una cita programada con ${booking.client.name}. Enseguida les comunicaremos. Por favor, permanezca en la línea.`,
      'Presione 1 para atender la llamada.',
      '♪ https://sound.example.com/music.mp3',
    ]);
    expect(client).toEqual([
      expect.stringMatching(
        new RegExp(`^Acme is calling, ${booking.client.name}\\. Alex Morgan expects you at ${time} [AP]M\\.$`),
      ),
      'Presione 1 para iniciar la conversación.',
    ]);
  });
});
