import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Laboratory } from '../test/laboratory';
import { AGENT, CLIENT, FROM, closeLaboratories, openLaboratory, response, unsound } from '../test/laboratory';
import { createConferences } from './conferences';
import { DEFAULT_MUSIC } from './music';
import { memoryCollection } from './ports';
import type { ConferenceRecord } from './records';
import { openStore } from './records';
import { present } from './rooms';

let lab: Laboratory;
beforeEach(async () => {
  lab = await openLaboratory();
  lab.app.answer('/wait', response('<Say>Please wait.</Say>', '<Play loop="0">/music.mp3</Play>'));
  lab.app.answer('/after', response('<Say>The room is over.</Say>', '<Hangup/>'));
  for (const number of [AGENT, CLIENT, THIRD]) lab.simulator.setBehaviour(number, { behaviour: 'answer-silent' });
});
afterEach(async () => {
  await lab.world.quiet();
  expect(unsound(lab.app.received)).toEqual([]);
});
afterEach(closeLaboratories);

const THIRD = '+12025550177';
const EVENTS = 'start end join leave mute hold modify';

async function dial(to: string, attributes: string, options: { action?: string; next?: string } = {}): Promise<string> {
  const path = `/voice-${to.slice(1)}`;
  const { action = 'action="/after"', next = '' } = options;
  lab.app.answer(path, response(`<Dial ${action}><Conference ${attributes}>room</Conference></Dial>`, next));
  const { sid } = await lab.client.calls.create({ to, from: FROM, url: lab.app.url + path });
  await lab.world.quiet();
  return sid;
}
const dialAgent = (more = '') =>
  dial(
    AGENT,
    `startConferenceOnEnter="false" endConferenceOnExit="true" waitUrl="/wait" beep="false" participantLabel="agent"
     statusCallback="/room" statusCallbackEvent="${EVENTS}" ${more}`,
  );
const dialClient = (more = '') =>
  dial(
    CLIENT,
    `endConferenceOnExit="true" beep="false" participantLabel="client" statusCallback="/ignored" statusCallbackEvent="${EVENTS}" ${more}`,
  );
const phone = (number: string) => lab.simulator.phones().find((one) => one.number === number);
const room = () => lab.simulator.conferences().at(-1);
const roomEvents = () => lab.app.at('/room').map(({ params }) => params['StatusCallbackEvent']);
const statusOf = async (sid: string) => (await lab.client.calls(sid).fetch()).status;

