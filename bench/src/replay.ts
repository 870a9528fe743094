import {
  DescribeReplayCommand,
  EventBridgeClient,
  ListArchivesCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  StartReplayCommand,
} from '@aws-sdk/client-eventbridge';
import { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import { AgentChanged, AppointmentCreated } from '@appointments/events';
import { startSystem, type EmailView, type System } from '../../e2e/src/system';
import { tablesOf } from '../../e2e/src/tables';
import { peakMemoryMiB } from './memory';
import { table } from './statistics';

/** `REPLAY_EVENTS=2000 npm run bench -- replay` looks at fewer. */
const EVENTS = Number(process.env['REPLAY_EVENTS'] || 100_000);
const LIVE_EVENTS = Math.min(5000, EVENTS);
const A_MINUTE = 200;
const A_REQUEST = 500;
/** PutEvents takes so many. */
const AT_ONCE = 10;
const SENDERS = 8;

interface Clients {
  readonly events: EventBridgeClient;
  readonly queues: SQSClient;
  readonly busName: string;
}

/** A hundred thousand events filed, replayed into a projection and counted; then as many live as a laptop takes through rule, queue and handler. */
export async function benchReplay(): Promise<void> {
  const system = await startSystem();
  const { body } = await system.request<{ awsEndpoint: string; eventBusName: string }>('GET', '/_local/health');
  const settings = {
    endpoint: body.awsEndpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  const clients: Clients = {
    events: new EventBridgeClient(settings),
    queues: new SQSClient(settings),
    busName: body.eventBusName,
  };
  try {
    await replayed(system, clients);
    await live(system, clients);
  } finally {
    clients.events.destroy();
    clients.queues.destroy();
    await system.stop();
  }
}

async function replayed(system: System, clients: Clients): Promise<void> {
  const now = await system.now();
  const first = now.getTime() - (Math.ceil(EVENTS / A_MINUTE) + 1) * 60_000;
  const begun = performance.now();
  for (let done = 0; done < EVENTS; done += A_REQUEST) {
    const events = Array.from({ length: Math.min(A_REQUEST, EVENTS - done) }, (_, n) => created(done + n, first));
    const { status } = await system.request('POST', '/_local/archive', { events });
    if (status !== 200) throw new Error(`the archive answered ${status}`);
  }
  const filedSeconds = (performance.now() - begun) / 1000;

  const { Archives: [archive] = [] } = await clients.events.send(new ListArchivesCommand({}));
  const { rule, queueUrl } = await projection(clients);
  const started = performance.now();
  await clients.events.send(
    new StartReplayCommand({
      ReplayName: 'bench',
      EventSourceArn: archive?.EventSourceArn?.replace(/event-bus\/.*/, `archive/${archive.ArchiveName ?? ''}`),
      EventStartTime: new Date(first - 60_000),
      EventEndTime: now,
      Destination: { Arn: archive?.EventSourceArn, FilterArns: [rule] },
    }),
  );
  for (;;) {
    const { State } = await clients.events.send(new DescribeReplayCommand({ ReplayName: 'bench' }));
    if (State === 'FAILED') throw new Error('the replay failed');
    if (State === 'COMPLETED' && (await isEmpty(clients, queueUrl))) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const seconds = (performance.now() - started) / 1000;

  const tables = await tablesOf(system, 'notifications');
  const projected = (await tables.items()).filter(({ sk }) => sk === 'appointment').length;
  tables.close();
  const mails = (await system.list<EmailView>('/_local/emails')).length;
  const dead = (await system.list('/_local/dead-letters')).length;
  console.log(
    `\nA replay of ${EVENTS.toLocaleString('en-US')} events into the projection of notifications, on disk each`,
  );
  table([
    ['figure', 'measured', 'goal'],
    ['events filed a second', (EVENTS / filedSeconds).toFixed(0), ''],
    ['events replayed a second, rule, queue, handler and table', (EVENTS / seconds).toFixed(0), ''],
    ['seconds in all', seconds.toFixed(1), ''],
    ['memory at its highest, database included, MiB', peakMemoryMiB(system.pid()).toFixed(0), ''],
    ['projections missing', EVENTS - projected, 0],
    ['mails sent', mails, 0],
    ['dead letters', dead, 0],
    ['events published', (await system.list('/_local/events')).length, 0],
  ]);
}

async function live(system: System, clients: Clients): Promise<void> {
  const waiting = Array.from({ length: Math.ceil(LIVE_EVENTS / AT_ONCE) }, (_, n) => n).values();
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: SENDERS }, async () => {
      for (const batch of waiting) await putAgents(clients, batch);
    }),
  );
  const putSeconds = (performance.now() - begun) / 1000;
  await system.settle();
  const seconds = (performance.now() - begun) / 1000;
  const tables = await tablesOf(system, 'notifications');
  const known = (await tables.items()).filter(({ sk }) => sk === 'agent').length;
  tables.close();
  console.log(
    `\n${LIVE_EVENTS.toLocaleString('en-US')} live events, each to every subscription that hears AgentChanged`,
  );
  table([
    ['figure', 'measured', 'goal'],
    ['events a second taken by the bus', (LIVE_EVENTS / putSeconds).toFixed(0), ''],
    ['events a second through rule, queue and handler', (LIVE_EVENTS / seconds).toFixed(0), ''],
    ['lost', LIVE_EVENTS - known, 0],
  ]);
}

