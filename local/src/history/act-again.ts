import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import * as z from 'zod';
import type { CallScript, Case, Leg } from './case';
import { LEGS } from './case';
import type { Envelope } from './envelope';
import { effectsAbout, eventsAbout, published, type Effect } from './effects';
import type { PrivateCloud } from './private-cloud';
import { CannotDo } from './problem';

/** While people are phoned they are looked after this often: less than the shortest wait between two attempts. */
const STEP_MS = 5000;
/** After this nobody is dialled any more, whatever the policy. */
const LONGEST_CALLING_MS = 20 * 60_000;
const Calls = z.array(z.object({ sid: z.string(), to: z.string() }));
const Phones = z.array(z.object({ number: z.string(), state: z.string() }));

/**
 * Feeds what came from outside to a cloud whose clock stands before it, each at its instant, lets people take or miss calls
 * as they did, and gives what the cloud did until then.
 */
export async function actAgain(
  { appointmentId, inputs, calls }: Case,
  cloud: PrivateCloud,
  until: number,
): Promise<Effect[]> {
  const bus = new EventBridgeClient({
    endpoint: cloud.awsEndpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  try {
    const due = [
      ...inputs.map((event) => ({ at: occurredAt(event), run: () => put(bus, cloud, event) })),
      ...calls.map((script) => ({
        at: script.startsAt - 1000,
        run: () => beThere(script, appointmentId, cloud, until, inputs),
      })),
    ].toSorted((a, b) => a.at - b.at);
    for (const { at, run } of due) {
      if (at >= until) break;
      await cloud.advanceTo(at);
      await run();
    }
    await cloud.advanceTo(until);
  } finally {
    bus.destroy();
  }
  const events = await eventsAbout(cloud, appointmentId);
  const others = events.filter(({ source }) => source !== inputs[0]?.source);
  return [
    ...(await effectsAbout(cloud, {
      appointmentId,
      phones: phonesOf(calls),
      sessions: sessionsOf(others.map(({ detail }) => detail.data)),
      since: 0,
    })),
    ...others.map(published),
  ].toSorted((a, b) => a.at - b.at);
}

export const occurredAt = ({ time, detail }: Envelope) => Date.parse(detail.metadata?.occurredAt ?? time);

export function phonesOf(calls: readonly CallScript[]): string[] {
  return [...new Set(calls.flatMap(({ numbers }) => LEGS.map((leg) => numbers[leg])))];
}

export function sessionsOf(data: readonly (Record<string, unknown> | undefined)[]): string[] {
  return [
    ...new Set(data.flatMap((one) => (typeof one?.['callSessionId'] === 'string' ? [one['callSessionId']] : []))),
  ];
}

async function put(
  bus: EventBridgeClient,
  { eventBusName, advanceTo, now }: PrivateCloud,
  event: Envelope,
): Promise<void> {
  const { FailedEntryCount, Entries } = await bus.send(
    new PutEventsCommand({
      Entries: [
        {
          EventBusName: eventBusName,
          Source: event.source,
          DetailType: event['detail-type'],
          Detail: JSON.stringify(event.detail),
          Time: new Date(event.time),
        },
      ],
    }),
  );
  if (FailedEntryCount)
    throw new CannotDo(`The bus does not take ${event['detail-type']}: ${Entries?.[0]?.ErrorMessage ?? ''}`);
  await advanceTo(await now());
}

/** Stands by the phones of one call until it is over, and hangs up when they did. */
async function beThere(
  script: CallScript,
  appointmentId: string,
  cloud: PrivateCloud,
  until: number,
  inputs: readonly Envelope[],
): Promise<void> {
  const next: Record<Leg, number> = { agent: 0, client: 0 };
  const before = await callsTo(cloud, script);
  const end = Math.min(until, script.startsAt + LONGEST_CALLING_MS);
  const changes = inputs.filter((event) => occurredAt(event) > script.startsAt && occurredAt(event) < end);
  // What booking told meanwhile has its own turn, which comes after this one.
  const stopAt = Math.min(end, ...changes.map(occurredAt));
  const tell = async (): Promise<void> => {
    const made = await callsTo(cloud, script);
    for (const leg of LEGS) {
      const number = script.numbers[leg];
      next[leg] = made[leg] - before[leg];
      const manner = script.manners[leg][next[leg]];
      const last = script.manners[leg][next[leg] - 1];
      if (last === 'decline' && (await rings(cloud, number)))
        await cloud.send('POST', `/_local/phones/${number}`, { do: 'decline' });
      const behaviour = manner === undefined || manner === 'decline' ? 'manual' : manner;
      await cloud.send('PUT', `/_local/phones/${number}/behaviour`, { behaviour });
    }
  };
  await tell();
  for (let at = script.startsAt; at < stopAt; at += STEP_MS) {
    await cloud.advanceTo(at);
    await tell();
    const told = (await eventsAbout(cloud, appointmentId)).filter(
      ({ detail }) => detail.data?.['appointmentVersion'] === script.version,
    );
    if (told.some(({ detailType }) => detailType === 'CallFailed' || detailType === 'CallCompleted')) return;
    const joined = told.find(({ detailType }) => detailType === 'CallConnected');
    if (joined === undefined) continue;
    if (script.hangUp === undefined) return;
    const over = Date.parse(joined.detail.metadata?.occurredAt ?? joined.time) + script.hangUp.afterMs;
    if (over >= until) return;
    await cloud.advanceTo(over);
    await cloud.send('POST', `/_local/phones/${script.numbers[script.hangUp.by]}`, { do: 'hangup' });
    return;
  }
}

async function callsTo({ url }: PrivateCloud, { numbers }: CallScript): Promise<Record<Leg, number>> {
  const calls = Calls.parse(await (await fetch(`${url}/_local/calls`)).json());
  const count = (leg: Leg) => calls.filter(({ to }) => to === numbers[leg]).length;
  return { agent: count('agent'), client: count('client') };
}

async function rings({ url }: PrivateCloud, number: string): Promise<boolean> {
  const phones = Phones.parse(await (await fetch(`${url}/_local/phones`)).json());
  return phones.some((phone) => phone.number === number && phone.state === 'ringing');
}