describe('a conference', () => {
  it('lets one who may not start it wait with music', async () => {
    const agent = await dialAgent();

    expect(room()).toMatchObject({
      name: 'room',
      status: 'init',
      participants: [{ callSid: agent, number: AGENT, label: 'agent' }],
    });
    expect(lab.heard(AGENT)).toEqual(['Please wait.', `♪ ${lab.app.url}/music.mp3`]);
    expect(phone(AGENT)?.with).toEqual([]);
    expect(roomEvents()).toEqual(['participant-join']);
    expect(lab.world.timers().map(({ what }) => what)).toEqual([`time limit of ${agent}`]);
  });

  it('starts when two are there of whom one may start it', async () => {
    const agent = await dialAgent();
    const client = await dialClient();

    expect(room()?.status).toBe('in-progress');
    expect(phone(AGENT)?.with).toEqual([CLIENT]);
    expect(phone(CLIENT)?.with).toEqual([AGENT]);
    expect(lab.heard(CLIENT)).toEqual([]);
    expect(lab.app.at('/room').map(({ params }) => params)).toMatchObject([
      {
        StatusCallbackEvent: 'participant-join',
        SequenceNumber: '1',
        CallSid: agent,
        ParticipantLabel: 'agent',
        StartConferenceOnEnter: 'false',
        EndConferenceOnExit: 'true',
        Muted: 'false',
        Hold: 'false',
        Coaching: 'false',
        FriendlyName: 'room',
      },
      { StatusCallbackEvent: 'participant-join', SequenceNumber: '2', CallSid: client, ParticipantLabel: 'client' },
      { StatusCallbackEvent: 'conference-start', SequenceNumber: '3' },
    ]);
    expect(lab.app.at('/ignored')).toEqual([]);
  });

  it('does not start for two of whom none may', async () => {
    await dialAgent();
    await dial(CLIENT, 'startConferenceOnEnter="false" waitUrl=""');

    expect(room()?.status).toBe('init');
    expect(phone(AGENT)?.with).toEqual([]);
  });

  it('ends for all when one with endConferenceOnExit hangs up; the others go on with their Dial', async () => {
    const agent = await dialAgent();
    const client = await dialClient();

    await lab.simulator.act(CLIENT, { do: 'hangup' });
    await lab.world.quiet();

    expect(room()).toMatchObject({
      status: 'completed',
      participants: [{ leftAt: expect.any(String) }, { leftAt: expect.any(String) }],
    });
    expect(
      lab.app
        .at('/room')
        .slice(3)
        .map(({ params }) => params),
    ).toMatchObject([
      {
        StatusCallbackEvent: 'participant-leave',
        CallSid: client,
        ReasonParticipantLeft: 'participant_hung_up',
        ParticipantCallStatus: 'completed',
      },
      {
        StatusCallbackEvent: 'participant-leave',
        CallSid: agent,
        ReasonParticipantLeft: 'moderator_ended_conference',
        ParticipantCallStatus: 'in-progress',
      },
      {
        StatusCallbackEvent: 'conference-end',
        CallSidEndingConference: client,
        ParticipantLabelEndingConference: 'client',
        ReasonConferenceEnded: 'participant-with-end-conference-on-exit-left',
        SequenceNumber: '6',
      },
    ]);
    expect(lab.app.at('/after').map(({ params }) => params)).toMatchObject([
      { CallSid: agent, DialCallStatus: 'answered', DialBridged: 'true' },
    ]);
    expect(lab.app.at('/after')[0]?.params).not.toHaveProperty('DialCallSid');
    expect(lab.heard(AGENT).at(-1)).toBe('The room is over.');
    expect(await statusOf(agent)).toBe('completed');
  });

  it('goes on with the next verb where the Dial has no action', async () => {
    await dialAgent();
    await dial(CLIENT, '', { action: '', next: '<Say>Next verb.</Say>' });

    await lab.simulator.act(AGENT, { do: 'hangup' });
    await lab.world.quiet();

    expect(lab.heard(CLIENT)).toEqual(['Next verb.']);
  });

  it('ends when its last participant leaves', async () => {
    await dial(AGENT, 'waitUrl="" statusCallback="/room" statusCallbackEvent="end"');

    await lab.simulator.act(AGENT, { do: 'hangup' });
    await lab.world.quiet();

    expect(lab.app.at('/room').map(({ params }) => params)).toMatchObject([
      { StatusCallbackEvent: 'conference-end', ReasonConferenceEnded: 'last-participant-left' },
    ]);
    const [ended] = await lab.client.conferences.list({ status: 'completed' });
    expect(ended).toMatchObject({ friendlyName: 'room', reasonConferenceEnded: 'last-participant-left' });
  });

  it('is a new one, under the same name, once the old one has ended', async () => {
    await dialAgent();
    await lab.simulator.act(AGENT, { do: 'hangup' });
    await lab.world.quiet();
    await dialAgent();

    expect(lab.simulator.conferences().map(({ name, status }) => [name, status])).toEqual([
      ['room', 'completed'],
      ['room', 'init'],
    ]);
  });

  it('admits no second participant of one label, who goes on with the next verb', async () => {
    await dialAgent();

    const second = await dial(THIRD, 'participantLabel="agent"', { next: '<Say>Not admitted.</Say>' });

    expect(lab.heard(THIRD)).toEqual(['Not admitted.']);
    expect(lab.simulator.warnings()).toMatchObject([{ code: 16_025, callSid: second }]);
    expect(lab.app.at('/after')).toEqual([]);
  });

  it('admits no more than maxParticipants; the action hears that it failed', async () => {
    await dialAgent('maxParticipants="2"');
    await dialClient('maxParticipants="2"');

    const third = await dial(THIRD, 'maxParticipants="2"');

    expect(lab.app.at('/after').map(({ params }) => params)).toMatchObject([
      { CallSid: third, DialCallStatus: 'failed' },
    ]);
    expect(lab.simulator.warnings()).toMatchObject([{ code: 16_020 }]);
    expect(phone(AGENT)?.with).toEqual([CLIENT]);
  });

  it('ends a stay at the time limit of the Dial', async () => {
    await dialAgent();
    lab.app.answer(
      '/limited',
      response('<Dial timeLimit="60"><Conference>room</Conference></Dial>', '<Say>Time is up.</Say>'),
    );
    await lab.client.calls.create({ to: CLIENT, from: FROM, url: `${lab.app.url}/limited` });
    await lab.world.quiet();
    expect(room()?.status).toBe('in-progress');

    await lab.world.advance(60);

    expect(lab.heard(CLIENT)).toEqual(['Time is up.']);
  });

  it('lets one leave by the star key where the Dial allows it', async () => {
    lab.app.answer(
      '/star',
      response('<Dial hangupOnStar="true"><Conference waitUrl="">room</Conference></Dial>', '<Say>You left.</Say>'),
    );
    await lab.client.calls.create({ to: CLIENT, from: FROM, url: `${lab.app.url}/star` });
    await lab.world.quiet();

    await lab.simulator.act(CLIENT, { do: 'press', digit: '5' });
    await lab.world.quiet();
    expect(room()?.status).toBe('init');
    await lab.simulator.act(CLIENT, { do: 'press', digit: '*' });
    await lab.world.quiet();

    expect(lab.heard(CLIENT)).toEqual(['You left.']);
  });
});

