import { GetCommand, PutCommand, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { isConditionFailed } from '@appointments/runtime';
import * as z from 'zod';
import {
  endsAtMs,
  type AgentWord,
  type Parts,
  type Particulars,
  type Projection,
  type State,
} from '../domain/projection';

/** Personal data is kept for thirty days after the appointment, as long as its manage link and the archive. */
const KEEP_MS = 30 * 86_400_000;

const StateItem = z.object({
  version: z.int().positive(),
  cancelled: z.boolean(),
  startsAt: z.string().optional(),
  cancelledBy: z.string().optional(),
  cancelReason: z.string().optional(),
});
const Place = z.object({ client: z.string(), agent: z.string() });
const ParticularsItem = z.object({
  version: z.int().positive(),
  revision: z.int().positive(),
  startsAt: z.string(),
  durationMinutes: z.int().positive(),
  timeZone: z.string(),
  localStart: Place,
  client: z.object({
    name: z.string(),
    email: z.string(),
    phone: z.string(),
    locale: z.string(),
    smsConsent: z.boolean(),
  }),
  agent: z.object({
    agentId: z.string(),
    name: z.string(),
    email: z.string(),
    phone: z.string(),
    timeZone: z.string(),
  }),
  notes: z.string().optional(),
  unproven: z.array(z.string()).optional(),
});
const AgentItem = z.object({
  agentId: z.string(),
  agentVersion: z.int().positive(),
  name: z.string(),
  email: z.string(),
  phone: z.string(),
  timeZone: z.string(),
});

export const partition = (appointmentId: string) => `appointment#${appointmentId}`;
const keyOf = (appointmentId: string) => ({ pk: partition(appointmentId), sk: 'appointment' });
const agentKey = (agentId: string) => ({ pk: `agent#${agentId}`, sk: 'agent' });

function projectionIn(item: Record<string, unknown> | undefined): Projection {
  if (item === undefined) return {};
  const { particulars } = item;
  const state = item['version'] === undefined ? undefined : StateItem.parse(item);
  return {
    state: state && {
      version: state.version,
      cancelled: state.cancelled,
      startsAt: state.startsAt,
      cancelledBy: state.cancelledBy,
      reason: state.cancelReason,
    },
    particulars: particulars === undefined ? undefined : ParticularsItem.parse(particulars),
  };
}

/** What this service knows of appointments and agents, in its table. */
export function projections(client: DynamoDBDocumentClient, TableName: string, now: () => Date) {
  const keepUntil = (instantMs: number) => Math.floor((Math.max(instantMs, now().getTime()) + KEEP_MS) / 1000);

  const read = async (appointmentId: string): Promise<Projection> => {
    const { Item } = await client.send(new GetCommand({ TableName, Key: keyOf(appointmentId), ConsistentRead: true }));
    return projectionIn(Item);
  };

  /** Resolves what is known after the update, `undefined` when the table already knows as much. */
  const update = async (appointmentId: string, parts: readonly Part[]): Promise<Projection | undefined> => {
    try {
      const { Attributes } = await client.send(
        new UpdateCommand({
          TableName,
          Key: keyOf(appointmentId),
          UpdateExpression: `SET ${parts.flatMap((part) => part.set).join(', ')}`,
          ConditionExpression: parts.flatMap((part) => (part.condition ? [`(${part.condition})`] : [])).join(' AND '),
          ExpressionAttributeValues: Object.fromEntries(parts.flatMap((part) => Object.entries(part.values))),
          ReturnValues: 'ALL_NEW',
        }),
      );
      return projectionIn(Attributes);
    } catch (error) {
      if (isConditionFailed(error)) return undefined;
      throw error;
    }
  };

  return {
    read,

    async apply(parts: Parts): Promise<Projection> {
      const { appointmentId, state, particulars } = parts;
      const statePart = partOfState(state);
      if (!particulars)
        return (await update(appointmentId, [statePart, keptUntil(keepUntil(0))])) ?? read(appointmentId);
      const particularsPart = partOfParticulars(particulars, keepUntil(endsAtMs(particulars)));
      const both = await update(appointmentId, [statePart, particularsPart]);
      if (both) return both;
      // One of the two is here already, or newer: mostly both, since two consumers hear the same events.
      const known = await read(appointmentId);
      const upToDate =
        (known.state?.version ?? 0) >= state.version && (known.particulars?.revision ?? 0) >= particulars.revision;
      if (upToDate) return known;
      // Particulars first: nobody is to see a new version with old times.
      await update(appointmentId, [particularsPart]);
      await update(appointmentId, [statePart]);
      return read(appointmentId);
    },

    async readAgent(agentId: string): Promise<AgentWord | undefined> {
      const { Item } = await client.send(new GetCommand({ TableName, Key: agentKey(agentId), ConsistentRead: true }));
      return Item && AgentItem.parse(Item);
    },

    async applyAgent(agent: AgentWord): Promise<void> {
      try {
        await client.send(
          new PutCommand({
            TableName,
            Item: { ...agentKey(agent.agentId), ...agent },
            ConditionExpression: 'attribute_not_exists(agentVersion) OR agentVersion < :agentVersion',
            ExpressionAttributeValues: { ':agentVersion': agent.agentVersion },
          }),
        );
      } catch (error) {
        if (!isConditionFailed(error)) throw error;
      }
    },
  };
}

interface Part {
  readonly set: readonly string[];
  readonly condition?: string;
  readonly values: Readonly<Record<string, unknown>>;
}

function partOfState(state: State): Part {
  const { version, cancelled, startsAt, cancelledBy, reason } = state;
  const optional = Object.entries({ startsAt, cancelledBy, cancelReason: reason }).filter(
    ([, value]) => value !== undefined,
  );
  return {
    set: ['version = :version', 'cancelled = :cancelled', ...optional.map(([name]) => `${name} = :${name}`)],
    condition: 'attribute_not_exists(version) OR version < :version',
    values: {
      ':version': version,
      ':cancelled': cancelled,
      ...Object.fromEntries(optional.map(([name, value]) => [`:${name}`, value])),
    },
  };
}

/** Where a cancellation is the first that is heard; the booking that follows names the end that counts. */
function keptUntil(expiresAt: number): Part {
  return { set: ['expiresAt = if_not_exists(expiresAt, :expiresAt)'], values: { ':expiresAt': expiresAt } };
}

function partOfParticulars(particulars: Particulars, expiresAt: number): Part {
  return {
    set: ['expiresAt = :expiresAt', 'revision = :revision', 'particulars = :particulars'],
    condition: 'attribute_not_exists(revision) OR revision < :revision',
    values: { ':expiresAt': expiresAt, ':revision': particulars.revision, ':particulars': particulars },
  };
}
