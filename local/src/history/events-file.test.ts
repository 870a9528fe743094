import { describe, expect, it } from '@jest/globals';
import { AppointmentCreated, CallDue } from '@appointments/events';
import { readEvents, writeEvents } from './events-file';
import type { Envelope } from './envelope';

function event(id: string, time = '2026-12-01T15:00:00Z', more: object = {}): Envelope {
  const { source, detailType, example } = AppointmentCreated;
  return {
    id,
    source,
    'detail-type': detailType,
    account: '000000000000',
    time,
    region: 'us-east-1',
    resources: [],
    detail: { ...example, metadata: { ...example.metadata, occurredAt: time }, data: { ...example.data } },
    ...more,
  };
}
const lines = (...given: readonly (string | object)[]) =>
  given.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');

describe('a file of events', () => {
  it('is read as it was written, in order of time and each event once', () => {
    const [late, early] = [event('b', '2026-12-01T16:00:00Z'), event('a')];

    const { events, faults } = readEvents(writeEvents([late, early, late]));

    expect(faults).toEqual([]);
    expect(events).toEqual([early, late]);
  });

  it('may have empty lines, and a name of a replay is no part of an event', () => {
    const { events } = readEvents(lines('', { version: '0', ...event('a'), 'replay-name': 'for-real-1' }, ' ', ''));

    expect(events).toEqual([event('a')]);
  });

  it.each<[string, string | object, RegExp]>([
    ['is no JSON', '{"id":', /^It is not JSON\.$/],
    ['is no event', { hello: 1 }, /^It is no event of the bus: id: /],
    ['has a broken detail', { ...event('a'), detail: 'text' }, /^It is no event of the bus: detail: /],
    [
      'lacks a field',
      { ...event('a'), detail: { ...event('a').detail, data: { appointmentId: 'apt_1' } } },
      /^Its detail breaks the contract\. AppointmentCreated: data\.appointmentVersion: invalid_type/,
    ],
    [
      'is of a newer version',
      { ...event('a'), detail: { ...event('a').detail, metadata: { ...event('a').detail.metadata, eventVersion: 2 } } },
      /^AppointmentCreated is of version 2, and this code reads version 1: use the code that publishes it\.$/,
    ],
    ['is unknown', { ...event('a'), 'detail-type': 'Else' }, /^Nobody here knows the event Else/],
    [
      'comes from another service',
      { ...event('a'), source: CallDue.source },
      /^AppointmentCreated is published by appointments\.booking alone, not by appointments\.scheduler\.$/,
    ],
    [
      'is too large',
      { ...event('a'), filler: 'x'.repeat(1_200_000) },
      /^It has 1\.1 MB, and the bus takes 1 MB at most/,
    ],
  ])('with a line that %s says which line and what is wrong, and keeps the others', (_, line, message) => {
    const { events, faults } = readEvents(lines(event('before'), line, event('z-after')));

    expect(faults).toEqual([{ line: 2, message: expect.stringMatching(message) }]);
    expect(events.map(({ id }) => id)).toEqual(['before', 'z-after']);
  });

  it('never tells what a line says of a person', () => {
    const { client } = AppointmentCreated.example.data;
    const broken = { ...event('a').detail.data, client: { ...client, phone: '0049 171 secret' } };

    const { faults } = readEvents(lines({ ...event('a'), detail: { ...event('a').detail, data: broken } }));

    expect(faults).toHaveLength(1);
    expect(JSON.stringify(faults)).not.toMatch(/secret|Ada|example\.com/);
  });
});
