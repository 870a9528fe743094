import { randomUUID } from 'node:crypto';
import type { Kernel } from '../kernel/types';
import type { QueueEngine } from './sqs';
import { ACCOUNT_ID, AwsError, REGION } from './types';
import type { SentAlert, SentSms } from './types';
import { xmlText } from './wire';

export const SNS_NAMESPACE = 'http://sns.amazonaws.com/doc/2010-03-31/';
const MAX_MESSAGE_BYTES = 262_144;
const MAX_SMS_CHARACTERS = 1600;

interface Topic {
  readonly arn: string;
  readonly subscriptions: readonly { readonly protocol: string; readonly endpoint: string }[];
}

const invalid = (message: string) => new AwsError('InvalidParameter', `Invalid parameter: ${message}`);

// Control characters are the point here.
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f]/;

/** Topics whose messages are listed as alerts and sent on to subscribed queues, and texts to phones. */
export function createTopics(kernel: Kernel, queues: QueueEngine) {
  const { clock, store } = kernel;
  const alerts = store.collection<SentAlert>('alerts');
  const texts = store.collection<SentSms>('texts');
  const topics = new Map<string, Topic>();
  const now = () => new Date(clock.now()).toISOString();

  const publish = async (topicArn: string, subject: string, message: string): Promise<string> => {
    const topic = topics.get(topicArn);
    if (topic === undefined) throw new AwsError('NotFound', 'Topic does not exist', 404);
    if (message === '') throw invalid('Empty message');
    if (Buffer.byteLength(message) > MAX_MESSAGE_BYTES) throw invalid('Message too long');
    if (subject.length > 100 || CONTROL.test(subject)) throw invalid('Subject');
    const id = randomUUID();
    const at = now();
    alerts.put(id, { id, at, subject, message });
    for (const { protocol, endpoint } of topic.subscriptions) {
      if (protocol !== 'sqs') continue;
      queues.enqueue(endpoint, {
        body: JSON.stringify({
          Type: 'Notification',
          MessageId: id,
          TopicArn: topic.arn,
          ...(subject === '' ? {} : { Subject: subject }),
          Message: message,
          Timestamp: at,
        }),
      });
    }
    await store.flushed();
    return id;
  };

  const text = async (phoneNumber: string, message: string): Promise<string> => {
    if (!/^\+[1-9]\d{6,14}$/.test(phoneNumber)) {
      throw invalid(`PhoneNumber Reason: ${phoneNumber} is not valid to publish to`);
    }
    if (message === '') throw invalid('Empty message');
    if (message.length > MAX_SMS_CHARACTERS) throw invalid('Message Reason: Message size is too long');
    const id = randomUUID();
    texts.put(id, { id, at: now(), to: phoneNumber, text: message });
    await store.flushed();
    return id;
  };

  const operations: Readonly<Record<string, (form: URLSearchParams) => string | Promise<string>>> = {
    Publish: async (form) => {
      const topicArn = form.get('TopicArn') ?? form.get('TargetArn');
      const phoneNumber = form.get('PhoneNumber');
      const message = form.get('Message') ?? '';
      if ((topicArn === null) === (phoneNumber === null)) {
        throw invalid('TopicArn or TargetArn Reason: exactly one of TopicArn, TargetArn, PhoneNumber must be given');
      }
      const id =
        topicArn === null
          ? await text(phoneNumber ?? '', message)
          : await publish(topicArn, form.get('Subject') ?? '', message);
      return `<MessageId>${id}</MessageId>`;
    },
    CheckIfPhoneNumberIsOptedOut: () => '<isOptedOut>false</isOptedOut>',
    ListTopics: () =>
      `<Topics>${[...topics.keys()].map((arn) => `<member><TopicArn>${xmlText(arn)}</TopicArn></member>`).join('')}</Topics>`,
  };

  return {
    operations,
    topics: {
      declare: (name: string, subscriptions: Topic['subscriptions'] = []) => {
        const arn = `arn:aws:sns:${REGION}:${ACCOUNT_ID}:${name}`;
        const known = topics.get(arn)?.subscriptions ?? [];
        // One subscription per endpoint, however often the templates are read.
        const added = subscriptions.filter(({ endpoint }) => !known.some((one) => one.endpoint === endpoint));
        topics.set(arn, { arn, subscriptions: [...known, ...added] });
        return { arn };
      },
      publish,
      alerts: () => [...alerts.values()],
      texts: () => [...texts.values()],
    },
  };
}
