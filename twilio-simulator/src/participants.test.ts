import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Laboratory } from '../test/laboratory';
import {
  AGENT,
  ALL_EVENTS,
  CLIENT,
  FROM,
  closeLaboratories,
  openLaboratory,
  response,
  unsound,
} from '../test/laboratory';
import { DEFAULT_MUSIC } from './music';

const THIRD = '+12025550177';

let lab: Laboratory;
beforeEach(async () => {
  lab = await openLaboratory();
  lab.app.answer('/wait', response('<Play>/music.mp3</Play>'));
  lab.app.answer(
    '/agent',
    response(
      `<Dial><Conference waitUrl="/wait" startConferenceOnEnter="false" participantLabel="agent" statusCallback="/room"
        statusCallbackEvent="start end join leave hold modify speaker announcement">room</Conference></Dial>`,
    ),
  );
  for (const number of [AGENT, CLIENT, THIRD]) lab.simulator.setBehaviour(number, { behaviour: 'answer-silent' });
});
afterEach(async () => {
  await lab.world.quiet();
  expect(unsound(lab.app.received)).toEqual([]);
});
afterEach(closeLaboratories);

async function agentWaits(): Promise<string> {
  const { sid } = await lab.client.calls.create({ to: AGENT, from: FROM, url: `${lab.app.url}/agent` });
  await lab.world.quiet();
  return sid;
}
const participants = (key = 'room') => lab.client.conferences(key).participants;
async function bring(to: string, more: Record<string, unknown> = {}) {
  const participant = await participants().create({ to, from: FROM, ...more });
  await lab.world.quiet();
  return participant;
}
const room = () => lab.simulator.conferences().at(-1);
const events = () => lab.app.at('/room').map(({ params }) => params['StatusCallbackEvent']);

describe('a participant created by REST', () => {
  it('is called, and is in the room as soon as anybody answers', async () => {
    await agentWaits();

    const created = await participants().create({
      to: CLIENT,
      from: FROM,
      label: 'client',
      endConferenceOnExit: true,
      statusCallback: `${lab.app.url}/status`,
      statusCallbackEvent: ALL_EVENTS,
    });
    await lab.world.quiet();

    expect(created).toMatchObject({ status: 'queued', label: 'client', conferenceSid: room()?.sid, queueTime: '0' });
    expect(lab.statuses(created.callSid)).toEqual(['initiated', 'ringing', 'in-progress']);
    expect(room()).toMatchObject({ status: 'in-progress', participants: [{ label: 'agent' }, { label: 'client' }] });
    expect(await participants()('client').fetch()).toMatchObject({ status: 'connected', endConferenceOnExit: true });
    expect(events()).toEqual(['participant-join', 'participant-join', 'conference-start']);
  });

  it('makes the room where there is none of that name, and waits in it with music', async () => {
    const created = await bring(CLIENT, {
      waitUrl: `${lab.app.url}/wait`,
      conferenceStatusCallback: `${lab.app.url}/room`,
      conferenceStatusCallbackEvent: ['start', 'join'],
    });

    expect(room()).toMatchObject({ sid: created.conferenceSid, name: 'room', status: 'init' });
    expect(lab.heard(CLIENT)).toEqual([`♪ ${lab.app.url}/music.mp3`]);
    expect(events()).toEqual(['participant-join']);
  });

  it('needs a room that there is where a SID names it', async () => {
    const { conferenceSid } = await bring(CLIENT);
    await lab.simulator.act(CLIENT, { do: 'hangup' });

    for (const sid of [`CF${'0'.repeat(32)}`, conferenceSid])
      await expect(participants(sid).create({ to: CLIENT, from: FROM })).rejects.toMatchObject({
        status: 404,
        code: 20_404,
      });
  });

  it('is listed while it rings, and gone with its room when it does not answer', async () => {
    lab.simulator.setBehaviour(CLIENT, { behaviour: 'no-answer' });

    const created = await bring(CLIENT, { label: 'client', timeout: 20 });

    expect(await participants().list()).toMatchObject([{ callSid: created.callSid, status: 'ringing' }]);
    expect(await participants()('client').fetch()).toMatchObject({ callSid: created.callSid, status: 'ringing' });
    await expect(participants()('client').update({ muted: true })).rejects.toMatchObject({ code: 21_220 });
    await lab.world.advance(25);
    expect((await lab.client.calls(created.callSid).fetch()).status).toBe('no-answer');
    expect(room()?.status).toBe('completed');
  });

  it('that rings keeps its label for itself', async () => {
    lab.simulator.setBehaviour(CLIENT, { behaviour: 'manual' });
    await bring(CLIENT, { label: 'client' });

    await expect(participants().create({ to: THIRD, from: FROM, label: 'client' })).rejects.toMatchObject({
      code: 16_025,
    });
  });

  it('that rings is called off when it is removed, or when its room is ended', async () => {
    for (const number of [CLIENT, THIRD]) lab.simulator.setBehaviour(number, { behaviour: 'manual' });
    await agentWaits();
    const removed = await bring(CLIENT);
    const left = await bring(THIRD);

    await participants()(removed.callSid).remove();
    await lab.client.conferences(left.conferenceSid).update({ status: 'completed' });
    await lab.world.quiet();

    for (const { callSid } of [removed, left])
      expect((await lab.client.calls(callSid).fetch()).status).toBe('canceled');
  });

  it('that is a machine is in the room all the same, and detection says so by its callback alone', async () => {
    lab.simulator.setBehaviour(CLIENT, { behaviour: 'voicemail' });
    await agentWaits();

    const { callSid } = await bring(CLIENT, { machineDetection: 'Enable', amdStatusCallback: `${lab.app.url}/amd` });

    expect(room()?.participants.map(({ number }) => number)).toEqual([AGENT, CLIENT]);
    expect(lab.app.at('/amd').map(({ params }) => params)).toMatchObject([
      { CallSid: callSid, AnsweredBy: 'machine_start' },
    ]);
  });

  it.each([
    ['a label that is taken', { label: 'agent' }, 16_025],
    ['a room that is full', { maxParticipants: 2, to: THIRD }, 16_020],
    ['a Timeout below 5', { timeout: 4 }, 20_001],
    ['recording', { record: true }, 20_001],
    ['an event that does not exist', { conferenceStatusCallbackEvent: ['sing'] }, 20_001],
    ['coaching nobody', { coaching: true }, 20_001],
    ['coaching a stranger', { coaching: true, callSidToCoach: `CA${'0'.repeat(32)}` }, 20_001],
    ['an invalid To', { to: 'Ann' }, 21_211],
  ])('with %s is refused, and nobody is called', async (_, wrong, code) => {
    await agentWaits();
    await bring(CLIENT);
    const before = lab.simulator.calls().length;

    await expect(participants().create({ to: THIRD, from: FROM, ...wrong })).rejects.toMatchObject({
      status: 400,
      code,
    });

    expect(lab.simulator.calls()).toHaveLength(before);
  });
});

