import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ALL_EVENTS, AppointmentCreated, CallDue } from '../src/index';
import { ConsumerManifest, type SchemaNode } from '../src/documents';
import {
  archivedEvents,
  consumerFolders,
  disagreements,
  judge,
  manifestOf,
  presentEvents,
  Released,
  type Events,
  type FedHandler,
} from './index';

const root = join(__dirname, '../../..');
const readJson = (file: string): unknown => JSON.parse(readFileSync(join(root, file), 'utf8'));
/** What some consumers read, whatever those of today do. */
const reading = (consumer: string, handlers: Record<string, Record<string, string[]>>): ConsumerManifest => ({
  consumer,
  handlers: Object.fromEntries(
    Object.entries(handlers).map(([name, events]) => [
      name,
      Object.fromEntries(Object.entries(events).map(([event, reads]) => [event, { version: 1, reads }])),
    ]),
  ),
});
const manifests = [
  reading('scheduler', { 'plan-wake-ups': { AppointmentCreated: ['data.localStart.client', 'data.startsAt'] } }),
  reading('telephony', {
    'on-call-due': { CallDue: ['data.startsAt'] },
    'project-appointment': { AppointmentCreated: ['data.localStart.agent'], AgentChanged: ['data.phone'] },
  }),
  reading('notifications', {
    'project-appointment': { AppointmentCreated: ['data.localStart.client'] },
    'send-messages': { AppointmentCreated: ['data.localStart.client'], CallFailed: ['data.reason'] },
  }),
];
const present = presentEvents(ALL_EVENTS);

/** The contracts with one of them changed at a place of its data. */
function changed(event: string, change: (data: Record<string, SchemaNode>, required: string[]) => void): Events {
  const events = structuredClone(present);
  const data = events[event]?.schema.properties?.['data'];
  change(data?.properties as Record<string, SchemaNode>, data?.required as string[]);
  return events;
}
const breaksOf = (after: Events) => judge(present, after, manifests).breaks;

describe('the contracts', () => {
  it('keep what was released', () => {
    const released = Released.parse(readJson('shared/events/released/contracts.json'));

    const committed = consumerFolders().map((folder) =>
      ConsumerManifest.parse(JSON.parse(readFileSync(join(folder, 'contracts.json'), 'utf8'))),
    );

    expect(judge(released.events, present, committed).breaks).toEqual([]);
  });

  it('read every form that was ever archived', () => {
    const archived = archivedEvents();

    const read = archived.map(({ file, envelope }) => {
      const contract = ALL_EVENTS.find(({ detailType }) => detailType === envelope.detailType);
      const detail = contract?.parse(envelope.detail);
      return detail?.data ? `${contract?.detailType}` : `${file}: ${envelope.detailType} is not read`;
    });
    expect(new Set(read)).toEqual(new Set(ALL_EVENTS.map(({ detailType }) => detailType)));
  });
});

describe('a change that breaks', () => {
  it('is told in one sentence with the event, the field, what changed and whom it breaks', () => {
    const removed = changed('CallDue', (data, required) => {
      delete data['startsAt'];
      required.splice(required.indexOf('startsAt'), 1);
    });

    expect(breaksOf(removed)).toEqual([
      'CallDue: data.startsAt was removed, which breaks telephony (on-call-due), which reads it.',
    ]);
  });

  it('of a group breaks whoever reads what is in it', () => {
    const removed = changed('AppointmentCreated', (data, required) => {
      delete data['localStart'];
      required.splice(required.indexOf('localStart'), 1);
    });

    expect(breaksOf(removed)).toEqual([
      'AppointmentCreated: data.localStart was removed, which breaks scheduler (plan-wake-ups), telephony (project-appointment) and notifications (project-appointment, send-messages), which read it.',
    ]);
  });

  it('of a field that nobody here reads breaks others still', () => {
    const renamed = changed('AppointmentCreated', (data) => {
      data['tzdb'] = { type: 'string', maxLength: 8 };
    });

    expect(breaksOf(renamed)).toContainEqual(
      'AppointmentCreated: data.tzdb is held to a narrower maxLength, which breaks the check of scheduler, telephony and notifications on events of the other form; no consumer here reads it, but other systems may.',
    );
  });

  it.each([
    [
      'a new field that must be there',
      'data.colour is new and must be there',
      (data: Record<string, SchemaNode>, required: string[]) => {
        data['colour'] = { type: 'string' };
        required.push('colour');
      },
    ],
    [
      'another type',
      'data.startsAt is of type "number" and was of type "string"',
      (data: Record<string, SchemaNode>) => {
        data['startsAt'] = { ...data['startsAt'], type: 'number' };
      },
    ],
    [
      'another meaning',
      'data.startsAt means "wall-time" and meant "instant"',
      (data: Record<string, SchemaNode>) => {
        data['startsAt'] = { ...data['startsAt'], 'x-meaning': 'wall-time' };
      },
    ],
    [
      'a mark of personal data',
      'data.startsAt is personal data and was not',
      (data: Record<string, SchemaNode>) => {
        data['startsAt'] = { ...data['startsAt'], 'x-personal': true };
      },
    ],
  ])('is %s', (_, what, change) => {
    expect(breaksOf(changed('CallDue', change))[0]).toContain(`CallDue: ${what}, which breaks `);
  });

  it('is a word, a version, a source or an event that is gone', () => {
    const { NotificationFailed: _, ...events } = changed('CallFailed', (data) => {
      data['reason'] = { ...data['reason'], enum: data['reason']?.enum?.slice(1) ?? [] };
    });
    const due = events['CallDue'];
    const agent = events['AgentChanged'];
    if (!due || !agent) throw new Error('the events are not there');

    expect(
      breaksOf({
        ...events,
        CallDue: { ...due, version: 2 },
        AgentChanged: { ...agent, source: 'appointments.agents' },
      }),
    ).toEqual([
      'AgentChanged: it comes from appointments.agents and came from appointments.booking, which breaks telephony (project-appointment), which reads it.',
      'CallDue: it has version 2 and had 1 (publish CallDueV2 beside it instead), which breaks telephony (on-call-due), which reads it.',
      'CallFailed: data.reason no longer takes "agent-unreachable", which breaks notifications (send-messages), which reads it.',
      'NotificationFailed: it was removed; no consumer here reads it, but other systems may.',
    ]);
  });
});

