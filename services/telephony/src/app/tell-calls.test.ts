import { describe, expect, it } from '@jest/globals';
import { documented } from '@appointments/runtime/test/documented';
import { requestAbout } from '@appointments/runtime/test/request';
import { AGENT, CLIENT, journey } from '../../test/journey';
import { callAnswer, tellCalls } from './tell-calls';

describe('what staff are told of a call', () => {
  it('is every attempt with how far it came, how long it rang and what became of it', () => {
    const call = journey();
    call.start();
    call.place('agent');
    call.status('agent', 1, 'ringing');
    call.answer('agent');
    call.press('agent');

    const answer = callAnswer(call.session);

    expect(answer).toMatchObject({ callSessionId: 'cs_1_1', version: 1, carrierDown: false, waitsFor: [] });
    expect(answer.ended).toBeUndefined();
    expect(answer.attempts.map(({ leg, n, stage }) => [leg, n, stage])).toEqual([
      ['agent', 1, 'human'],
      ['client', 1, 'reserved'],
    ]);
    expect(answer.attempts[0]).toMatchObject({
      placedAt: '2026-12-01T15:00:00.000Z',
      acceptedAt: '2026-12-01T15:00:00.000Z',
      acceptedBy: 'key',
    });
  });

  it('is as the API describes it, however far the call has come', () => {
    const check = documented('GET /staff/appointments/{appointmentId}/calls');
    const call = journey();
    const told = () => check(200, { calls: [callAnswer(call.session)] });

    told();
    call.start();
    told();
    call.engage('client');
    call.accept('agent');
    told();
    call.engage(undefined);
    call.pass(15);
    call.accept('client');
    call.room('start');
    told();
    call.status('client', 1, 'completed', 200);
    told();
    expect(() => check(200, { calls: [{ ...callAnswer(call.session), version: 'one' }] })).toThrow(/version/);
  });

  it('never holds a name or a number', () => {
    const call = journey();
    call.start();
    call.accept('agent');
    call.accept('client');

    const told = JSON.stringify(callAnswer(call.session));

    for (const own of ['Alex', 'Ada', AGENT, CLIENT]) expect(told).not.toContain(own);
  });

  it('says why a call failed, and of which leg', () => {
    const call = journey();
    call.start();
    for (const n of [1, 2, 3]) {
      if (n > 1) call.pass(60);
      call.place('agent', n);
      call.status('agent', n, 'busy', 486);
    }

    expect(callAnswer(call.session).ended).toMatchObject({
      type: 'failed',
      leg: 'agent',
      reason: 'agent-unreachable',
    });
  });

  it('is nothing where no call was ever begun', async () => {
    const tell = tellCalls({ ofAppointment: () => Promise.resolve([]), load: () => Promise.resolve(undefined) });

    expect((await tell(requestAbout('apt_1'))).body).toEqual({ calls: [] });
  });

  it('is nothing for what can be no id, which never reaches the database', async () => {
    const tell = tellCalls({
      ofAppointment: () => Promise.reject(new Error('was asked')),
      load: () => Promise.reject(new Error('was asked')),
    });

    expect((await tell(requestAbout('apt 1#session'))).body).toEqual({ calls: [] });
  });
});
