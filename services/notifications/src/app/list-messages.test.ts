import { describe, expect, it } from '@jest/globals';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { jsonRoute } from '@appointments/runtime';
import { documented } from '@appointments/runtime/test/documented';
import fc from 'fast-check';
import { listMessages, type LedgerEntry } from './list-messages';
import type { MessagesAnswer } from './message-schemas';
import { openApiPart } from './openapi';

const asDocumented = documented('GET /staff/appointments/{appointmentId}/messages');
const at = (seconds: number) => new Date(Date.parse('2026-11-22T12:00:00.000Z') + seconds * 1000).toISOString();
const entry = (more: Partial<LedgerEntry> = {}): LedgerEntry => ({
  appointmentId: 'apt_1',
  version: 1,
  template: 'confirmation',
  channel: 'email',
  recipient: 'client',
  status: 'sent',
  claimedAt: at(0),
  sentAt: at(1),
  providerId: 'm-1',
  fates: [],
  ...more,
});

async function ask(
  entries: readonly LedgerEntry[] | undefined,
  query: Record<string, string> = {},
  appointmentId = 'apt_1',
) {
  const asked: string[] = [];
  const handler = jsonRoute(
    { problemBase: 'https://book.example.com/problems' },
    listMessages({
      messagesOf: async (id) => {
        asked.push(id);
        return entries;
      },
    }),
  );
  const { statusCode, headers, body } = await handler({
    routeKey: 'GET /staff/appointments/{appointmentId}/messages',
    rawPath: `/staff/appointments/${appointmentId}/messages`,
    headers: {},
    queryStringParameters: query,
    pathParameters: { appointmentId },
    requestContext: { requestId: 'r-1', http: { method: 'GET' } },
  } as unknown as APIGatewayProxyEventV2);
  return {
    asked,
    status: statusCode,
    headers,
    body: JSON.parse(body ?? '') as never as MessagesAnswer & { type: string },
  };
}
const one = async (more: Partial<LedgerEntry>) => (await ask([entry(more)])).body.messages[0];

