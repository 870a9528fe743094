import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { deadLettersOf as lettersOf } from '../adapters/dead-letter-queues';
import { timelineTable } from '../adapters/timeline-table';
import type { Entry } from '../domain/entry';
import type { DeadLetter } from './evidence';

// What the command `doctor` is made of.

export { lettersAbout } from './dead-letters';
export { gather, type Sources } from './gather';
export { lifeOf, type Life } from './life';
export { printed } from './print';

/** Where AWS, or the laptop, is reached; what is left out comes from the environment, as with every AWS tool. */
export type Reach = Pick<DynamoDBClientConfig, 'endpoint' | 'region' | 'credentials'>;

/** The timeline of a stage, whose table the bus's stack names in a parameter. */
export function timelineIn(reach: Reach, stage: string) {
  return {
    read: async (about: string): Promise<readonly Entry[]> => {
      const name = `/appointments/${stage}/timeline-table`;
      const { Parameter } = await new SSMClient(reach).send(new GetParameterCommand({ Name: name }));
      const table = Parameter?.Value;
      if (table === undefined) throw new Error(`the parameter ${name} is empty`);
      return timelineTable(DynamoDBDocumentClient.from(new DynamoDBClient(reach)), table).read(about);
    },
  };
}

export function deadLettersOf(reach: Reach, stage: string, about: string): Promise<readonly DeadLetter[]> {
  return lettersOf(new SQSClient(reach), stage, about);
}
