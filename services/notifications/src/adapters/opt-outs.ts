import { createHash } from 'node:crypto';
import { CheckIfPhoneNumberIsOptedOutCommand, type SNSClient } from '@aws-sdk/client-sns';
import { NotYet, THROTTLED_LIMIT_MS, type TableItems } from '@appointments/runtime';
import * as z from 'zod';
import { outcomeOf } from './mailer';

const NumberItem = z.object({ wantsTexts: z.boolean().optional(), isBarred: z.boolean().optional() });

/** The number itself stands nowhere: a digest is enough to find it again. It is kept for good, as the wish is meant. */
const keyOf = (phone: string) => ({
  pk: `number#${createHash('sha256').update(phone).digest('base64url')}`,
  sk: 'number',
});

/** Who wants no texts: by a word of their own (`wantsTexts`), or by the list that AWS keeps for the account (`isBarred`). */
export function optOuts(items: TableItems, now: () => Date) {
  const read = async (phone: string) => NumberItem.parse((await items.get(keyOf(phone))) ?? {});

  return {
    async note(phone: string, wantsTexts: boolean, at: string): Promise<void> {
      // Where it is refused a later word is there already.
      await items.write({
        Update: {
          Key: keyOf(phone),
          UpdateExpression: 'SET wantsTexts = :wantsTexts, saidAt = :at',
          ConditionExpression: 'attribute_not_exists(saidAt) OR saidAt < :at',
          ExpressionAttributeValues: { ':wantsTexts': wantsTexts, ':at': at },
        },
      });
    },

    /** What is known here, nobody asked: by their own word, or because the provider said so when a text was last to go. */
    isKnownToWantNone: async (phone: string): Promise<boolean> => {
      const { wantsTexts, isBarred } = await read(phone);
      return wantsTexts === false || isBarred === true;
    },

    /** Asks the item first, and the provider before each text: a STOP that AWS has heard counts at once. */
    hasOptedOut(provider: SNSClient) {
      return async (phone: string): Promise<boolean> => {
        const known = await read(phone);
        if (known.wantsTexts === false) return true;
        const isBarred = await isOnTheList(provider, phone);
        if (isBarred !== (known.isBarred ?? false))
          await items.write({
            Update: {
              Key: keyOf(phone),
              UpdateExpression: 'SET isBarred = :isBarred, askedAt = :now',
              ExpressionAttributeValues: { ':isBarred': isBarred, ':now': now().toISOString() },
            },
          });
        return isBarred;
      };
    },
  };
}

async function isOnTheList(provider: SNSClient, phoneNumber: string): Promise<boolean> {
  try {
    const { isOptedOut = false } = await provider.send(new CheckIfPhoneNumberIsOptedOutCommand({ phoneNumber }));
    return isOptedOut;
  } catch (error) {
    if (outcomeOf(error).is === 'throttled') throw new NotYet('SNS is throttled', THROTTLED_LIMIT_MS);
    throw error;
  }
}
