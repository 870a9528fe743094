import type { TableItems } from '@appointments/runtime';
import * as z from 'zod';
import type { Marked } from '../app/record-fate';
import { digestOf } from '../app/unreachable';
import type { Mark } from '../domain/fate';

/** A year: whoever changes providers by then is written to again, and a dead address bounces once more. */
const KEEP_MS = 365 * 86_400_000;

const AddressItem = z.object({ bouncedAt: z.string().optional(), complainedAt: z.string().optional() });

/** The address itself is in no key and in no item. */
const keyOf = (address: string) => ({ pk: `address#${digestOf(address)}`, sk: 'address' });

/** The update that marks an address, within a transaction of others: it adds and never takes away. */
export function marking({ address, mark }: Marked, at: string, now: Date) {
  const attribute = mark === 'bounced' ? 'bouncedAt' : 'complainedAt';
  return {
    Key: keyOf(address),
    UpdateExpression: `SET ${attribute} = if_not_exists(${attribute}, :at), expiresAt = :expiresAt`,
    ExpressionAttributeValues: { ':at': at, ':expiresAt': Math.floor((now.getTime() + KEEP_MS) / 1000) },
  };
}

/** What addresses are known to have done with mails of ours. */
export function addresses(items: TableItems) {
  return {
    async readMark(address: string): Promise<Mark | undefined> {
      const { bouncedAt, complainedAt } = AddressItem.parse((await items.get(keyOf(address))) ?? {});
      if (complainedAt !== undefined) return 'complained';
      return bouncedAt === undefined ? undefined : 'bounced';
    },
  };
}
