import { describe, expect, it } from '@jest/globals';
import twilio from 'twilio';
import type RequestClient from 'twilio/lib/base/RequestClient';
import type { Twilio } from 'twilio';
import { specification } from '../test/open-api';

const ACCOUNT = `AC${'a'.repeat(32)}`;
const CALL = `CA${'a'.repeat(32)}`;
const ROOM = `CF${'a'.repeat(32)}`;

type Json = Record<string, unknown>;
interface Example {
  readonly operation: string;
  readonly name: string;
  readonly status: number;
  readonly value: Json;
}

/** What the SDK is asked to do, so that it reads the answer of that operation. */
const requests: Readonly<Record<string, (client: Twilio) => Promise<unknown>>> = {
  CreateCall: (client) => client.calls.create({ to: '+12025550100', from: '+12025550101', url: 'https://example.com' }),
  ListCall: (client) => client.calls.page(),
  FetchCall: (client) => client.calls(CALL).fetch(),
  UpdateCall: (client) => client.calls(CALL).update({ status: 'completed' }),
  ListConference: (client) => client.conferences.page(),
  FetchConference: (client) => client.conferences(ROOM).fetch(),
  UpdateConference: (client) => client.conferences(ROOM).update({ status: 'completed' }),
  CreateParticipant: (client) =>
    client.conferences(ROOM).participants.create({ to: '+12025550100', from: '+12025550101' }),
  ListParticipant: (client) => client.conferences(ROOM).participants.page(),
  FetchParticipant: (client) => client.conferences(ROOM).participants(CALL).fetch(),
  UpdateParticipant: (client) => client.conferences(ROOM).participants(CALL).update({ muted: true }),
};

const examples: readonly Example[] = Object.values(specification.paths)
  .flatMap((operations) => Object.values(operations))
  .filter(({ operationId }) => operationId in requests)
  .flatMap(({ operationId, responses }) =>
    Object.entries(responses).flatMap(([status, { content }]) =>
      Object.values(content ?? {}).flatMap((type) =>
        Object.entries(type.examples ?? {}).map(([name, { value }]) => ({
          operation: operationId,
          name,
          status: Number(status),
          value: value as Json,
        })),
      ),
    ),
  );

/** The real SDK, to which every request is answered with the example. */
function answering({ status, value }: Example): Twilio {
  class Canned extends twilio.RequestClient {
    override request<T>(_: RequestClient.RequestOptions<T>) {
      return Promise.resolve({ statusCode: status, body: JSON.stringify(value), headers: {} } as never);
    }
  }
  return twilio(ACCOUNT, 'token', { httpClient: new Canned() });
}

const camel = (name: string): string => name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** What the SDK makes of a value: dates of date_…, start_… and end_… fields, everything else as it stands. */
function asRead(name: string, value: unknown): unknown {
  const isDate = name.startsWith('date_') || name === 'start_time' || name === 'end_time';
  return isDate && typeof value === 'string' ? new Date(value) : value;
}

describe("the examples of Twilio's specification", () => {
  it('are all there', () => {
    expect(examples).toHaveLength(49);
    expect(new Set(examples.map(({ operation }) => operation))).toEqual(new Set(Object.keys(requests)));
  });

  it.each(examples.map((example) => [example.operation, example.name, example] as const))(
    'are read by the SDK field by field: %s %s',
    async (operation, _, example) => {
      const read = (await requests[operation]?.(answering(example))) as Record<string, unknown>;

      const lists = Object.values(example.value).find(Array.isArray) as Json[] | undefined;
      const instances = (lists === undefined ? [read] : read['instances']) as Record<string, unknown>[];
      expect(instances).toHaveLength(lists?.length ?? 1);
      for (const [index, given] of (lists ?? [example.value]).entries()) {
        for (const [name, value] of Object.entries(given)) {
          expect([name, instances[index]?.[camel(name)]]).toEqual([name, asRead(name, value)]);
        }
        expect(instances[index]).toMatchObject({ accountSid: given['account_sid'] });
      }
    },
  );
});
