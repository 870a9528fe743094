import { describe, expect, it } from '@jest/globals';
import type { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { SendRawEmailCommand, SESClient } from '@aws-sdk/client-ses';
import { AppointmentCreated } from '@appointments/events';
import fc from 'fast-check';
import PostalMime from 'postal-mime';
import { mailer } from '../src/adapters/mailer';
import { texter } from '../src/adapters/texter';
import { compose, composeConfirmationRequest, composeHandOver, type Letter } from '../src/domain/compose';
import { plainLine } from '../src/domain/plain';
import { partsOfBooking } from '../src/domain/projection';
import { codeMessage } from '../src/domain/text-message';

/*
 * No message is ever sent to more addresses than those of the two parties, whatever anybody typed: each goes from the words of
 * the appointment to the very request that a provider gets, and is read as a mail program reads it.
 */

const now = new Date('2026-11-22T12:00:00.000Z');
const house = {
  brandName: 'Appointments',
  senderEmail: 'appointments@example.com',
  publicUrl: 'https://book.example.com',
};
const booked = AppointmentCreated.example.data;
const CLIENT = booked.client.email;
const AGENT = booked.agent.email;

const nasty = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 100 }),
  fc.string({ minLength: 1, maxLength: 100 }),
  fc.constantFrom(
    'Ada\r\nBcc: eve@example.com',
    'Ada\nCc: eve@example.com\n',
    'Ada\r\n\r\nTo: eve@example.com',
    'Ada\u2028Bcc: eve@example.com',
    'Ada\u0085Bcc: eve@example.com',
    'Ada" <eve@example.com>, "x',
    'Ada <eve@example.com>',
    'eve@example.com, mallory@example.com',
    'eve@example.com; x:',
    '=?utf-8?Q?Ada=0D=0ABcc=3A_eve=40example.com?=',
    '(eve@example.com)',
    'friends: eve@example.com;',
    '\\" , <eve@example.com>',
  ),
);
const words = fc.record({
  clientName: nasty,
  agentName: nasty,
  notes: fc.option(nasty, { nil: undefined }),
  reason: fc.option(nasty, { nil: undefined }),
  brandName: nasty.filter((name) => plainLine(name) !== ''),
  unproven: fc.subarray(['email', 'phone']),
});
type Words = typeof words extends fc.Arbitrary<infer T> ? T : never;

function lettersOf({ clientName, agentName, notes, reason, unproven }: Words) {
  const parts = partsOfBooking({
    ...booked,
    client: { ...booked.client, name: clientName },
    agent: { ...booked.agent, name: agentName },
    notes,
    unproven,
  });
  const { particulars } = parts;
  if (!particulars) throw new Error('no particulars');
  const letter = (kind: Letter['word']['kind']): Letter => ({
    word: { appointmentId: booked.appointmentId, version: 1, kind },
    state: { ...parts.state, cancelledBy: 'client', reason },
    particulars,
    failure: { version: 1, callSessionId: 'cs_1', leg: 'client', reason: 'rejected-by-policy', attempts: [] },
    manageUrl: 'https://book.example.com/manage/apt_1#m',
    confirmUrl: 'https://book.example.com/confirm/apt_1#c',
  });
  return (['confirmation', 'moved', 'cancelled', 'could-not-connect'] as const).map(letter);
}

/** What SES is asked to send, and how its message is read. */
async function asSent(email: Parameters<ReturnType<typeof mailer>>[0], from: typeof house) {
  const sent: SendRawEmailCommand['input'][] = [];
  const client = {
    send: async (command: SendRawEmailCommand) => {
      sent.push(command.input);
      return { MessageId: 'm' };
    },
  } as unknown as SESClient;
  await mailer(client, from, 'appointments-dev')(email, now, {
    appointmentId: 'apt_1',
    version: 1,
    template: 'confirmation',
    channel: 'email',
    recipient: 'client',
  });
  const [input] = sent;
  const raw = Buffer.from(input?.RawMessage?.Data ?? '');
  const { to, cc, bcc, headers } = await PostalMime.parse(raw);
  const recipients = [...(to ?? []), ...(cc ?? []), ...(bcc ?? [])];
  return {
    requests: sent.length,
    envelope: input?.Destinations,
    shown: recipients.map(({ address }) => address),
    headers: headers.map(({ key }) => key).filter((key) => /^(resent-)?(to|cc|bcc)$/.test(key)),
  };
}

describe('an e-mail', () => {
  it('goes to exactly one address, the client’s or the agent’s, whatever they are called and whatever was typed', async () => {
    await fc.assert(
      fc.asyncProperty(words, async (typed) => {
        const named = { ...house, brandName: typed.brandName };
        for (const letter of lettersOf(typed))
          for (const [reader, address] of [
            ['client', CLIENT],
            ['agent', AGENT],
          ] as const)
            expect(await asSent(compose(letter, reader, named, now), named)).toEqual({
              requests: 1,
              envelope: [address],
              shown: [address],
              headers: ['to'],
            });
      }),
      { numRuns: 30 },
    );
  }, 60_000);

  it('that takes an appointment from an agent goes to that agent alone', async () => {
    await fc.assert(
      fc.asyncProperty(words, async (typed) => {
        const named = { ...house, brandName: typed.brandName };
        const [letter] = lettersOf(typed);
        if (!letter) throw new Error('no letter');

        expect(await asSent(composeHandOver(letter, named, now), named)).toEqual({
          requests: 1,
          envelope: [AGENT],
          shown: [AGENT],
          headers: ['to'],
        });
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it('that asks for a confirmation goes to the client’s alone', async () => {
    await fc.assert(
      fc.asyncProperty(words, async (typed) => {
        const named = { ...house, brandName: typed.brandName };
        const [letter] = lettersOf(typed);
        if (!letter) throw new Error('no letter');

        expect(await asSent(composeConfirmationRequest(letter, named), named)).toEqual({
          requests: 1,
          envelope: [CLIENT],
          shown: [CLIENT],
          headers: ['to'],
        });
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it('to what is more than one address goes nowhere', async () => {
    const [letter] = lettersOf({
      clientName: 'Ada',
      agentName: 'Alex',
      notes: undefined,
      reason: undefined,
      brandName: 'Acme',
      unproven: [],
    });
    if (!letter) throw new Error('no letter');
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(',', ';', ' ', '\r\n', '\u2028', '<', '>', '"', ':', '(', '\\', '\t'),
        fc.constantFrom('eve@example.com', 'Bcc: eve@example.com'),
        async (separator, more) => {
          const email = compose(letter, 'client', house, now);
          const to = { ...email.to, address: `${CLIENT}${separator}${more}` };

          expect(await asSent({ ...email, to }, house)).toMatchObject({ requests: 0 });
        },
      ),
    );
  });
});

describe('a text message', () => {
  it('goes to exactly the client’s number', async () => {
    await fc.assert(
      fc.asyncProperty(nasty, nasty, async (brandName, locale) => {
        const sent: PublishCommand['input'][] = [];
        const client = {
          send: async (command: PublishCommand) => {
            sent.push(command.input);
            return {};
          },
        } as unknown as SNSClient;

        await texter(client)(codeMessage({ phone: booked.client.phone, locale, code: '012345' }, { brandName }));

        expect(sent.map(({ PhoneNumber, TopicArn, TargetArn }) => [PhoneNumber, TopicArn, TargetArn])).toEqual([
          [booked.client.phone, undefined, undefined],
        ]);
      }),
    );
  });
});
