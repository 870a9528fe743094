import { paginateQuery, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { ASKED_BESIDE } from '../app/deliver';
import type { LedgerEntry } from '../app/list-messages';
import { FATES } from '../domain/fate';
import { partition } from './projections';

const Entry = z.object({
  sk: z.string(),
  appointmentId: z.string(),
  version: z.int().positive(),
  template: z.string(),
  channel: z.enum(['email', 'sms', 'alert']),
  recipient: z.enum(['client', 'agent', 'operators']),
  about: z.string().optional(),
  status: z.enum(['claimed', 'sent', 'failed', 'unknown']),
  claimedAt: z.string(),
  sentAt: z.string().optional(),
  providerId: z.string().optional(),
  failedAt: z.string().optional(),
  reason: z.string().optional(),
  fates: z
    .array(z.object({ status: z.enum(FATES), at: z.string(), providerId: z.string(), reason: z.string().optional() }))
    .default([]),
});

/** The ledger, read by appointment. */
export function messages(client: DynamoDBDocumentClient, TableName: string) {
  return {
    async messagesOf(appointmentId: string): Promise<readonly LedgerEntry[] | undefined> {
      const items: Record<string, unknown>[] = [];
      const pages = paginateQuery(
        { client },
        {
          TableName,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': partition(appointmentId) },
          ConsistentRead: true,
        },
      );
      for await (const { Items = [] } of pages) items.push(...Items);
      if (items.length === 0) return undefined;
      return (
        items
          .filter(({ sk }) => typeof sk === 'string' && sk.startsWith('message#'))
          .map((item) => Entry.parse(item))
          // What another message asked along with its own word was no message of its own.
          .filter(({ providerId }) => providerId !== ASKED_BESIDE)
      );
    },
  };
}
