import { gathering, type OutboxItem, type TableItems } from '@appointments/runtime';
import * as z from 'zod';
import type { Claim, ClaimAnswer, Failure, Slot } from '../app/deliver';
import type { RecordPorts } from '../app/record-fate';
import { FATES, withFate, type Fate } from '../domain/fate';
import { marking } from './addresses';
import { partition } from './projections';

/** Sixty days outlast the archive: a replay meant for real finds what was sent before. */
const KEEP_MS = 60 * 86_400_000;

const LedgerItem = z.object({
  status: z.enum(['claimed', 'sent', 'failed', 'unknown']),
  claimedAt: z.string(),
  isFinal: z.boolean().default(false),
});

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

  /** What SES tells of one mail mostly comes at once, and is kept at once. */
  const record = gathering<News, boolean>(eachOnce, async (all) => {
    const kept = new Map<News, PromiseSettledResult<boolean>>();
    await Promise.all(
      [...byMessage(all).values()].map(async (news) => {
        try {
          const isNew = await recordTogether(items, news);
          news.forEach((each, place) => kept.set(each, { status: 'fulfilled', value: isNew[place] === true }));
        } catch (reason) {
          for (const each of news) kept.set(each, { status: 'rejected', reason });
        }
      }),
    );
    return all.flatMap((each) => kept.get(each) ?? []);
  });

  return {
    async claim(slot: Slot, now: Date, staleBefore: Date | undefined): Promise<ClaimAnswer> {
      const claim: Claim = { ...slot, claimedAt: now.toISOString() };
      const set = setting({ ...claim, status: 'claimed', expiresAt: expiry(now) });
      const isFree = 'attribute_not_exists(pk) OR (#status = :failed AND attribute_not_exists(isFinal))';
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
      const { status, claimedAt, isFinal } = LedgerItem.parse(item);
      if (status === 'sent' || status === 'unknown' || isFinal) return { is: 'sent' };
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

    async fail(claim: Claim, { status, reason, isFinal }: Failure, event: OutboxItem, now: Date): Promise<void> {
      const set = setting({ status, failedAt: now.toISOString(), reason, isFinal });
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

    record: (slot: Slot, fate: Fate, beside: Beside, now: Date): Promise<boolean> =>
      record({ slot, fate, beside, now }),
  };
}

type Beside = Parameters<RecordPorts['record']>[2];

/** One word on a message, and what is to be written with it. */
interface News {
  readonly slot: Slot;
  readonly fate: Fate;
  readonly beside: Beside;
  readonly now: Date;
}

function byMessage(all: readonly News[]): ReadonlyMap<string, readonly News[]> {
  const messages = new Map<string, News[]>();
  for (const news of all) {
    const name = JSON.stringify(keyOf(news.slot));
    messages.set(name, [...(messages.get(name) ?? []), news]);
  }
  return messages;
}

/** Of one message two events, or two marks of one address, might be one item, which no transaction may write twice. */
function eachOnce(all: readonly News[]): readonly number[] {
  const places = new Map(all.map((news, place) => [news, place]));
  return [...byMessage(all).values()].flatMap((ofOne) => {
    const doMore = ofOne.filter(({ beside: { event, marked } }) => event ?? marked);
    const end = doMore[1] ? ofOne.indexOf(doMore[1]) : ofOne.length;
    return ofOne.slice(0, end).flatMap((news) => places.get(news) ?? []);
  });
}

/** Keeps fates of one message; of each it says whether it was new. */
async function recordTogether(items: TableItems, all: readonly News[]): Promise<readonly boolean[]> {
  const slot = all[0]?.slot;
  if (!slot) return [];
  for (let tries = 0; tries < RECORD_TRIES; tries++) {
    const { fates: before, rev } = FatesItem.parse((await items.get(keyOf(slot))) ?? {});
    let fates: readonly Fate[] = before;
    const isNew = all.map(({ fate }) => {
      const more = withFate(fates, fate);
      if (more === fates) return false;
      fates = more;
      return true;
    });
    const news = all.filter((_, place) => isNew[place]);
    const [first] = news;
    if (!first) return isNew;
    const isWritten = await items.write(
      { Update: { Key: keyOf(slot), ...addingFates(slot, first.fate, fates, rev, first.now) } },
      ...news.flatMap(({ fate, beside: { event, marked }, now }) => [
        ...(event ? [{ Put: { Item: event } }] : []),
        ...(marked ? [{ Update: marking(marked, fate.at, now) }] : []),
      ]),
    );
    // Refused where somebody else kept another fate of the message meanwhile.
    if (isWritten) return isNew;
  }
  throw new Error('others write to the same message all the time');
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
