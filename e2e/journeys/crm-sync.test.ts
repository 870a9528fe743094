import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AGENT, newClient, startSystem, type AlertView, type EventView, type System } from '../src/system';

const run = promisify(execFile);

/** The folder of the other system, whose assembly lies in its `cdk.out`. */
const CRM = join(__dirname, '../../examples/crm-sync');
const HEARD = [
  'AppointmentCreated',
  'AppointmentRescheduled',
  'AppointmentAmended',
  'AppointmentCancelled',
  'CallCompleted',
  'CallFailed',
];
const START_MS = 120_000;

interface LogLine {
  readonly service: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}
interface DeadLetter {
  readonly queue: string;
  readonly body: string;
}
type Entry = Readonly<Record<string, string | number>>;

/** What the other system knows, and how it is spoken to: through AWS's own calls, as its owner would. */
function crmOf(system: System) {
  const aws = async <T>(target: string, body: unknown): Promise<T> => {
    const { body: health } = await system.request<{ awsEndpoint: string }>('GET', '/_local/health');
    const response = await fetch(health.awsEndpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': target,
        'x-amz-date': '20261201T150000Z',
        authorization:
          'AWS4-HMAC-SHA256 Credential=ANYBODY/20261201/us-east-1/x/aws4_request, SignedHeaders=host, Signature=0',
      },
      body: JSON.stringify(body),
    });
    const answer = (await response.json()) as T;
    if (!response.ok) throw new Error(`${target}: ${JSON.stringify(answer)}`);
    return answer;
  };
  const entries = async (): Promise<readonly Entry[]> => {
    const { Items } = await aws<{ Items: Record<string, { S?: string; N?: string }>[] }>('DynamoDB_20120810.Scan', {
      TableName: await tableName(),
    });
    return Items.map((item) =>
      Object.fromEntries(Object.entries(item).map(([name, { S, N }]) => [name, S ?? Number(N)])),
    );
  };
  const lines = async () =>
    (await system.list<LogLine>('/_local/logs')).filter(({ service }) => service === 'crm-sync');
  const tableName = async () =>
    (await aws<{ TableNames: string[] }>('DynamoDB_20120810.ListTables', {})).TableNames.find((name) =>
      name.startsWith('crm-sync-Contacts'),
    );
  return {
    aws,
    entries,
    forget: async (appointmentId: string) =>
      void (await aws('DynamoDB_20120810.DeleteItem', {
        TableName: await tableName(),
        Key: { appointmentId: { S: appointmentId } },
      })),
    entry: async (appointmentId: string) => (await entries()).find((entry) => entry['appointmentId'] === appointmentId),
    lines,
    /** The ids of the events it was given, each once. */
    given: async () =>
      new Set((await lines()).flatMap(({ fields }) => (fields['eventId'] as string | undefined) ?? [])),
    deadLetters: async () =>
      (await system.list<DeadLetter>('/_local/dead-letters')).filter(({ queue }) => queue.startsWith('crm-sync')),
    send: async (bodies: readonly string[]) => {
      const { QueueUrls } = await aws<{ QueueUrls: string[] }>('AmazonSQS.ListQueues', {});
      const QueueUrl = QueueUrls.find((url) => url.includes('/crm-sync-Queue'));
      for (const MessageBody of bodies) await aws('AmazonSQS.SendMessage', { QueueUrl, MessageBody });
      await system.settle();
    },
  };
}

const later = async (system: System, hours: number) => {
  const from = (await system.now()).getTime() + hours * 3_600_000;
  const slot = (await system.slots()).find(({ startsAt }) => new Date(startsAt).getTime() > from);
  return new Date(slot?.startsAt ?? '').toISOString();
};

