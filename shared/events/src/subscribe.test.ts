import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  ALL_EVENTS,
  AppointmentCreated,
  CallDue,
  CallFailed,
  ContractViolation,
  NotAnEvent,
  on,
  parse,
  subscribe,
  subscribeTo,
  UnexpectedEvent,
  UnknownVersion,
  unwrap,
  type EventContract,
} from './index';

const delivered = (contract: EventContract, changes: Record<string, unknown> = {}) => ({
  version: '0',
  id: '1',
  time: '2026-12-01T15:00:00Z',
  source: contract.source,
  'detail-type': contract.detailType,
  detail: contract.example,
  ...changes,
});
const withData = (contract: EventContract, data: Record<string, unknown>, metadata: Record<string, unknown> = {}) =>
  delivered(contract, {
    detail: {
      metadata: { ...contract.example.metadata, ...metadata },
      data: { ...(contract.example.data as object), ...data },
    },
  });

/** Every way in which an event comes. */
const WRAPPINGS: Readonly<Record<string, (event: unknown) => unknown>> = {
  'as JSON': (event) => JSON.stringify(event),
  'in a record of a queue': (event) => ({ messageId: 'm', body: JSON.stringify(event), attributes: {} }),
  'in a message of a queue': (event) => ({ MessageId: 'm', Body: JSON.stringify(event), ReceiptHandle: 'r' }),
  'in a notification of a topic': (event) => ({ Type: 'Notification', TopicArn: 't', Message: JSON.stringify(event) }),
  'in a record of a topic': (event) => ({ EventSource: 'aws:sns', Sns: { Message: JSON.stringify(event) } }),
  'in a batch of one': (event) => ({ Records: [event] }),
};

describe('an event', () => {
  it('is found in whatever it comes', async () => {
    const wrapping = fc.constantFrom(...Object.keys(WRAPPINGS));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...ALL_EVENTS),
        fc.array(wrapping, { maxLength: 3 }),
        async (contract: EventContract, wrappings) => {
          const event = delivered(contract, { 'replay-name': 'rebuild-1' });
          const wrapped = wrappings.reduce<unknown>((inner, name) => WRAPPINGS[name]?.(inner), event);

          expect(parse(contract, wrapped)).toEqual({
            ...contract.example,
            detailType: contract.detailType,
            source: contract.source,
            time: '2026-12-01T15:00:00Z',
            replayName: 'rebuild-1',
          });
        },
      ),
    );
  });

  it('is found where it is about to be published', () => {
    const { source, detailType, example } = CallDue;
    const entry = { Source: source, DetailType: detailType, Detail: JSON.stringify(example), EventBusName: 'bus' };

    expect(parse(CallDue, entry).data).toEqual(example.data);
    expect(parse(CallDue, CallDue.create(example.data, { occurredAt: '2026-12-01T15:00:00Z' })).data).toEqual(
      example.data,
    );
  });

  it.each([
    ['no JSON at all', 'Grace 555', 'input: not JSON'],
    ['no JSON in a record', { body: 'Grace 555' }, 'body: not JSON'],
    [
      'no JSON in a notification in a record',
      { body: JSON.stringify({ Message: 'Grace 555' }) },
      'body.Message: not JSON',
    ],
    ['something else', { hello: 'Grace' }, 'input: neither an event of a bus nor anything that holds one'],
    ['something else in a message', { Body: '{"hello":"Grace"}' }, 'Body: neither an event'],
    ['nothing', undefined, 'input: neither'],
    ['several records', { Records: [{}, {}] }, 'Records: holds 2 records; give them one by one'],
    ['no records', { Records: [] }, 'Records: holds 0 records'],
    ['no end', Array.from({ length: 20 }).reduce<unknown>((inner) => ({ Records: [inner] }), {}), 'Records.0: neither'],
  ])('is missed in %s, and what was given is not repeated', (_, input, message) => {
    const attempt = () => unwrap(input);

    expect(attempt).toThrow(NotAnEvent);
    expect(attempt).toThrow(message);
    expect(attempt).not.toThrow(/Grace/);
  });

  it('that was not asked for is told apart', () => {
    expect(() => parse([CallDue, CallFailed], delivered(AppointmentCreated))).toThrow(
      new UnexpectedEvent('AppointmentCreated from appointments.booking is none of CallDue, CallFailed'),
    );
  });

  it('of another system that has the same name is not ours', () => {
    expect(() => parse(CallDue, delivered(CallDue, { source: 'their.scheduler' }))).toThrow(UnexpectedEvent);
  });

  it('of another version is told apart from a broken one, also where it looks different', () => {
    const newer = withData(CallDue, { startsAt: 12 }, { eventVersion: 2 });

    expect(() => parse(CallDue, newer)).toThrow(UnknownVersion);
    expect(() => parse(CallDue, newer)).toThrow('CallDue: metadata.eventVersion: 2 is not the known version 1');
    expect(() => parse(CallDue, withData(CallDue, { startsAt: 12 }))).not.toThrow(UnknownVersion);
  });
});

describe('a subscriber', () => {
  it('hands each event to the handler of its name, and says which it was', async () => {
    const heard: unknown[] = [];
    const hear = subscribe({
      CallDue: ({ data }) => heard.push(data.startsAt),
      CallFailed: async ({ data, metadata }) => heard.push(data.reason, metadata.eventId),
    });

    const names = [await hear(delivered(CallDue)), await hear({ body: JSON.stringify(delivered(CallFailed)) })];

    expect(names).toEqual(['CallDue', 'CallFailed']);
    expect(heard).toEqual(['2026-12-01T15:00:00.000Z', 'agent-unreachable', CallFailed.example.metadata.eventId]);
  });

  it('ignores what it did not ask for, broken or of a name that nobody knows', async () => {
    const hear = subscribe({ CallDue: () => Promise.reject(new Error('asked')) });

    expect(await hear(delivered(CallFailed, { detail: {} }))).toBeUndefined();
    expect(await hear({ source: 'aws.ec2', 'detail-type': 'EC2 Instance State-change', detail: {} })).toBeUndefined();
  });

  it('refuses what breaks its contract before the handler is asked, naming path and fault', async () => {
    let asked = 0;
    const hear = subscribeTo(on(AppointmentCreated, () => (asked += 1)));
    const { client } = AppointmentCreated.example.data;

    const refused = await hear(withData(AppointmentCreated, { client: { ...client, phone: 'Grace 555' } })).then(
      () => undefined,
      (error: unknown) => error,
    );

    expect(refused).toBeInstanceOf(ContractViolation);
    expect(refused).toMatchObject({
      message: 'AppointmentCreated: data.client.phone: invalid_format',
      detailType: 'AppointmentCreated',
      faults: [{ path: 'data.client.phone', fault: 'invalid_format' }],
    });
    expect(asked).toBe(0);
  });

  it('lets through what its handler throws, so that the event comes again', async () => {
    const hear = subscribe({ CallDue: async () => Promise.reject(new Error('the CRM is down')) });

    await expect(hear(delivered(CallDue))).rejects.toThrow('the CRM is down');
  });

  it('knows its events when it is made', () => {
    expect(() => subscribe({ AppointmentForgotten: () => {} } as never)).toThrow(
      /There is no event AppointmentForgotten/,
    );
    expect(() =>
      subscribeTo(
        on(CallDue, () => {}),
        on(CallDue, () => {}),
      ),
    ).toThrow('CallDue is subscribed to twice');
  });
});
