import { describe, expect, it } from '@jest/globals';
import type { Agent, Appointment } from '../domain/projection';
import { peopleOf } from './people';

const appointment: Appointment = {
  appointmentId: 'apt_1',
  particulars: {
    revision: 1,
    client: { name: 'Ada', phone: '+12025550123', locale: 'es', localStart: '2026-12-01T16:00:00+01:00' },
    agent: { agentId: 'agt', name: 'Alex', phone: '+12025550100', localStart: '2026-12-01T10:00:00-05:00' },
  },
};
const peopleWith = (newest?: Agent) => peopleOf(appointment, { loadAgent: () => Promise.resolve(newest) });

describe('whom to phone', () => {
  it('is who the appointment names, with language and time of day', async () => {
    expect(await peopleWith()).toEqual({
      client: { name: 'Ada', phone: '+12025550123', locale: 'es', localStart: '2026-12-01T16:00:00+01:00' },
      agent: { name: 'Alex', phone: '+12025550100', localStart: '2026-12-01T10:00:00-05:00' },
    });
  });

  it('is the newest word on the agent, at the time of day the appointment carried', async () => {
    const people = await peopleWith({ agentId: 'agt', agentVersion: 2, name: 'Kim', phone: '+12025550177' });

    expect(people?.agent).toEqual({ name: 'Kim', phone: '+12025550177', localStart: '2026-12-01T10:00:00-05:00' });
  });

  it('is nobody before the appointment is known', async () => {
    expect(await peopleOf({ appointmentId: 'apt_1' }, { loadAgent: () => Promise.resolve(undefined) })).toBeUndefined();
  });
});