function created(n: number, first: number) {
  const at = new Date(first + Math.floor(n / A_MINUTE) * 60_000 + (n % A_MINUTE) * 100);
  const { source, detailType, detail } = AppointmentCreated.create(
    { ...AppointmentCreated.example.data, appointmentId: `apt_bench_${n}`, startsAt: '2099-12-01T15:00:00.000Z' },
    { occurredAt: at.toISOString() },
  );
  return {
    id: `bench-${n}`,
    source,
    'detail-type': detailType,
    account: '000000000000',
    time: `${at.toISOString().slice(0, 19)}Z`,
    region: 'us-east-1',
    resources: [],
    detail,
  };
}

async function putAgents({ events, busName }: Clients, batch: number): Promise<void> {
  const { FailedEntryCount } = await events.send(
    new PutEventsCommand({
      Entries: Array.from({ length: Math.min(AT_ONCE, LIVE_EVENTS - batch * AT_ONCE) }, (_, n) => {
        const agentId = `agt_bench_${batch * AT_ONCE + n}`;
        const event = AgentChanged.create(
          { ...AgentChanged.example.data, agentId },
          { occurredAt: new Date().toISOString() },
        );
        return {
          EventBusName: busName,
          Source: event.source,
          DetailType: event.detailType,
          Detail: JSON.stringify(event.detail),
        };
      }),
    }),
  );
  if (FailedEntryCount) throw new Error(`${FailedEntryCount} events were refused`);
}

/** The rule and the queue by which notifications keeps what it knows of appointments. */
async function projection({ events, queues, busName }: Clients): Promise<{ rule: string; queueUrl: string }> {
  const { Rules = [] } = await events.send(new ListRulesCommand({ EventBusName: busName }));
  const rule = Rules.find(({ Name = '' }) => /-notifications-ProjectAppointment/.test(Name));
  const { Targets = [] } = await events.send(new ListTargetsByRuleCommand({ EventBusName: busName, Rule: rule?.Name }));
  const { QueueUrl } = await queues.send(new GetQueueUrlCommand({ QueueName: Targets[0]?.Arn?.split(':').at(-1) }));
  return { rule: rule?.Arn ?? '', queueUrl: QueueUrl ?? '' };
}

async function isEmpty({ queues }: Clients, QueueUrl: string): Promise<boolean> {
  const { Attributes = {} } = await queues.send(
    new GetQueueAttributesCommand({
      QueueUrl,
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    }),
  );
  return Object.values(Attributes).every((count) => Number(count) === 0);
}