describe('waiting', () => {
  it('plays music of the carrier where no waitUrl is given, and nothing for an empty one', async () => {
    await dial(AGENT, '');
    await dial(THIRD, 'startConferenceOnEnter="false" waitUrl=""').catch(() => undefined);

    expect(lab.heard(AGENT)).toEqual(['♪ http://twimlets.com/holdmusic?Bucket=com.twilio.music.classical']);
    expect(lab.heard(THIRD)).toEqual([]);
  });

  it('can tell news between pauses, document after document', async () => {
    let round = 0;
    lab.app.answer('/wait', () => response(`<Say>News ${(round += 1)}.</Say>`, '<Pause length="20"/>', '<Redirect/>'));
    await dialAgent();

    await lab.world.advance(45);

    expect(lab.heard(AGENT)).toEqual(['News 1.', 'News 2.', 'News 3.']);
  });

  it('plays an audio file as it is, asked by GET', async () => {
    lab.app.answer('/song', { type: 'audio/mpeg', body: 'x' });
    await dial(AGENT, 'waitUrl="/song" waitMethod="GET"');

    expect(lab.app.at('/song')[0]?.method).toBe('GET');
    expect(lab.heard(AGENT)).toEqual([`♪ ${lab.app.url}/song`]);
  });

  it.each([
    ['cannot be fetched', { status: 500 }, 11_200],
    ['holds a verb that may not stand there', { body: response('<Hangup/>') }, 13_238],
  ] as const)('fails the Dial when its document %s', async (_, reply, code) => {
    lab.app.answer('/wait', reply);

    await dialAgent();

    expect(lab.app.at('/after').map(({ params }) => params)).toMatchObject([
      { DialCallStatus: 'failed', DialBridged: 'false' },
    ]);
    expect(lab.simulator.warnings()).toMatchObject([{ code }]);
    expect(lab.app.at('/room').at(1)?.params['ReasonParticipantLeft']).toBe('participant_add_failed');
    expect(room()?.status).toBe('completed');
  });
});

