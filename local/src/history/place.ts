import {
  DescribeArchiveCommand,
  DescribeEventBusCommand,
  EventBridgeClient,
  ListArchivesCommand,
} from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { CannotDo } from './problem';

/** Where the bus is: a deployment, or the laptop cloud, which answers the same API. */
export interface Place {
  /** As a sentence has it: `in dev`, `on this laptop`. */
  readonly where: string;
  readonly busName: string;
  readonly events: EventBridgeClient;
  readonly queues: SQSClient;
  readonly now: () => Promise<number>;
  /** The front door of a laptop cloud, with its control interface; a deployment has none. */
  readonly laptop: { readonly url: string; readonly awsEndpoint: string } | undefined;
  /** How long something takes there: a replay on AWS needs a minute to begin, and what it sent last is still on its way when it has completed. */
  readonly patience: Patience;
  readonly close: () => void;
}

export interface Patience {
  readonly lookEveryMs: number;
  /** So many receives in a row must find nothing, each waiting so long, before nothing is taken to come any more. */
  readonly quietRounds: number;
  readonly quietSeconds: number;
}

const AWS_PATIENCE: Patience = { lookEveryMs: 2000, quietRounds: 2, quietSeconds: 20 };
const LAPTOP_PATIENCE: Patience = { lookEveryMs: 50, quietRounds: 1, quietSeconds: 0 };

export interface Archive {
  readonly name: string;
  readonly arn: string;
  readonly busArn: string;
  readonly createdAt: number;
  readonly retentionDays: number;
  readonly eventCount: number;
}

const Health = z.object({
  status: z.literal('ready'),
  awsEndpoint: z.string(),
  awsRegion: z.string(),
  eventBusName: z.string(),
});
const LOCAL = { accessKeyId: 'local', secretAccessKey: 'local' };

async function healthAt(url: string): Promise<z.infer<typeof Health> | undefined> {
  const answer = await fetch(`${url}/_local/health`, { signal: AbortSignal.timeout(10_000) }).catch(() => undefined);
  if (answer?.status !== 200) {
    await answer?.body?.cancel();
    return undefined;
  }
  const parsed = Health.safeParse(await answer.json().catch(() => undefined));
  return parsed.success ? parsed.data : undefined;
}

/** A deployment by its stage, any endpoint of AWS's API, or the laptop cloud that runs (`PORT` says where). */
export async function findPlace(
  given: { readonly stage?: string | undefined; readonly endpoint?: string | undefined },
  environment: NodeJS.ProcessEnv,
): Promise<Place> {
  const { stage, endpoint } = given;
  if (stage !== undefined && !/^[a-z][a-z0-9-]{0,30}$/.test(stage))
    throw new CannotDo(`--stage ${JSON.stringify(stage)} is no stage: it is the name of a file in infra/stages.`);
  if (endpoint !== undefined && (!URL.canParse(endpoint) || !/^https?:$/.test(new URL(endpoint).protocol)))
    throw new CannotDo(`--endpoint must be an address, like http://localhost:3000, not ${JSON.stringify(endpoint)}.`);
  const url = (endpoint ?? `http://localhost:${environment['PORT'] || 3000}`).replace(/\/+$/, '');
  const health = stage === undefined || endpoint !== undefined ? await healthAt(url) : undefined;
  if (health !== undefined) return laptopAt(url, health);
  if (stage === undefined && endpoint === undefined) {
    throw new CannotDo(
      `No laptop cloud answers at ${url}: run "npm start" first (PORT says where it is), or name a deployment with --stage.`,
    );
  }
  const region = environment['AWS_REGION'] || environment['AWS_DEFAULT_REGION'];
  if (!region && endpoint === undefined)
    throw new CannotDo('AWS_REGION is not set: say in which Region the deployment is, like AWS_REGION=eu-central-1.');
  const settings = { region: region || 'us-east-1', ...(endpoint === undefined ? {} : { endpoint }) };
  const events = new EventBridgeClient(settings);
  const queues = new SQSClient(settings);
  return {
    where: `in ${stage ?? 'dev'}`,
    busName: `appointments-${stage ?? 'dev'}`,
    events,
    queues,
    now: () => Promise.resolve(Date.now()),
    laptop: undefined,
    patience: AWS_PATIENCE,
    close: () => {
      events.destroy();
      queues.destroy();
    },
  };
}

function laptopAt(url: string, health: z.infer<typeof Health>): Place {
  const settings = { endpoint: health.awsEndpoint, region: health.awsRegion, credentials: LOCAL };
  const events = new EventBridgeClient(settings);
  const queues = new SQSClient(settings);
  return {
    where: 'on this laptop',
    busName: health.eventBusName,
    events,
    queues,
    now: async () => {
      const answer = await fetch(`${url}/_local/clock`);
      return Date.parse(z.object({ now: z.string() }).parse(await answer.json()).now);
    },
    laptop: { url, awsEndpoint: health.awsEndpoint },
    patience: LAPTOP_PATIENCE,
    close: () => {
      events.destroy();
      queues.destroy();
    },
  };
}

/** The bus's archive; where there are several, the one that keeps everything longest. */
export async function findArchive({ events, busName, where }: Place): Promise<Archive> {
  const bus = await events.send(new DescribeEventBusCommand({ Name: busName }));
  const busArn = bus.Arn ?? '';
  const { Archives = [] } = await events.send(new ListArchivesCommand({ EventSourceArn: busArn }));
  const daysOf = (days: number | undefined) => (days === undefined || days === 0 ? Number.POSITIVE_INFINITY : days);
  const [found] = Archives.toSorted((a, b) => daysOf(b.RetentionDays) - daysOf(a.RetentionDays));
  if (found === undefined) {
    throw new CannotDo(
      `The bus ${busName} ${where} has no archive: the bus's stack makes it (npx cdk deploy appointments-<stage>-platform). What went over the bus before that cannot be replayed.`,
    );
  }
  const archive = await events.send(new DescribeArchiveCommand({ ArchiveName: found.ArchiveName }));
  return {
    name: archive.ArchiveName ?? '',
    arn: archive.ArchiveArn ?? '',
    busArn,
    createdAt: archive.CreationTime?.getTime() ?? 0,
    retentionDays: archive.RetentionDays ?? 0,
    eventCount: archive.EventCount ?? 0,
  };
}
