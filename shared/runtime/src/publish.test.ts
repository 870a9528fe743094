import { describe, expect, it } from '@jest/globals';
import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { CallDue } from '@appointments/events';
import { publish, PublishFailed } from './index';

type Entry = { Detail: string; EventBusName: string };

/** A bus that refuses the entries `refuse` names, as (version, time asked) pairs, with HTTP 200, as EventBridge does. */
function bus(refuse: (version: number, time: number) => boolean) {
  const calls: number[][] = [];
  const asked = new Map<number, number>();
  const client = {
    send: (command: { input: { Entries: Entry[] } }) => {
      const versions = command.input.Entries.map(
        (entry) => (JSON.parse(entry.Detail) as { data: { appointmentVersion: number } }).data.appointmentVersion,
      );
      calls.push(versions);
      const Entries = versions.map((version) => {
        const time = (asked.get(version) ?? 0) + 1;
        asked.set(version, time);
        return refuse(version, time) ? { ErrorCode: 'ThrottlingException' } : { EventId: 'e' };
      });
      return Promise.resolve({ FailedEntryCount: Entries.filter((entry) => 'ErrorCode' in entry).length, Entries });
    },
  } as unknown as EventBridgeClient;
  return { client, calls };
}

const events = (n: number) =>
  Array.from({ length: n }, (_, index) =>
    CallDue.create(
      { ...CallDue.example.data, appointmentVersion: index + 1 },
      { occurredAt: '2026-12-01T15:00:00.000Z' },
    ),
  );

describe('publishing', () => {
  it('puts ten events a call', async () => {
    const { client, calls } = bus(() => false);

    await publish(client, 'bus')(events(23));

    expect(calls.map((call) => call.length)).toEqual([10, 10, 3]);
  });

  it('sends again only what failed', async () => {
    const { client, calls } = bus((version, time) => version === 2 && time === 1);

    await publish(client, 'bus')(events(3));

    expect(calls).toEqual([[1, 2, 3], [2]]);
  });

  it('throws after three times, naming the places of what never went', async () => {
    const { client, calls } = bus((version) => version === 2);

    const attempt = publish(client, 'bus')(events(3));

    await expect(attempt).rejects.toThrow(PublishFailed);
    await expect(attempt).rejects.toMatchObject({
      failed: [1],
      message: '1 of the events were not taken by the bus: ThrottlingException',
    });
    expect(calls).toEqual([[1, 2, 3], [2], [2]]);
  });

  it('sends nothing that is too large, and what is beside it all the same', async () => {
    const { client, calls } = bus(() => false);
    const [first, second, third] = events(3);
    if (!first || !second || !third) throw new Error('there are three');
    const huge = {
      ...second,
      detail: { ...second.detail, data: { ...second.detail.data, notes: 'é'.repeat(530_000) } },
    };

    const attempt = publish(client, 'bus')([first, huge, third]);

    await expect(attempt).rejects.toMatchObject({
      failed: [1],
      message: expect.stringMatching(
        /^1 of the events were not taken by the bus: 10\d{5} bytes, and the bus takes 1048576/,
      ),
    });
    expect(calls).toEqual([[1, 3]]);
  });

  it('puts no more into a call than the bus takes at once', async () => {
    const { client, calls } = bus(() => false);
    const large = events(3).map((event) => ({
      ...event,
      detail: { ...event.detail, data: { ...event.detail.data, notes: 'n'.repeat(500_000) } },
    }));

    await publish(client, 'bus')(large);

    expect(calls).toEqual([[1, 2], [3]]);
  });

  it('does nothing for no events', async () => {
    const { client, calls } = bus(() => false);

    await publish(client, 'bus')([]);

    expect(calls).toEqual([]);
  });
});
