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

const arnOf = (name: string) => `arn:aws:sns:${REGION}:${ACCOUNT_ID}:${name}`;

const invalid = (message: string) => new AwsError('InvalidParameter', `Invalid parameter: ${message}`);

// Control characters are the point here.
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f]/;

/** The topic that the laptop's two-way number writes to, where a stack subscribes to it. */
const INCOMING_TEXTS = 'incoming-texts';
/** What a laptop's clients write to. */
const OUR_NUMBER = '+12025550198';

/** Whoever answers so gets no more texts: the words that AWS heeds by itself (End User Messaging, "required opt-out list keywords"). */
const OPT_OUT = new Set(['ARRET', 'CANCEL', 'END', 'OPT-OUT', 'OPTOUT', 'QUIT', 'REMOVE', 'STOP', 'TD', 'UNSUBSCRIBE']);
/** What ends that again, as on a toll-free number. */
const OPT_IN = new Set(['START', 'UNSTOP']);

/** Topics whose messages are listed as alerts and sent on to subscribed queues, and texts to phones. */
export function createTopics(kernel: Kernel, queues: QueueEngine) {
  const { clock, store } = kernel;
  const alerts = store.collection<SentAlert>('alerts');
  const texts = store.collection<SentSms>('texts');
  const optedOut = store.collection<true>('texts-opted-out');
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
    notify(topic, { id, at, subject, message });
    await store.flushed();
    return id;
  };

  const notify = (topic: Topic, { id, at, subject, message }: SentAlert): void => {
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
  };

  const receive = async (from: string, message: string): Promise<void> => {
    const word = message.trim().toUpperCase();
    if (OPT_OUT.has(word)) optedOut.put(from, true);
    if (OPT_IN.has(word)) optedOut.delete(from);
    const topic = topics.get(arnOf(INCOMING_TEXTS));
    if (topic !== undefined) {
      const payload = {
        originationNumber: from,
        destinationNumber: OUR_NUMBER,
        messageKeyword: 'KEYWORD_000000000000',
        messageBody: message,
        inboundMessageId: randomUUID(),
      };
      notify(topic, { id: randomUUID(), at: now(), subject: '', message: JSON.stringify(payload) });
    }
    await store.flushed();
  };

  const text = async (phoneNumber: string, message: string): Promise<string> => {
    if (!/^\+[1-9]\d{6,14}$/.test(phoneNumber)) {
      throw invalid(`PhoneNumber Reason: ${phoneNumber} is not valid to publish to`);
    }
    if (message === '') throw invalid('Empty message');
    if (message.length > MAX_SMS_CHARACTERS) throw invalid('Message Reason: Message size is too long');
    const id = randomUUID();
    // As on AWS: it is accepted, and goes nowhere.
    if (!optedOut.has(phoneNumber)) texts.put(id, { id, at: now(), to: phoneNumber, text: message });
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
    CheckIfPhoneNumberIsOptedOut: (form) => `<isOptedOut>${optedOut.has(form.get('phoneNumber') ?? '')}</isOptedOut>`,
    ListTopics: () =>
      `<Topics>${[...topics.keys()].map((arn) => `<member><TopicArn>${xmlText(arn)}</TopicArn></member>`).join('')}</Topics>`,
  };

  return {
    operations,
    topics: {
      declare: (name: string, subscriptions: Topic['subscriptions'] = []) => {
        const arn = arnOf(name);
        const known = topics.get(arn)?.subscriptions ?? [];
        // One subscription per endpoint, however often the templates are read.
        const added = subscriptions.filter(({ endpoint }) => !known.some((one) => one.endpoint === endpoint));
        topics.set(arn, { arn, subscriptions: [...known, ...added] });
        return { arn };
      },
      publish,
      alerts: () => [...alerts.values()],
      texts: () => [...texts.values()],
      receive,
    },
  };
}