describe('a system of somebody else’s', () => {
  let system: System;
  let crm: ReturnType<typeof crmOf>;
  beforeAll(async () => {
    system = await startSystem({ REMINDERS: '1h' }, [CRM]);
    crm = crmOf(system);
  }, START_MS);
  afterAll(() => system.stop());

  const events = (since = 0) => system.list<EventView>(`/_local/events?after=${since}`);

  it('hears what it asked for and nothing else, while much else is said', async () => {
    const talked = await system.book({ startsAt: await later(system, 2) });
    const missed = await system.book({ startsAt: await later(system, 3) });
    const moved = await system.book({ startsAt: await later(system, 4) });
    await system.api.amendAppointment(moved, { notes: 'The blue door.' });
    await system.api.rescheduleAppointment(moved, { startsAt: await later(system, 6), timeZone: 'UTC' });
    const cancelled = await system.book({ startsAt: await later(system, 8) });
    await system.api.cancelAppointment(cancelled, {});
    const { body: staff } = await system.request<{ token: string }>('GET', '/_local/staff-token');
    await system.request(
      'PUT',
      '/staff/agents/agt_default',
      { name: 'Alex Morgan', email: 'alex@example.com', phone: AGENT, timeZone: 'UTC' },
      { authorization: `Bearer ${staff.token}` },
    );
    await system.behaves(AGENT, 'accept', 1);
    await system.behaves(talked.client.phone, 'accept', 1);
    await system.advanceTo(talked.startsAt);
    await system.advanceBy('PT2M');
    await system.person(AGENT, 'hangup');
    await system.behaves(AGENT, 'no-answer');
    await system.advanceTo(missed.startsAt);
    await system.advanceBy('PT15M');

    const said = await events();
    const asked = said.filter(({ detailType }) => HEARD.includes(detailType));
    const idOf = ({ detail }: EventView) => String(detail.metadata['eventId']);

    expect(new Set(said.map(({ detailType }) => detailType))).toEqual(
      new Set([...HEARD, 'AgentChanged', 'ReminderDue', 'CallDue', 'AgentAnswered', 'CallConnected']),
    );
    expect(await crm.given()).toEqual(new Set(asked.map(idOf)));
    expect((await crm.lines()).map(({ message }) => message)).not.toContain('not asked for');
    expect(await crm.deadLetters()).toEqual([]);

    const known = async ({ appointmentId }: { readonly appointmentId: string }) => crm.entry(appointmentId);
    const { name, email } = talked.client;
    expect(await known(talked)).toMatchObject({ name, email, status: 'booked', outcome: 'talked', seconds: 120 });
    expect(await known(missed)).toMatchObject({ status: 'booked', outcome: 'agent-unreachable' });
    expect(await known(moved)).toMatchObject({
      email: moved.client.email,
      startsAt: new Date((await system.appointment(moved)).startsAt).toISOString(),
      status: 'booked',
    });
    expect(await known(moved)).not.toHaveProperty('outcome');
    expect(await known(cancelled)).toMatchObject({ email: cancelled.client.email, status: 'cancelled' });

    const { stdout } = await run(process.execPath, [join(CRM, 'contacts.mjs'), '--laptop', system.url]);
    expect(stdout.trim().split('\n')).toHaveLength(4);
    expect(stdout).toContain(`${name} <${email}>  ${new Date(talked.startsAt).toISOString()}  booked, talked\n`);
  });

  it('keeps of a client what it needs, forgets it some day, and writes none of it to its log', async () => {
    const { client, appointmentId } = await system.book({ notes: 'The blue door.' });

    const entry = (await crm.entry(appointmentId)) ?? {};
    const log = JSON.stringify(await crm.lines());

    expect(Object.keys(entry).toSorted()).toEqual(
      ['appointmentId', 'contact', 'name', 'email', 'startsAt', 'status', 'keepUntil']
        .concat('detailsRank', 'standingRank')
        .toSorted(),
    );
    expect(Number(entry['keepUntil']) * 1000 - (await system.now()).getTime()).toBeGreaterThan(399 * 86_400_000);
    for (const secret of [client.name, client.email, client.phone, 'blue door']) {
      expect(log).not.toContain(secret);
      if (secret !== client.name && secret !== client.email) expect(JSON.stringify(entry)).not.toContain(secret);
    }
  });

  it('knows the same in the end in whatever order, and however often, it is told', async () => {
    const booking = await system.book({ startsAt: await later(system, 3) });
    await system.api.amendAppointment(booking, { name: 'Ada Newname', email: newClient().email });
    await system.api.rescheduleAppointment(booking, { startsAt: await later(system, 4), timeZone: 'UTC' });
    await system.api.cancelAppointment(booking, {});
    await system.settle();
    const told = (await system.eventsOf(booking.appointmentId)).filter(({ detailType }) => HEARD.includes(detailType));
    // An outcome too, which a cancelled appointment has only where it was called off under the call.
    const [created] = told;
    const outcome = {
      source: 'appointments.telephony',
      detailType: 'CallFailed',
      detail: {
        metadata: { ...created?.detail.metadata, eventId: 'CallFailed:cs' },
        data: {
          appointmentId: booking.appointmentId,
          appointmentVersion: 2,
          callSessionId: 'cs',
          leg: null,
          reason: 'cancelled',
          attempts: [],
        },
      },
    };
    const wanted = { ...(await crm.entry(booking.appointmentId)), outcome: 'cancelled', outcomeRank: 2 };
    const envelopes = [...told, outcome].map(({ source, detailType, detail }) =>
      JSON.stringify({ source, 'detail-type': detailType, detail }),
    );
    let runs = 0;

    expect(told.map(({ detailType }) => detailType)).toEqual(
      HEARD.slice(0, 4).toSpliced(1, 2, HEARD[2] ?? '', HEARD[1] ?? ''),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(envelopes, { minLength: envelopes.length }),
        fc.subarray(envelopes),
        async (all, again) => {
          runs += 1;
          const appointmentId = `apt_shuffled_${runs}`;
          const bodies = [...all, ...again].map((body) => body.replaceAll(booking.appointmentId, appointmentId));

          await crm.send(bodies);

          // When it is forgotten goes by whichever word came last.
          const { keepUntil, ...entry } = (await crm.entry(appointmentId)) ?? {};
          expect(keepUntil).toEqual(expect.any(Number));
          expect(entry).toEqual({ ...wanted, appointmentId, keepUntil: undefined });
        },
      ),
      { numRuns: 12 },
    );
  });

  it('parks what it cannot read and keeps what came with it', async () => {
    const client = newClient();
    const before = (await system.list<AlertView>('/_local/alerts')).length;

    await crm.send(['{"no":"event"}']);
    const { appointmentId } = await system.book(client);
    await system.advanceBy('PT10M');

    expect(await crm.entry(appointmentId)).toMatchObject({ email: client.email });
    expect((await crm.deadLetters()).map(({ body }) => body)).toEqual(['{"no":"event"}']);
    const told = (await system.list<AlertView>('/_local/alerts')).slice(before).map(({ subject }) => subject);
    expect(told).toEqual(['crm-sync-dead-letters']);
  });
});

