import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { engineIsHere, startEngine, type Engine } from '@appointments/runtime/test/database-engine';
import { phoneCode, signEmailToken } from '@appointments/runtime';
import { BOOKING, KEYS, NOW, publicApi, type PublicApi } from '../../test/api';
import { appointmentStore, type AppointmentStore } from './appointment-store';

(engineIsHere() ? describe : describe.skip)('confirmations over the real database engine', () => {
  let engine: Engine;
  let store: AppointmentStore;
  let api: PublicApi;
  beforeAll(async () => {
    engine = await startEngine();
  });
  afterAll(() => engine.stop());
  beforeEach(async () => {
    store = appointmentStore(engine.client, await engine.table());
    api = publicApi(store, () => NOW, {}, { toProve: ['email', 'phone'] });
  });

  const booked = async (): Promise<{ readonly appointmentId: string; readonly token: string }> => {
    const { json } = await api.create({ body: BOOKING });
    return { appointmentId: json.appointmentId, token: json.manageToken };
  };
  const right = (appointmentId: string) => phoneCode(KEYS, appointmentId, BOOKING.phone);
  const wrong = (appointmentId: string, nth: number) =>
    String((Number(right(appointmentId)) + nth) % 1_000_000).padStart(6, '0');

  it('are kept, and read as they were kept', async () => {
    const { appointmentId, token } = await booked();
    const emailToken = signEmailToken(KEYS, appointmentId, BOOKING.email, new Date('2026-12-01T15:30:00Z'));

    await api.confirm(appointmentId, { body: { phoneCode: wrong(appointmentId, 1) } });
    const [byMail, byText] = await Promise.all([
      api.confirm(appointmentId, { body: { emailToken } }),
      api.confirm(appointmentId, { body: { phoneCode: right(appointmentId) } }),
    ]);

    expect([byMail.status, byText.status]).toEqual([200, 200]);
    const appointment = await store.find(appointmentId);
    expect(appointment).toMatchObject({
      revision: 3,
      proof: { unproven: [], proven: ['email', 'phone'], codes: [{ wrongTries: 1 }] },
    });
    const read = await api.get(appointmentId, { token });
    expect(read.json.history.map(({ type }: { type: string }) => type).toSorted()).toEqual([
      'confirmed',
      'confirmed',
      'created',
      'wrong-code',
    ]);
  });

  it('have five wrong codes and no more, though twenty come at once', async () => {
    const { appointmentId } = await booked();

    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, nth) =>
        api.confirm(appointmentId, { body: { phoneCode: wrong(appointmentId, nth + 1) } }),
      ),
    );
    const after = await api.confirm(appointmentId, { body: { phoneCode: wrong(appointmentId, 30) } });

    // Those who wrote last too often were asked to try again, and were told nothing of their code.
    expect(answers.filter(({ status }) => status === 400).length).toBeLessThanOrEqual(4);
    expect(
      [...new Set(answers.map(({ status }) => status))].filter((status) => ![400, 429, 503].includes(status)),
    ).toEqual([]);
    expect([400, 429]).toContain(after.status);
    expect((await store.find(appointmentId))?.proof?.codes[0]?.wrongTries).toBeLessThanOrEqual(5);
  });
});