describe('a change that adds', () => {
  it('breaks nobody and is named for the changelog', () => {
    const added = changed('ReminderDue', (data) => {
      data['channel'] = { type: 'string' };
    });

    expect(judge(present, { ...added, Later: { source: 's', version: 1, schema: {} } }, manifests)).toEqual({
      breaks: [],
      adds: [
        { event: 'ReminderDue', says: 'data.channel is new and optional' },
        { event: 'Later', says: 'it is new' },
      ],
    });
  });
});

describe('a manifest', () => {
  const hearing = (handle: (data: Record<string, unknown>) => unknown): Record<string, FedHandler> => ({
    'on-call-due': { contracts: [CallDue], handler: async () => async (event: { data: never }) => handle(event.data) },
  });
  const written = (reads: readonly string[]): ConsumerManifest => ({
    consumer: 'telephony',
    handlers: { 'on-call-due': { CallDue: { version: 1, reads: [...reads] } } },
  });
  const always = ['metadata.correlationId', 'metadata.eventId', 'metadata.eventVersion', 'metadata.hops'];
  const complaints = async (committed: ConsumerManifest, handle: (data: Record<string, unknown>) => unknown) =>
    disagreements(committed, await manifestOf('telephony', hearing(handle)), ALL_EVENTS);

  it('that names what is read is agreed with', async () => {
    expect(await complaints(written([...always, 'data.startsAt']), (data) => data['startsAt'])).toEqual([]);
  });

  it('that lacks a field that is read is told so', async () => {
    expect(await complaints(written(always), (data) => data['startsAt'])).toEqual([
      "on-call-due reads data.startsAt of CallDue, which telephony's contracts.json does not name: npm run contracts -- manifests writes what is read",
    ]);
  });

  it('that names a field that is not read, not sent or not in the contract is told so', async () => {
    const fields = ['data.startsAt', 'metadata.occurredAt', 'data.colour'];

    expect(await complaints(written([...always, ...fields]), (data) => data['startsAt'])).toEqual([
      'on-call-due reads data.colour of CallDue, which the contract has no more',
      "telephony's contracts.json names metadata.occurredAt of CallDue, which on-call-due does not read: npm run contracts -- manifests writes what is read",
    ]);
  });

  it('of an event that is not heard, or of one that is heard unnamed, is told so', async () => {
    const other = { consumer: 'telephony', handlers: { 'on-call-due': { ReminderDue: { version: 1, reads: [] } } } };

    expect(await complaints(other, () => {})).toEqual([
      "telephony's contracts.json says that on-call-due hears ReminderDue, and it does not: npm run contracts -- manifests writes what is read",
      "on-call-due hears CallDue, which telephony's contracts.json does not name: npm run contracts -- manifests writes what is read",
    ]);
  });

  it('names what is read of copies, lists and groups, at the moment it is read', async () => {
    const handlers: Record<string, FedHandler> = {
      project: {
        contracts: [AppointmentCreated],
        handler: async () => async (event: { data: typeof AppointmentCreated.example.data }) => {
          const { client, agent, unproven = [] } = event.data;
          const kept = { ...agent };
          return [client.name, kept.agentId, unproven.includes('email')];
        },
      },
    };

    const { handlers: found } = await manifestOf('crm', handlers);

    expect(found['project']?.['AppointmentCreated']?.reads).toEqual([
      'data.agent.agentId',
      'data.agent.email',
      'data.agent.name',
      'data.agent.phone',
      'data.agent.timeZone',
      'data.client.name',
      'data.unproven',
      ...always,
    ]);
  });
});
