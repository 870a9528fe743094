import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSystem, type EmailView, type EventView, type Slot, type System } from '../src/system';

const root = join(__dirname, '../..');

describe('the agents', () => {
  let system: System;
  let numbers = 30;
  beforeAll(async () => {
    system = await startSystem();
  }, 90_000);
  afterAll(() => system.stop());

  interface Agent {
    readonly name: string;
    readonly email: string;
    readonly phone: string;
    readonly timeZone: string;
    readonly workingHours?: string;
    readonly active?: boolean;
  }

  /** An agent nobody has had before, who works around the clock. */
  const newAgent = (): Agent & { readonly agentId: string } => {
    const serial = String(++numbers);
    return {
      agentId: `agt_${serial}`,
      name: `Anna Berg ${serial}`,
      email: `anna${serial}@example.com`,
      phone: `+120255501${serial}`,
      timeZone: 'Europe/Berlin',
      workingHours: '00:00-24:00',
    };
  };

  const authorization = async () => {
    const { token } = (await system.request<{ token: string }>('GET', '/_local/staff-token')).body;
    return { authorization: `Bearer ${token}` };
  };

  const put = async (agentId: string, agent: Agent) => {
    const { agentId: _, ...body } = { agentId, ...agent };
    const answer = await system.request<{ agentVersion: number }>(
      'PUT',
      `/staff/agents/${agentId}`,
      body,
      await authorization(),
    );
    await system.settle();
    return answer;
  };

  /** Who has just been put on the roster, with an appointment. */
  const booked = async () => {
    const { agentId, ...agent } = newAgent();
    expect((await put(agentId, agent)).status).toBe(200);
    const from = (await system.now()).toISOString().slice(0, 10);
    const { slots } = (
      await system.request<{ slots: Slot[] }>(
        'GET',
        `/availability?from=${from}&to=${from}&timeZone=UTC&agentId=${agentId}`,
      )
    ).body;
    const booking = await system.book({ agentId, startsAt: slots[1]?.startsAt ?? '' });
    return { agentId, agent, booking };
  };

  const mailsTo = async (address: string) =>
    (await system.list<EmailView>('/_local/emails')).filter((email) => email.to.includes(address));
  const changes = async (agentId: string) =>
    (await system.list<EventView>('/_local/events')).filter(
      ({ detailType, detail }) => detailType === 'AgentChanged' && detail.data['agentId'] === agentId,
    );

  it('are written by staff alone', async () => {
    const { agentId, ...agent } = newAgent();

    const stranger = await system.request('PUT', `/staff/agents/${agentId}`, agent);
    const listed = await system.request<{ agents: { agentId: string }[] }>(
      'GET',
      '/staff/agents',
      undefined,
      await authorization(),
    );

    expect([stranger.status, stranger.body]).toEqual([401, { message: 'Unauthorized' }]);
    expect(listed.body.agents.map((one) => one.agentId)).not.toContain(agentId);
    expect(await changes(agentId)).toEqual([]);
  });

  it('are rung at their new number for the appointments that were made before', async () => {
    const { agentId, agent, booking } = await booked();
    const phone = '+12025550191';
    const email = 'anna.new@example.com';

    const changed = await put(agentId, { ...agent, phone, email });
    await system.behaves(phone, 'accept', 1);
    await system.advanceTo(booking.startsAt);

    expect(changed).toMatchObject({ status: 200, body: { agentVersion: 2, phone, email } });
    expect(await system.callsTo(agent.phone)).toEqual([]);
    expect(await system.callsTo(phone)).toHaveLength(1);
    expect((await system.phone(booking.client.phone))?.state).toBe('ringing');
    expect((await changes(agentId)).map(({ detail }) => detail.data)).toMatchObject([
      { agentVersion: 1, phone: agent.phone, email: agent.email },
      { agentVersion: 2, phone, email },
    ]);
  });

  it('are rung at their new number from the next attempt on when they change between two', async () => {
    const { agentId, agent, booking } = await booked();
    const phone = '+12025550192';
    await system.behaves(agent.phone, 'no-answer');

    await system.advanceTo(booking.startsAt);
    await system.advanceBy('PT25S');
    await put(agentId, { ...agent, phone });
    await system.behaves(phone, 'accept', 1);
    await system.advanceBy('PT5M');

    expect(await system.callsTo(agent.phone)).toHaveLength(1);
    expect(await system.callsTo(phone)).toHaveLength(1);
    const answered = (await system.eventsOf(booking.appointmentId)).find(
      ({ detailType }) => detailType === 'AgentAnswered',
    );
    expect(answered?.detail.data).toMatchObject({ attempt: 2 });
  });

  it('have mail about the appointments that were made before at their new address', async () => {
    const { agentId, agent, booking } = await booked();
    const email = 'anna.other@example.com';
    await put(agentId, { ...agent, email });

    await system.request(
      'POST',
      `/appointments/${booking.appointmentId}/cancel`,
      {},
      { authorization: `Bearer ${booking.manageToken}` },
    );
    await system.settle();

    const subjects = async (address: string) => (await mailsTo(address)).map(({ subject }) => subject);
    expect(await subjects(agent.email)).toEqual([expect.stringContaining('booked for')]);
    expect(await subjects(email)).toEqual([expect.stringContaining('cancelled')]);
  });

  it('who take no new appointments are offered to nobody, and still take the calls that were agreed on', async () => {
    const { agentId, agent, booking } = await booked();
    const headers = { authorization: `Bearer ${booking.manageToken}` };

    await put(agentId, { ...agent, active: false });
    const asked = await system.request('POST', '/appointments', { ...booking.client, agentId });
    const moved = await system.request<{ errors: { message: string }[] }>(
      'POST',
      `/appointments/${booking.appointmentId}/reschedule`,
      { startsAt: new Date(Date.parse(booking.startsAt) + 3_600_000).toISOString(), timeZone: 'UTC' },
      headers,
    );
    const offered = await system.request<{ agents: { agentId: string }[] }>('GET', '/agents');
    await system.behaves(agent.phone, 'accept', 1);
    await system.behaves(booking.client.phone, 'accept', 1);
    await system.advanceTo(booking.startsAt);

    expect([asked.status, moved.status]).toEqual([400, 400]);
    expect(moved.body.errors.map(({ message }) => message)).toEqual([expect.stringContaining('takes no new times')]);
    expect(offered.body.agents.map((one) => one.agentId)).not.toContain(agentId);
    expect((await system.appointment(booking)).status).toBe('connected');
  });

  it('come from a file by the command, which finds the running system by itself', async () => {
    const run = (...args: string[]) =>
      promisify(execFile)(process.execPath, [join(root, 'scripts/agents.mjs'), ...args], {
        env: { PATH: process.env['PATH'], PORT: new URL(system.url).port },
      });

    const first = await run('import', join(root, 'docs/examples/agents.csv'));
    await system.settle();
    const again = await run('import', join(root, 'docs/examples/agents.csv'));
    const { stdout } = await run('list');

    expect(first.stderr).toContain('4 agents written.');
    expect(again.stderr).toContain('Nothing was written: all 4 agents are as the file says.');
    expect(stdout).toMatch(/^agt_anna +Anna Berg +\+12025550131 /m);
    expect(await changes('agt_anna')).toHaveLength(1);
    const agents = (await system.request<{ agents: { name: string }[] }>('GET', '/agents')).body.agents;
    expect(agents.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['Anna Berg', 'Lindqvist, Bo', 'Cleo Dubois']),
    );
    expect(agents.map(({ name }) => name)).not.toContain('Dan O’Neil');
  });
});
