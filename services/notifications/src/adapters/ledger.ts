import {
  DeleteCommand,
  GetCommand,
  PutCommand,
  TransactWriteCommand,
  UpdateCommand,
  type DynamoDBDocumentClient,
} from '@aws-sdk/lib-dynamodb';
import { cancellationCodes, isConditionFailed, type OutboxItem } from '@appointments/runtime';
import * as z from 'zod';
import type { Claim, ClaimAnswer, Slot } from '../app/deliver';
import { partition } from './projections';

/** Sixty days outlast the archive: a replay meant for real finds what was sent before. */
const KEEP_MS = 60 * 86_400_000;

const LedgerItem = z.object({ status: z.enum(['claimed', 'sent']), claimedAt: z.string() });

const keyOf = (slot: Slot) => ({
  pk: partition(slot.appointmentId),
  sk:
    slot.about === undefined
      ? `message#${slot.version}#${slot.template}#${slot.channel}#${slot.recipient}`
      : `message#about#${slot.about}#${slot.template}#${slot.channel}#${slot.recipient}`,
});

/** Remembers, for each message to each recipient, that it is being sent or was sent. */
export function ledger(client: DynamoDBDocumentClient, TableName: string) {
  const mine = (claim: Claim) => ({
    TableName,
    Key: keyOf(claim),
    ConditionExpression: '#status = :claimed AND claimedAt = :claimedAt',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':claimed': 'claimed', ':claimedAt': claim.claimedAt },
  });

  return {
    async claim(slot: Slot, now: Date, staleBefore: Date | undefined): Promise<ClaimAnswer> {
      const claim: Claim = { ...slot, claimedAt: now.toISOString() };
      try {
        await client.send(
          new PutCommand({
            TableName,
            Item: {
              ...keyOf(slot),
              ...claim,
              status: 'claimed',
              expiresAt: Math.floor((now.getTime() + KEEP_MS) / 1000),
            },
            ...(staleBefore === undefined
              ? { ConditionExpression: 'attribute_not_exists(pk)' }
              : {
                  ConditionExpression: 'attribute_not_exists(pk) OR (#status = :claimed AND claimedAt <= :staleBefore)',
                  ExpressionAttributeNames: { '#status': 'status' },
                  ExpressionAttributeValues: { ':claimed': 'claimed', ':staleBefore': staleBefore.toISOString() },
                }),
          }),
        );
        return { is: 'claimed', claim };
      } catch (error) {
        if (!isConditionFailed(error)) throw error;
        const { Item } = await client.send(new GetCommand({ TableName, Key: keyOf(slot), ConsistentRead: true }));
        // Gone again: whoever held it gave it back, and this message's next turn finds it free.
        if (!Item) return { is: 'under-way' };
        const { status, claimedAt } = LedgerItem.parse(Item);
        return status === 'sent' ? { is: 'sent' } : { is: 'under-way', since: claimedAt };
      }
    },

    async confirm(claim: Claim, providerId: string, now: Date): Promise<void> {
      await client.send(
        new UpdateCommand({
          TableName,
          Key: keyOf(claim),
          UpdateExpression: 'SET #status = :sent, sentAt = :sentAt, providerId = :providerId',
          ExpressionAttributeNames: { '#status': 'status' },
          ExpressionAttributeValues: { ':sent': 'sent', ':sentAt': now.toISOString(), ':providerId': providerId },
        }),
      );
    },

    async release(claim: Claim): Promise<void> {
      try {
        await client.send(new DeleteCommand(mine(claim)));
      } catch (error) {
        if (!isConditionFailed(error)) throw error;
      }
    },

    async fail(claim: Claim, event: OutboxItem): Promise<void> {
      try {
        await client.send(
          new TransactWriteCommand({ TransactItems: [{ Delete: mine(claim) }, { Put: { TableName, Item: event } }] }),
        );
      } catch (error) {
        // Taken over meanwhile: whoever holds it now tells its fate.
        if (!cancellationCodes(error)?.includes('ConditionalCheckFailed')) throw error;
      }
    },
  };
}
