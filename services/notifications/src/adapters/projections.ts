import type { TableItems } from '@appointments/runtime';
import * as z from 'zod';
import {
  endsAtMs,
  withParts,
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
export function projections(items: TableItems, now: () => Date) {
  const keepUntil = (instantMs: number) => Math.floor((Math.max(instantMs, now().getTime()) + KEEP_MS) / 1000);

  const read = async (appointmentId: string): Promise<Projection> =>
    projectionIn(await items.get(keyOf(appointmentId)));

  const updateOf = ({ appointmentId }: Parts, { state, particulars }: Projection) => {
    const parts = [
      ...(state ? [partOfState(state)] : []),
      particulars ? partOfParticulars(particulars, keepUntil(endsAtMs(particulars))) : keptUntil(keepUntil(0)),
    ];
    return {
      Key: keyOf(appointmentId),
      UpdateExpression: `SET ${parts.flatMap((part) => part.set).join(', ')}`,
      ConditionExpression: parts.flatMap((part) => (part.condition ? [`(${part.condition})`] : [])).join(' AND '),
      ExpressionAttributeValues: Object.fromEntries(parts.flatMap((part) => Object.entries(part.values))),
    };
  };

  return {
    read,

    /** Reads first: two consumers hear the same events, and mostly the other has written them already. */
    async apply(parts: Parts): Promise<Projection> {
      for (;;) {
        const known = await read(parts.appointmentId);
        const { news, after } = withParts(known, parts);
        if (!news) return known;
        // Refused only where somebody else wrote something newer: there are as many rounds as there are news at this very moment.
        if (await items.write({ Update: updateOf(parts, news) })) return after;
      }
    },

    async readAgent(agentId: string): Promise<AgentWord | undefined> {
      const item = await items.get(agentKey(agentId));
      return item && AgentItem.parse(item);
    },

    async applyAgent(agent: AgentWord): Promise<void> {
      // Where it is refused a newer word is there already.
      await items.write({
        Put: {
          Item: { ...agentKey(agent.agentId), ...agent },
          ConditionExpression: 'attribute_not_exists(agentVersion) OR agentVersion < :agentVersion',
          ExpressionAttributeValues: { ':agentVersion': agent.agentVersion },
        },
      });
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
