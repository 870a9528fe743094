import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { NOW, type PublicApi } from './api';
import type { AppointmentStore } from '../src/adapters/appointment-store';
import { allItems } from './items';
import { CALM, inTurn, inWeather, randomFrom, type Weather } from './clients';
import { AGENTS, DAYS, freeStarts, judge, newWorld, type Deed, type World } from './model';
import { agentBody, apis, deedOf, LIMITS, type Play } from './steps';

/** The table's indexes, as the stack has them. */
export const INDEXES = [{ name: 'by-agent', partitionKey: 'agentId', sortKey: 'agenda' }];

export interface Playing {
  /** Reaches the table as it is. */
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
  /** What the service reaches the table through. @default the client */
  readonly through?: (client: DynamoDBDocumentClient) => DynamoDBDocumentClient;
  /** What becomes of the service's store. */
  readonly alter?: (store: AppointmentStore) => AppointmentStore;
  readonly weather?: Weather;
  /** Told of every deed, for whoever wants to follow a play. */
  readonly trace?: (line: string) => void;
}

/** Does what a play says, and answers which promises were broken in the first round that broke one. */
export async function broken(
  { seed, calendars, rounds }: Play,
  { client, table, through = (one) => one, alter, weather = CALM, trace }: Playing,
): Promise<readonly string[]> {
  let world = newWorld(NOW.getTime(), calendars);
  const clock = () => new Date(world.now);
  const random = randomFrom(seed);
  const calm = apis(client, table, clock);
  const stormy = apis(through(inWeather(inTurn(client, random), weather, random)), table, clock, alter);
  for (const [agentId, calendar] of world.agents) await calm.staff.put(agentId, agentBody(agentId, calendar));
  world.told = new Map(
    (await allItems(client, table))
      .filter(({ kind }) => kind === 'outbox')
      .map(({ pk, body }) => [String(pk), String(body)]),
  );

  for (const { minutes, steps } of rounds) {
    world.now += minutes * 60_000;
    const wanted = steps.flatMap((step) => {
      world.serial += 1;
      return deedOf(step, world, stormy) ?? [];
    });
    const deeds: Deed[] = await Promise.all(wanted.map(async ({ deed, run }) => ({ ...deed, answer: await run() })));
    for (const { answer, ...deed } of deeds)
      trace?.(`+${minutes} ${JSON.stringify(deed)} → ${answer.status} ${answer.text}`);
    const judged = judge(world, deeds, await allItems(client, table), {
      limits: LIMITS,
      isCalm: Object.values(weather).every((probability) => probability === 0),
    });
    world = judged.world;
    const agentId = AGENTS[world.serial % AGENTS.length] ?? '';
    const violations = [...judged.violations, ...(await shownWrongly(world, agentId, calm.api))];
    if (violations.length > 0) return violations;
  }
  return [];
}

/** What clients and staff are shown of an agent's time that is otherwise. */
async function shownWrongly(world: World, agentId: string, api: PublicApi): Promise<readonly string[]> {
  const violations: string[] = [];
  const [from, to] = DAYS;
  if (world.agents.get(agentId)?.active) {
    const answer = await api.availability({ from, to, timeZone: 'UTC', agentId });
    const { slots } = answer.json as { slots: { startsAt: string }[] };
    const shown = slots.map(({ startsAt }) => Date.parse(startsAt));
    const { must, may } = freeStarts(world, agentId);
    if (must.some((start) => !shown.includes(start))) violations.push('a free time is not told');
    if (shown.some((start) => !may.includes(start))) violations.push('a time is told as free that is not');
  }
  const list = await api.staff.list({ from, to, agentId, limit: '100' });
  const { appointments } = list.json as { appointments: { appointmentId: string; revision: number }[] };
  const shown = appointments.map(({ appointmentId, revision }) => `${appointmentId} ${revision}`);
  const kept = [...world.booked.values()]
    .filter((one) => one.agentId === agentId)
    .toSorted((a, b) => a.start - b.start || (a.id < b.id ? -1 : 1))
    .map(({ id, revision }) => `${id} ${revision}`);
  if (shown.join() !== kept.join()) violations.push('staff are shown other appointments than there are');
  return violations;
}