describe('by REST', () => {
  it('a waiting participant given new TwiML leaves, hears it, and the interrupted action is asked as well', async () => {
    const agent = await dialAgent();

    await lab.client.calls(agent).update({ twiml: response('<Say>We are sorry. Goodbye.</Say>', '<Hangup/>') });
    await lab.world.quiet();

    expect(lab.heard(AGENT).at(-1)).toBe('We are sorry. Goodbye.');
    expect(lab.heard(AGENT)).not.toContain('The room is over.');
    expect(lab.app.at('/room').at(1)?.params['ReasonParticipantLeft']).toBe('participant_updated_via_api');
    expect(lab.app.at('/after')).toHaveLength(1);
    expect(await statusOf(agent)).toBe('completed');
  });

  it('a running room is listed, one that waits only when asked for', async () => {
    await dialAgent();
    expect(await lab.client.conferences.list()).toEqual([]);
    expect(await lab.client.conferences.list({ status: 'init', friendlyName: 'room' })).toHaveLength(1);

    await dialClient();

    expect(await lab.client.conferences.list()).toMatchObject([{ friendlyName: 'room', status: 'in-progress' }]);
  });

  it('participants are muted, held, changed and kicked, by SID or label', async () => {
    const agent = await dialAgent();
    const client = await dialClient();
    const sid = room()?.sid ?? '';
    const participants = lab.client.conferences(sid).participants;

    expect(await participants.list()).toMatchObject([{ callSid: agent }, { callSid: client }]);
    expect(await participants('client').update({ muted: true })).toMatchObject({ callSid: client, muted: true });
    expect(await participants(client).update({ hold: true })).toMatchObject({ hold: true });
    // On one who is held this is answered and changes nothing.
    expect(await participants(client).update({ endConferenceOnExit: false })).toMatchObject({
      endConferenceOnExit: true,
    });
    await participants(client).update({ hold: false, muted: false });
    await participants(client).update({ endConferenceOnExit: false });
    await participants(client).remove();
    await lab.world.quiet();

    expect(roomEvents().slice(3)).toEqual([
      'participant-mute',
      'participant-hold',
      'participant-unmute',
      'participant-unhold',
      'participant-modify',
      'participant-leave',
    ]);
    expect(await participants.list()).toMatchObject([{ callSid: agent }]);
    expect(lab.heard(CLIENT)).toEqual([`♪ ${DEFAULT_MUSIC}`, 'The room is over.']);
  });

  it('a room can be ended for all', async () => {
    await dialAgent();
    await dialClient();

    await lab.client.conferences(room()?.sid ?? '').update({ status: 'completed' });
    await lab.world.quiet();

    expect(room()?.status).toBe('completed');
    expect(lab.app.at('/room').at(-1)?.params).toMatchObject({ ReasonConferenceEnded: 'conference-ended-via-api' });
    expect(lab.app.at('/after')).toHaveLength(2);
    expect(await lab.client.conferences(room()?.sid ?? '').participants.list()).toEqual([]);
  });
});

describe('whatever people do', () => {
  it('a room runs only with two present, is empty when over, and each who joined is told once that it is over', () => {
    const calls = ['CA1', 'CA2', 'CA3'];
    const step = fc.record({
      call: fc.constantFrom(...calls),
      what: fc.constantFrom('join', 'leave', 'kick', 'end'),
      starts: fc.boolean(),
      ends: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const conferences = memoryCollection<ConferenceRecord>();
        const music = new Set<string>();
        const store = { ...openStore({ ...lab.world.ports, collection: () => memoryCollection() }), conferences };
        let sid = 0;
        const told: string[] = [];
        const events: string[] = [];
        const rooms = createConferences({
          store,
          accountSid: 'AC',
          now: () => 0,
          newSid: () => `CF${(sid += 1)}`,
          notify: (_, parameters) => void events.push(`${parameters['ConferenceSid']} ${parameters['SequenceNumber']}`),
          startMusic: (callSid) => void music.add(callSid),
          stopMusic: (callSid) => void music.delete(callSid),
          announce: () => undefined,
          stopAnnouncement: () => undefined,
          callOff: () => undefined,
        });
        let joins = 0;
        for (const { call, what, starts, ends } of steps) {
          if (what === 'join' && !rooms.of(call)) {
            const joined = rooms.join(
              call,
              call,
              {
                name: 'room',
                startConferenceOnEnter: starts,
                endConferenceOnExit: ends,
                waitUrl: '',
                waitMethod: 'POST',
                maxParticipants: 2,
                participantLabel: null,
                muted: false,
                coach: null,
                statusCallback: 'http://x',
                statusCallbackMethod: 'POST',
                statusCallbackEvents: ['join', 'leave', 'start', 'end'],
              },
              () => void told.push(call),
            );
            if (joined === 'joined') joins += 1;
          }
          if (what === 'leave') rooms.leave(call, 'participant_hung_up');
          if (what === 'kick') rooms.leave(call, 'participant_updated_via_api', 'kicked');
          if (what === 'end') rooms.end(rooms.of(call)?.sid ?? '');

          const running = [...conferences.values()].filter(({ status }) => status !== 'completed');
          const inside = running.flatMap((conference) => present(conference));
          expect(running.length).toBeLessThanOrEqual(1);
          expect(inside.length).toBeLessThanOrEqual(2);
          expect(joins - told.length).toBe(inside.length);
          for (const conference of conferences.values()) {
            const here = present(conference).length;
            if (conference.status === 'completed') expect(here).toBe(0);
            else expect(here).toBeGreaterThan(0);
          }
          expect(music.size).toBe(running[0]?.status === 'init' ? inside.length : 0);
        }
        expect(new Set(events).size).toBe(events.length);
      }),
    );
  });
});
