import { describe, expect, it } from '@jest/globals';
import { documented } from '@appointments/runtime/test/documented';
import { requestAbout } from '@appointments/runtime/test/request';
import type { Intent } from '../domain/wake-up';
import { tellWakeUps } from './tell-wake-ups';

const intent = (purpose: Intent['purpose'], dueAt: string, state: Intent['state'], version = 1): Intent => ({
  appointmentId: 'apt_1',
  version,
  purpose,
  dueAt,
  state,
});

describe('what staff are told of wake-ups', () => {
  it('is each one with its purpose, its time and how far it came, soonest first', async () => {
    const tell = tellWakeUps({
      read: () =>
        Promise.resolve({
          state: { version: 1, cancelled: false },
          intents: [
            intent('call', '2026-12-01T15:00:00.000Z', 'planned'),
            intent('reminder-24h', '2026-11-30T15:00:00.000Z', 'said'),
          ],
        }),
    });

    const { status, body } = await tell(requestAbout('apt_1'));

    documented('GET /staff/appointments/{appointmentId}/wake-ups')(status, body);
    expect(body).toEqual({
      wakeUps: [
        { version: 1, purpose: 'reminder-24h', dueAt: '2026-11-30T15:00:00.000Z', state: 'said' },
        { version: 1, purpose: 'call', dueAt: '2026-12-01T15:00:00.000Z', state: 'planned' },
      ],
    });
  });

  it('is nothing for what can be no id, which never reaches the database', async () => {
    const tell = tellWakeUps({ read: () => Promise.reject(new Error('was asked')) });

    expect((await tell(requestAbout('a b'))).body).toEqual({ wakeUps: [] });
  });
});
