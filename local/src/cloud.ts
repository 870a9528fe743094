import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import {
  createTwilioSimulator,
  InvalidActionError,
  nodeTransport,
  PhoneCannotError,
} from '@appointments/twilio-simulator';
import { checkAssembly } from './assembly/check';
import { deploy } from './assembly/deploy';
import { carrierFault, unreliable } from './carrier/faults';
import { isFrontDoor, readAssemblies } from './assembly/read';
import { createAwsServices } from './aws';
import { REGION } from './aws/types';
import { createControl } from './control/control';
import { startDatabase } from './dynamodb/engine';
import { createLocalIssuer } from './http/authorizer';
import { createAwsEndpoint, FUNCTION_ACCESS_KEY } from './http/aws-endpoint';
import { listenOnLoopback, PortTakenError, sendJson } from './http/http';
import type { Listening } from './http/http';
import { openKernel } from './kernel/kernel';
import { lockFolder } from './kernel/lock';
import { CHRONICLES } from './kernel/store';
import { FUNCTION_AT_WORK } from './lambda/function';
import { createLogs } from './lambda/logs';

export interface CloudOptions {
  /** The front door; 0 takes a free port. */
  readonly port: number;
  /** The folder that holds what outlives the process. */
  readonly stateFolder: string;
  readonly assemblyFolder: string;
  /** Apps of others that run beside it: their cloud assemblies, or the folders that hold them in `cdk.out`. @default none */
  readonly otherApps?: readonly string[];
  /** Forgets what was kept. */
  readonly fresh: boolean;
  readonly environment: NodeJS.ProcessEnv;
  /** Where the built worker, its preload, the console and the empty database file are. */
  readonly files: {
    readonly worker: string;
    readonly preload: string;
    readonly console: string;
    readonly databaseTemplate: string;
  };
  /** `services/`: tells which handler a bundle is of. */
  readonly servicesFolder: string;
  /** `shared/`: the same for what the bus's stack runs. */
  readonly sharedFolder: string;
  /** A defect of the laptop cloud itself, or of its surroundings. */
  readonly onError: (what: string, error: unknown) => void;
  /** The cloud cannot go on. */
  readonly onFatal: (why: string) => void;
}

export interface Cloud {
  readonly port: number;
  readonly url: string;
  readonly awsEndpoint: string;
  readonly twilioEndpoint: string;
  /** Takes no more requests, lets what is in flight end within three seconds, and puts everything down. */
  readonly stop: () => Promise<void>;
}

/** Real milliseconds that what is in flight has to end when the cloud stops. */
const STOP_LIMIT_MS = 3000;