describe('a system of somebody else’s that fails', () => {
  let folder: string;
  let system: System;
  let crm: ReturnType<typeof crmOf>;
  const template = () => join(folder, 'crm-sync/crm-sync.template.json');
  interface Properties {
    readonly Environment?: { readonly Variables: Record<string, unknown> };
    readonly EventPattern?: Record<string, unknown>;
  }
  const change = <T>(apply: (resources: readonly Properties[]) => T): T => {
    const parsed = JSON.parse(readFileSync(template(), 'utf8')) as {
      readonly Resources: Record<string, { readonly Properties?: Properties }>;
    };
    const result = apply(Object.values(parsed.Resources).flatMap(({ Properties }) => Properties ?? []));
    writeFileSync(template(), JSON.stringify(parsed));
    return result;
  };
  /** From the next start on its handler writes there; what it wrote to before. */
  const writesTo = (table: unknown) =>
    change((resources) => {
      const variables = resources.find(({ Environment }) => Environment)?.Environment?.Variables;
      const before = variables?.['TABLE_NAME'];
      if (variables) variables['TABLE_NAME'] = table;
      return before;
    });
  /** From the next start on its rules hear replays too, as with `hearReplays`. */
  const hearsReplays = () =>
    change((resources) => {
      for (const { EventPattern } of resources) delete EventPattern?.['replay-name'];
    });
  let itsTable: unknown;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'crm-'));
    cpSync(join(CRM, 'cdk.out'), join(folder, 'crm-sync'), { recursive: true });
    itsTable = writesTo('nowhere');
    system = await startSystem({}, [join(folder, 'crm-sync')]);
    crm = crmOf(system);
  }, START_MS);
  afterAll(async () => {
    await system.stop();
    rmSync(folder, { recursive: true });
  });

  it('disturbs nothing of ours, is told by its own alarm, and misses nothing once it is mended', async () => {
    const booking = await system.book();
    await system.behaves(AGENT, 'accept', 1);
    await system.behaves(booking.client.phone, 'accept', 1);
    await system.advanceTo(booking.startsAt);
    await system.person(AGENT, 'hangup');
    await system.advanceBy('PT10M');

    const ours = await system.appointment(booking);
    const letters = await system.list<DeadLetter>('/_local/dead-letters');
    const lost = await crm.deadLetters();

    expect(ours).toMatchObject({ status: 'completed', call: { outcome: 'completed' } });
    expect(await system.emailsAbout(booking.appointmentId)).not.toEqual([]);
    expect(letters).toHaveLength(lost.length);
    const names = lost.map(({ body }) => (JSON.parse(body) as Record<string, unknown>)['detail-type']);
    expect(new Set(names)).toEqual(new Set(['AppointmentCreated', 'CallCompleted']));
    expect(names).toHaveLength(2);
    expect((await system.list<AlertView>('/_local/alerts')).map(({ subject }) => subject)).toEqual([
      'crm-sync-dead-letters',
    ]);
    expect(await crm.entries()).toEqual([]);

    writesTo(itsTable);
    await system.restart();
    await crm.send(lost.map(({ body }) => body));

    expect(await crm.entry(booking.appointmentId)).toMatchObject({
      email: booking.client.email,
      status: 'booked',
      outcome: 'talked',
    });
  });

  it('hears what is replayed only where its rule says so, and has what it lost again', async () => {
    const { appointmentId, client } = await system.book();
    const kept = await crm.entry(appointmentId);
    const replay = async (ReplayName: string) => {
      const { Archives } = await crm.aws<{ Archives: { ArchiveName: string; EventSourceArn: string }[] }>(
        'AWSEvents.ListArchives',
        {},
      );
      const [{ ArchiveName, EventSourceArn } = { ArchiveName: '', EventSourceArn: '' }] = Archives;
      const now = (await system.now()).getTime() / 1000;
      await crm.aws('AWSEvents.StartReplay', {
        ReplayName,
        EventSourceArn: EventSourceArn.replace(/:event-bus.*/, `:archive/${ArchiveName}`),
        EventStartTime: now - 3 * 86_400,
        EventEndTime: now,
        Destination: { Arn: EventSourceArn },
      });
      await system.settle();
    };

    await crm.forget(appointmentId);
    await replay('unheard');
    const unheard = await crm.entry(appointmentId);
    hearsReplays();
    await system.restart();
    await replay('heard');
    await replay('heard-again');

    expect(kept).toMatchObject({ email: client.email, status: 'booked' });
    expect(unheard).toBeUndefined();
    expect(await crm.entry(appointmentId)).toEqual(kept);
    expect(await crm.deadLetters()).toHaveLength(2);
  });
});