describe('the messages of an appointment', () => {
  it('are told with what became of them', async () => {
    const fates = [
      { status: 'sent', at: at(1), providerId: 'm-1' },
      { status: 'delivered', at: at(2), providerId: 'm-1' },
      { status: 'complained', at: at(90), providerId: 'm-1', reason: 'abuse' },
    ] as const;

    const { status, headers, body } = await ask([entry({ fates })]);

    expect([status, headers?.['cache-control']]).toEqual([200, 'no-store']);
    expect(body).toEqual({
      messages: [
        {
          version: 1,
          template: 'confirmation',
          channel: 'email',
          recipient: 'client',
          status: 'complained',
          at: at(90),
          history: [
            { at: at(1), status: 'sent' },
            { at: at(2), status: 'delivered' },
            { at: at(90), status: 'complained', reason: 'abuse' },
          ],
          providerId: 'm-1',
        },
      ],
    });
  });

  it.each([
    [
      'that is under way',
      { status: 'claimed', sentAt: undefined, providerId: undefined },
      'sending',
      at(0),
      ['sending'],
    ],
    ['that its provider took', {}, 'sent', at(1), ['sent']],
    [
      'that failed',
      { status: 'failed', sentAt: undefined, providerId: undefined, failedAt: at(3), reason: 'address-bounced' },
      'failed',
      at(3),
      ['failed address-bounced'],
    ],
    [
      'that failed and went later',
      { failedAt: at(0), reason: 'MessageRejected', sentAt: at(9) },
      'sent',
      at(9),
      ['failed MessageRejected', 'sent'],
    ],
    [
      'of which nobody knows',
      {
        channel: 'sms',
        status: 'unknown',
        sentAt: undefined,
        providerId: undefined,
        failedAt: at(900),
        reason: 'unknown',
      },
      'unknown',
      at(900),
      ['unknown unknown'],
    ],
    [
      'that came back',
      { fates: [{ status: 'bounced', at: at(2), providerId: 'm-1', reason: 'permanent-general' }] },
      'bounced',
      at(2),
      ['sent', 'bounced permanent-general'],
    ],
    [
      'that went twice, and the second arrived',
      {
        providerId: 'm-2',
        sentAt: at(900),
        fates: [
          { status: 'sent', at: at(1), providerId: 'm-1' },
          { status: 'sent', at: at(900), providerId: 'm-2' },
          { status: 'delivered', at: at(901), providerId: 'm-2' },
        ],
      },
      'delivered',
      at(901),
      ['sent', 'sent', 'delivered'],
    ],
  ] satisfies [string, Partial<LedgerEntry>, string, string, string[]][])(
    'one %s says so',
    async (_, more, status, since, steps) => {
      const message = await one(more);

      expect(message).toMatchObject({ status, at: since });
      expect(message?.history.map(({ status, reason = '' }) => `${status} ${reason}`.trim())).toEqual(steps);
    },
  );

  it('are as the document of the API says, whatever the ledger has', async () => {
    const fate = fc.record(
      {
        status: fc.constantFrom('sent', 'delayed', 'delivered', 'bounced', 'rejected', 'complained' as const),
        at: fc.nat(99).map(at),
        providerId: fc.constantFrom('m-1', 'm-2'),
        reason: fc.string(),
      },
      { requiredKeys: ['status', 'at', 'providerId'] },
    );
    const anyEntry = fc.record({
      status: fc.constantFrom('claimed', 'sent', 'failed', 'unknown' as const),
      sentAt: fc.option(fc.nat(99).map(at), { nil: undefined }),
      failedAt: fc.option(fc.nat(99).map(at), { nil: undefined }),
      reason: fc.option(fc.string(), { nil: undefined }),
      fates: fc.array(fate, { maxLength: 5 }),
    });

    await fc.assert(
      fc.asyncProperty(fc.array(anyEntry, { maxLength: 4 }), async (entries) => {
        const { body } = await ask(
          entries.map((each, index) => entry({ ...(each as Partial<LedgerEntry>), version: index + 1 })),
        );

        expect(() => asDocumented(200, body)).not.toThrow();
        expect(body.messages).toHaveLength(entries.length);
      }),
    );
  });

  it('come oldest first, a page at a time, each once', async () => {
    const all = [5, 3, 3, 9, 0].map((seconds, index) => entry({ claimedAt: at(seconds), version: index + 1 }));
    const seen: number[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const { body } = await ask(all, { limit: '2', ...(cursor !== undefined && { cursor }) });
      seen.push(...body.messages.map(({ version }) => version));
      cursor = body.next;
      pages += 1;
    } while (cursor !== undefined);

    expect(seen).toEqual([5, 2, 3, 1, 4]);
    expect(pages).toBe(3);
  });

  it('are none where nothing was sent yet', async () => {
    expect((await ask([])).body).toEqual({ messages: [] });
  });

  it('of an appointment that is not known are not found', async () => {
    expect(await ask(undefined)).toMatchObject({
      status: 404,
      body: { type: 'https://book.example.com/problems/no-such-appointment' },
    });
  });

  it('are not looked for under what can be no id', async () => {
    expect(await ask([entry()], {}, 'a#b')).toMatchObject({ status: 404, asked: [] });
  });

  it.each([{ limit: '0' }, { limit: '101' }, { limit: 'x' }, { cursor: '%' }])('refuse %j', async (query) => {
    expect(await ask([entry()], query)).toMatchObject({
      status: 400,
      body: { type: 'https://book.example.com/problems/invalid-request' },
    });
  });

  it('are documented to be answered in these ways', () => {
    const described = openApiPart().paths['/staff/appointments/{appointmentId}/messages'];

    expect(Object.keys(described?.get.responses ?? {})).toEqual(['200', '400', '401', '403', '404']);
  });
});