describe('a participant', () => {
  it('on hold hears the music asked for, nobody else, and is heard by nobody until it is back', async () => {
    lab.app.answer('/hold', response('<Say>Please hold.</Say>'));
    await agentWaits();
    await bring(CLIENT, { label: 'client' });
    expect(lab.simulator.earshot()).toEqual({ [AGENT]: [CLIENT], [CLIENT]: [AGENT] });

    await participants()('client').update({ hold: true, holdUrl: `${lab.app.url}/hold` });
    await lab.world.quiet();
    expect(lab.heard(CLIENT)).toEqual(['Please hold.']);
    expect(lab.simulator.earshot()).toEqual({});
    await participants()('client').update({ hold: false });
    await lab.world.quiet();

    expect(lab.simulator.earshot()).toEqual({ [AGENT]: [CLIENT], [CLIENT]: [AGENT] });
    expect(events().slice(3)).toEqual(['participant-hold', 'participant-unhold']);
    expect(lab.simulator.warnings()).toEqual([]);
  });

  it('whose hold music cannot be fetched stays in the room', async () => {
    await agentWaits();
    await bring(CLIENT, { label: 'client' });

    await participants()('client').update({ hold: true, holdUrl: `${lab.app.url}/nothing` });
    await lab.world.quiet();

    expect(await participants().list()).toMatchObject([{ label: 'agent' }, { label: 'client', hold: true }]);
    expect(lab.simulator.warnings()).toHaveLength(1);
  });

  it('that waits hears other music when it is given some', async () => {
    lab.app.answer('/news', response('<Say>Soon.</Say>'));
    await agentWaits();

    await participants()('agent').update({ waitUrl: `${lab.app.url}/news` });
    await lab.world.quiet();

    expect(lab.heard(AGENT)).toEqual([`♪ ${lab.app.url}/music.mp3`, 'Soon.']);
  });

  it('that is put on hold while it waits hears its waiting music again afterwards', async () => {
    await agentWaits();

    await participants()('agent').update({ hold: true });
    await participants()('agent').update({ hold: false });
    await lab.world.quiet();

    const music = `♪ ${lab.app.url}/music.mp3`;
    expect(lab.heard(AGENT)).toEqual([music, `♪ ${DEFAULT_MUSIC}`, music]);
  });

  it('who coaches is heard by the coached alone', async () => {
    const agent = await agentWaits();
    await bring(CLIENT, { label: 'client' });
    await bring(THIRD, { label: 'coach', coaching: true, callSidToCoach: agent });

    expect(await participants()('coach').fetch()).toMatchObject({ coaching: true, callSidToCoach: agent });
    expect(lab.simulator.earshot()).toMatchObject({ [THIRD]: [AGENT], [AGENT]: [CLIENT, THIRD] });
    expect(await participants().list({ coaching: true })).toHaveLength(1);
    await participants()('coach').update({ coaching: false });

    expect(lab.simulator.earshot()).toMatchObject({ [THIRD]: [AGENT, CLIENT] });
    expect(await participants()('coach').fetch()).toMatchObject({ coaching: false, callSidToCoach: null });
    await lab.world.quiet();
    expect(events().at(-1)).toBe('participant-modify');
  });

  it('who speaks is heard by the others, and the room tells of it', async () => {
    await agentWaits();
    await bring(CLIENT, { label: 'client' });

    await lab.simulator.act(CLIENT, { do: 'say', text: 'Good morning.' });
    await lab.world.quiet();

    expect(lab.heard(AGENT).at(-1)).toBe('“Good morning.”');
    expect(lab.heard(CLIENT)).toEqual([]);
    expect(events().slice(3)).toEqual(['participant-speech-start', 'participant-speech-stop']);
  });

  it('who is muted is heard by nobody', async () => {
    await agentWaits();
    await bring(CLIENT, { label: 'client', muted: true });

    await lab.simulator.act(CLIENT, { do: 'say', text: 'Can you hear me?' });

    expect(lab.heard(AGENT)).toEqual([`♪ ${lab.app.url}/music.mp3`]);
  });
});

