import type { OutboxItem, TableItems } from '@appointments/runtime';
import * as z from 'zod';
import type { Claim, ClaimAnswer, Failure, Slot } from '../app/deliver';
import type { RecordPorts } from '../app/record-fate';
import { FATES, withFate, type Fate } from '../domain/fate';
import { marking } from './addresses';
import { partition } from './projections';

/** Sixty days outlast the archive: a replay meant for real finds what was sent before. */
const KEEP_MS = 60 * 86_400_000;

const LedgerItem = z.object({ status: z.enum(['claimed', 'sent', 'failed', 'unknown']), claimedAt: z.string() });

const keyOf = (slot: Slot) => ({
  pk: partition(slot.appointmentId),
  sk:
    slot.about === undefined
      ? `message#${slot.version}#${slot.template}#${slot.channel}#${slot.recipient}`
      : `message#about#${slot.about}#${slot.template}#${slot.channel}#${slot.recipient}`,
});

/** An update that sets these attributes, as far as they have a value; every name is escaped, for some are reserved. */
function setting(values: Readonly<Record<string, unknown>>) {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return {
    UpdateExpression: `SET ${given.map(([name]) => `#${name} = :${name}`).join(', ')}`,
    ExpressionAttributeNames: Object.fromEntries(given.map(([name]) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries(given.map(([name, value]) => [`:${name}`, value])),
  };
}

const RECORD_TRIES = 10;

const FatesItem = z.object({
  /** Rises with every fate, so that none is written over another. */
  rev: z.int().default(0),
  fates: z
    .array(z.object({ status: z.enum(FATES), at: z.string(), providerId: z.string(), reason: z.string().optional() }))
    .default([]),
});

const expiry = (now: Date): number => Math.floor((now.getTime() + KEEP_MS) / 1000);

/** Remembers, for each message to each recipient, that it is being sent or was sent. */
export function ledger(items: TableItems) {
  /** What holds while nobody else has taken the claim over and nothing was heard of it. */
  const stillMine = ({ claimedAt }: Claim) => ({
    ConditionExpression: '#status = :mine AND claimedAt = :since',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':mine': 'claimed', ':since': claimedAt },
  });

  /** Keeps a fate; `undefined` where another fate of the same message came between. */
  const recordNow: (...given: Parameters<RecordPorts['record']>) => Promise<boolean | undefined> = async (
    slot,
    fate,
    { event, marked },
    now,
  ) => {
    const { fates, rev } = FatesItem.parse((await items.get(keyOf(slot))) ?? {});
    const more = withFate(fates, fate);
    if (more === fates) return false;
    const isWritten = await items.write(
      { Update: { Key: keyOf(slot), ...addingFates(slot, fate, more, rev, now) } },
      ...(event ? [{ Put: { Item: event } }] : []),
      ...(marked ? [{ Update: marking(marked, fate.at, now) }] : []),
    );
    return isWritten || undefined;
  };

  /** What SES tells of one mail mostly comes at once: one after the other, since each builds on the last. */
  const inTurn = turns();

  return {
    async claim(slot: Slot, now: Date, staleBefore: Date | undefined): Promise<ClaimAnswer> {
      const claim: Claim = { ...slot, claimedAt: now.toISOString() };
      const set = setting({ ...claim, status: 'claimed', expiresAt: expiry(now) });
      const isFree = 'attribute_not_exists(pk) OR #status = :failed';
      const isMine = await items.write({
        Update: {
          Key: keyOf(slot),
          ...set,
          ConditionExpression:
            staleBefore === undefined ? isFree : `${isFree} OR (#status = :status AND claimedAt <= :staleBefore)`,
          ExpressionAttributeValues: {
            ...set.ExpressionAttributeValues,
            ':failed': 'failed',
            ...(staleBefore && { ':staleBefore': staleBefore.toISOString() }),
          },
        },
      });
      if (isMine) return { is: 'claimed', claim };
      const item = await items.get(keyOf(slot));
      // Gone again: whoever held it gave it back, and this message's next turn finds it free.
      if (!item) return { is: 'under-way' };
      const { status, claimedAt } = LedgerItem.parse(item);
      if (status === 'sent' || status === 'unknown') return { is: 'sent' };
      // It failed just now: it is free on its next turn.
      return status === 'failed' ? { is: 'under-way' } : { is: 'under-way', since: claimedAt };
    },

    async confirm(claim: Claim, providerId: string, now: Date): Promise<void> {
      await items.write({
        Update: { Key: keyOf(claim), ...setting({ status: 'sent', sentAt: now.toISOString(), providerId }) },
      });
    },

    async release(claim: Claim): Promise<void> {
      await items.write({ Delete: { Key: keyOf(claim), ...stillMine(claim) } });
    },

    async fail(claim: Claim, { status, reason }: Failure, event: OutboxItem, now: Date): Promise<void> {
      const set = setting({ status, failedAt: now.toISOString(), reason });
      const mine = stillMine(claim);
      // Where it is refused it was taken over meanwhile: whoever holds it now tells its fate.
      await items.write(
        {
          Update: {
            Key: keyOf(claim),
            UpdateExpression: set.UpdateExpression,
            ConditionExpression: mine.ConditionExpression,
            ExpressionAttributeNames: { ...set.ExpressionAttributeNames, ...mine.ExpressionAttributeNames },
            ExpressionAttributeValues: { ...set.ExpressionAttributeValues, ...mine.ExpressionAttributeValues },
          },
        },
        { Put: { Item: event } },
      );
    },

    record: (...given: Parameters<RecordPorts['record']>): Promise<boolean> =>
      inTurn(JSON.stringify(keyOf(given[0])), async () => {
        for (let tries = 0; tries < RECORD_TRIES; tries++) {
          const isNew = await recordNow(...given);
          if (isNew !== undefined) return isNew;
        }
        throw new Error('others write to the same message all the time');
      }),
  };
}

/** Lets what is of one name be done one after the other, and everything else at the same time. */
function turns() {
  const last = new Map<string, Promise<unknown>>();
  return async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const before = last.get(name);
    const mine = before ? before.then(work, work) : work();
    last.set(name, mine);
    try {
      return await mine;
    } finally {
      if (last.get(name) === mine) last.delete(name);
    }
  };
}

/** What a fate adds: it says that the message was sent, whatever the ledger thought; what `confirm` noted stays. */
function addingFates(slot: Slot, fate: Fate, fates: readonly Fate[], rev: number, now: Date) {
  const always = setting({ fates, rev: rev + 1, status: 'sent' });
  const ifNew = Object.entries({
    ...slot,
    claimedAt: fate.at,
    sentAt: fate.at,
    providerId: fate.providerId,
    expiresAt: expiry(now),
  });
  return {
    UpdateExpression: `${always.UpdateExpression}, ${ifNew.map(([name]) => `#${name} = if_not_exists(#${name}, :${name})`).join(', ')}`,
    ConditionExpression: rev === 0 ? 'attribute_not_exists(rev)' : 'rev = :known',
    ExpressionAttributeNames: {
      ...always.ExpressionAttributeNames,
      ...Object.fromEntries(ifNew.map(([name]) => [`#${name}`, name])),
    },
    ExpressionAttributeValues: {
      ...always.ExpressionAttributeValues,
      ...Object.fromEntries(ifNew.map(([name, value]) => [`:${name}`, value])),
      ...(rev > 0 && { ':known': rev }),
    },
  };
}