/** Starts the whole cloud: resolves when what fell due while nothing ran has settled. */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const { stateFolder, environment } = options;
  const undo: (() => void | Promise<void>)[] = [];
  const takeDown = async () => {
    // The last that was set up goes first; one that fails must not keep the others.
    for (const step of undo.splice(0).toReversed()) {
      try {
        await step();
      } catch (error) {
        options.onError('stopping', error);
      }
    }
  };

  try {
    let front: RequestListener = (request, response) => {
      const healthy = request.url?.split('?')[0] === '/_local/health';
      sendJson(response, 503, healthy ? { status: 'starting' } : { message: 'The laptop cloud is starting.' }, {
        'retry-after': '1',
      });
    };
    const frontListening = await listenOnLoopback((request, response) => front(request, response), options.port);
    undo.push(() => frontListening.close(0));

    const stacks = readAssemblies(options.assemblyFolder, options.otherApps);
    checkAssembly(stacks);

    undo.push(lockFolder(stateFolder));
    if (options.fresh) {
      for (const name of ['journal.jsonl', 'dynamodb.db', 'dynamodb.db-wal', 'dynamodb.db-shm'])
        rmSync(join(stateFolder, name), { force: true });
      rmSync(join(stateFolder, CHRONICLES), { force: true, recursive: true });
    }
    const startingDatabase = startDatabase({
      folder: stateFolder,
      templateFile: options.files.databaseTemplate,
      environment,
      onExit: (why) => options.onFatal(`The database engine is gone: ${why}`),
    });
    // Taken up below; until then a failure must not count as unhandled.
    startingDatabase.catch(() => undefined);
    undo.push(async () => (await startingDatabase.catch(() => undefined))?.stop());

    const kernel = openKernel(stateFolder, { onError: options.onError });
    undo.push(() => kernel.store.close());
    undo.push(() => kernel.timers.stop());
    const { clock, timers, busy, store, faults, mover, quiet } = kernel;

    const ports = createPorts(store.collection<number>('ports'));
    const starting: RequestListener = (_, response) =>
      sendJson(response, 503, { message: 'The laptop cloud is starting.' });
    const listeners = new Map<string, RequestListener>();
    const open = async (place: string): Promise<string> => {
      const listening = await ports.open(place, (request, response) =>
        (listeners.get(place) ?? starting)(request, response),
      );
      undo.push(() => listening.close(0));
      return `http://127.0.0.1:${listening.port}`;
    };

    const awsEndpoint = await open('aws');
    const publicUrl = `http://localhost:${frontListening.port}`;
    const aws = createAwsServices(kernel, { endpoint: () => awsEndpoint });
    const twilioSecret = twilioCredentials(store.collection<TwilioCredentials>('twilio'), environment);
    const network = nodeTransport();
    undo.push(network.close);
    const simulator = createTwilioSimulator({
      accountSid: twilioSecret.accountSid,
      authToken: twilioSecret.authToken,
      ...pacing(environment),
      ports: {
        now: clock.now,
        arm: timers.arm,
        begin: busy.begin,
        collection: (name) => store.collection(`twilio ${name}`),
        flushed: store.flushed,
      },
      transport: unreliable(network.send, kernel),
      fault: carrierFault(faults, () => busy.names().some((what) => what.startsWith(FUNCTION_AT_WORK))),
    });
    const twilioEndpoint = (await listenKept(ports, 'twilio', (port) => simulator.listen(port))).url;
    undo.push(() => simulator.close());

    const apiEndpoints = new Map<string, string>();
    for (const stack of stacks) {
      for (const [logicalId, { Type }] of Object.entries(stack.resources)) {
        if (Type !== 'AWS::ApiGatewayV2::Api' || isFrontDoor(stack)) continue;
        const place = `api ${stack.name}/${logicalId}`;
        apiEndpoints.set(place, await open(place));
      }
    }

    const logs = createLogs(clock.now);
    const issuer = await createLocalIssuer({ clock, store });
    const engine = await startingDatabase;
    const deployment = await deploy(stacks, {
      kernel,
      aws,
      engine,
      logs,
      authorize: issuer.authorize,
      environment,
      fresh: options.fresh,
      awsEndpoint,
      publicUrl,
      twilioBaseUrl: twilioEndpoint,
      twilioSecret,
      servicesFolder: options.servicesFolder,
      sharedFolder: options.sharedFolder,
      workerFile: options.files.worker,
      preloadFile: options.files.preload,
      functionEnvironment: functionEnvironment(awsEndpoint),
      apiEndpoint: (place) => apiEndpoints.get(place) ?? '',
      onError: options.onError,
    });
    undo.push(() => deployment.stop());

    listeners.set(
      'aws',
      createAwsEndpoint({ aws, engine, busy, faults, wakeStreams: deployment.wakeStreams, onError: options.onError }),
    );
    for (const [place, listener] of deployment.apis) listeners.set(place, listener);
    await store.flushed();

    // From here on things run: timers and messages kept from before, and what fell due meanwhile.
    const end = busy.begin('starting');
    timers.start();
    deployment.start();
    await simulator.recover();
    end();
    await quiet();

    const control = createControl({
      clock,
      mover,
      quiet,
      flushed: store.flushed,
      faults,
      logs,
      aws,
      phones: {
        phones: simulator.phones,
        calls: simulator.calls,
        conferences: simulator.conferences,
        act: simulator.act,
        setBehaviour: simulator.setBehaviour,
        statusOf: (error) =>
          error instanceof PhoneCannotError ? 409 : error instanceof InvalidActionError ? 400 : undefined,
      },
      staffToken: issuer.staffToken,
      apiUrl: `http://127.0.0.1:${frontListening.port}`,
      health: {
        awsEndpoint,
        awsRegion: REGION,
        eventBusName: deployment.eventBusName,
        twilioEndpoint,
        twilioAccountSid: twilioSecret.accountSid,
        twilioAuthToken: twilioSecret.authToken,
      },
      console: {
        folder: options.files.console,
        previews: join(options.servicesFolder, 'notifications/dist/previews.json'),
      },
      eventBusName: deployment.eventBusName,
      frontDoor: deployment.frontDoor,
    });
    front = control.listener;

    return {
      port: frontListening.port,
      url: publicUrl,
      awsEndpoint,
      twilioEndpoint,
      stop: async () => {
        // No new request from outside; functions may still reach AWS and the carrier while they end.
        timers.stop();
        control.endStreams();
        await frontListening.close(STOP_LIMIT_MS);
        await Promise.race([busy.idle(), new Promise((resolve) => setTimeout(resolve, STOP_LIMIT_MS).unref())]);
        await takeDown();
      },
    };
  } catch (error) {
    await takeDown();
    throw error;
  }
}