describe('an announcement', () => {
  const announceUrl = () => `${lab.app.url}/announce`;
  beforeEach(() =>
    lab.app.answer(
      '/announce',
      response('<Say>One minute left.</Say>', '<Pause length="5"/>', '<Play>/bell.mp3</Play>'),
    ),
  );

  it('is heard by all in the room, once, and told when it is over', async () => {
    await agentWaits();
    const { conferenceSid } = await bring(CLIENT);

    await lab.client.conferences(conferenceSid).update({ announceUrl: announceUrl() });
    await lab.world.quiet();
    expect(events()).not.toContain('announcement-end');
    await lab.world.advance(5);

    for (const number of [AGENT, CLIENT])
      expect(lab.heard(number).slice(-2)).toEqual(['One minute left.', `♪ ${lab.app.url}/bell.mp3`]);
    expect(lab.app.at('/room').at(-1)?.params).toMatchObject({
      StatusCallbackEvent: 'announcement-end',
      AnnounceUrl: announceUrl(),
    });
  });

  it('to one participant is heard by that one alone', async () => {
    await agentWaits();
    await bring(CLIENT, { label: 'client' });

    await participants()('client').update({ announceUrl: announceUrl(), announceMethod: 'GET' });
    await lab.world.advance(5);

    expect(lab.heard(CLIENT)).toEqual(['One minute left.', `♪ ${lab.app.url}/bell.mp3`]);
    expect(lab.heard(AGENT)).not.toContain('One minute left.');
    expect(lab.app.at('/announce')[0]?.method).toBe('GET');
  });

  it('to a room that has not started is refused', async () => {
    await agentWaits();

    await expect(participants()('agent').update({ announceUrl: announceUrl() })).rejects.toMatchObject({ status: 400 });
    await expect(
      lab.client.conferences(room()?.sid ?? '').update({ announceUrl: announceUrl() }),
    ).rejects.toMatchObject({ status: 400 });

    expect(lab.app.at('/announce')).toEqual([]);
  });

  it('that cannot be fetched is told as failed, and the conversation goes on', async () => {
    lab.app.answer('/nothing', { status: 500 });
    await agentWaits();
    const { conferenceSid } = await bring(CLIENT);

    await lab.client.conferences(conferenceSid).update({ announceUrl: `${lab.app.url}/nothing` });
    await lab.world.quiet();

    expect(lab.app.at('/room').at(-1)?.params).toMatchObject({
      StatusCallbackEvent: 'announcement-fail',
      ReasonAnnouncementFailed: expect.stringContaining('HTTP retrieval failure'),
    });
    expect(room()?.status).toBe('in-progress');
  });

  it('goes on when the one leaves who came first', async () => {
    await agentWaits();
    const { conferenceSid } = await bring(CLIENT);
    await lab.client.conferences(conferenceSid).update({ announceUrl: announceUrl() });
    await lab.world.quiet();

    await lab.simulator.act(AGENT, { do: 'hangup' });
    await lab.world.advance(5);

    expect(lab.heard(CLIENT)).toEqual(['One minute left.', `♪ ${lab.app.url}/bell.mp3`]);
    expect(events().at(-1)).toBe('announcement-end');
  });

  it('ends with its room', async () => {
    await agentWaits();
    const { conferenceSid } = await bring(CLIENT);
    await lab.client.conferences(conferenceSid).update({ announceUrl: announceUrl() });
    await lab.client.conferences(conferenceSid).update({ status: 'completed' });
    await lab.world.advance(5);

    expect(events()).not.toContain('announcement-end');
    expect(lab.world.timers()).toEqual([]);
  });

  it('is not heard any more by one who left meanwhile', async () => {
    await agentWaits();
    const { conferenceSid } = await bring(CLIENT);
    await lab.client.conferences(conferenceSid).update({ announceUrl: announceUrl() });
    await lab.world.quiet();

    await lab.simulator.act(CLIENT, { do: 'hangup' });
    await lab.world.advance(5);

    expect(lab.heard(CLIENT)).toEqual(['One minute left.']);
    expect(lab.heard(AGENT).at(-1)).toBe(`♪ ${lab.app.url}/bell.mp3`);
  });
});