interface KeptPorts {
  readonly get: (place: string) => number | undefined;
  readonly put: (place: string, port: number) => void;
}

/** Ports are chosen once per folder: what was told to somebody outside stays true after a restart. */
function createPorts(kept: KeptPorts) {
  return {
    get: (place: string) => kept.get(place),
    put: (place: string, port: number) => kept.put(place, port),
    open: async (place: string, listener: RequestListener): Promise<Listening> => {
      const listening = await listenOnLoopback(listener, kept.get(place) ?? 0).catch((error: unknown) => {
        // Somebody else has it meanwhile: better another one than no start.
        if (error instanceof PortTakenError) return listenOnLoopback(listener, 0);
        throw error;
      });
      if (kept.get(place) !== listening.port) kept.put(place, listening.port);
      return listening;
    },
  };
}

async function listenKept(
  kept: KeptPorts,
  place: string,
  listen: (port: number) => Promise<{ readonly url: string }>,
): Promise<{ readonly url: string }> {
  const listening = await listen(kept.get(place) ?? 0).catch((error: unknown) => {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'EADDRINUSE') return listen(0);
    throw error;
  });
  const port = Number(new URL(listening.url).port);
  if (kept.get(place) !== port) kept.put(place, port);
  return listening;
}

interface TwilioCredentials {
  readonly accountSid: string;
  readonly authToken: string;
}

function twilioCredentials(
  kept: {
    readonly get: (key: string) => TwilioCredentials | undefined;
    readonly put: (key: string, value: TwilioCredentials) => void;
  },
  environment: NodeJS.ProcessEnv,
): TwilioCredentials {
  const made = kept.get('account') ?? {
    accountSid: `AC${randomBytes(16).toString('hex')}`,
    authToken: randomBytes(16).toString('hex'),
  };
  if (kept.get('account') === undefined) kept.put('account', made);
  return {
    accountSid: environment['TWILIO_ACCOUNT_SID'] || made.accountSid,
    authToken: environment['TWILIO_AUTH_TOKEN'] || made.authToken,
  };
}

/** The carrier keeps to the rate that the dialler is told, where one is; what makes no sense the dialler refuses. */
function pacing({ CALLS_PER_SECOND }: NodeJS.ProcessEnv): { readonly callsPerSecond?: number } {
  const callsPerSecond = Number(CALLS_PER_SECOND);
  return callsPerSecond > 0 ? { callsPerSecond } : {};
}

function functionEnvironment(awsEndpoint: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: awsEndpoint,
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCESS_KEY_ID: FUNCTION_ACCESS_KEY,
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    TZ: 'UTC',
    NODE_ENV: 'production',
  };
}
