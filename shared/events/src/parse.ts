import * as z from 'zod';
import { once, type Detail, type EventContract } from './define-event';

/** An event that arrived, narrowed by `detailType`. */
export type ArrivedEvent<Contract> =
  Contract extends EventContract<infer Name, infer Data>
    ? Detail<Data> & {
        readonly detailType: Name;
        readonly source: string;
        /** When EventBridge took it, ISO in UTC; when it happened is `metadata.occurredAt`. */
        readonly time?: string | undefined;
        /** There when the event is replayed and not new. */
        readonly replayName?: string | undefined;
      }
    : never;

/** What was given holds no event of a bus. The message names the place and never repeats what stands there. */
export class NotAnEvent extends Error {
  override readonly name = 'NotAnEvent';
}

/** An event that none of the contracts asked for. */
export class UnexpectedEvent extends Error {
  override readonly name = 'UnexpectedEvent';
}

/** An event as EventBridge wraps it, whatever it came in. */
export interface Envelope {
  readonly source: string;
  readonly detailType: string;
  readonly detail: unknown;
  readonly time?: string | undefined;
  readonly replayName?: string | undefined;
}

/** As a rule delivers it, as `PutEvents` takes it, and as this package's contracts create it. */
const Delivered = /* @__PURE__ */ once(() =>
  z.object({
    source: z.string(),
    'detail-type': z.string(),
    detail: z.unknown(),
    time: z.string().optional(),
    'replay-name': z.string().optional(),
  }),
);
const Put = /* @__PURE__ */ once(() => z.object({ Source: z.string(), DetailType: z.string(), Detail: z.string() }));
const Created = /* @__PURE__ */ once(() =>
  z.object({ source: z.string(), detailType: z.string(), detail: z.unknown(), time: z.string().optional() }),
);

/** EventBridge in a topic in a queue in a batch is the deepest there is. */
const MOST_WRAPPINGS = 8;

/**
 * Takes the event out of what it came in: an EventBridge event, a record of a Lambda function's batch or a message received
 * from SQS, an SNS notification, an entry for PutEvents; each also as JSON text, and one in the other.
 * @throws {@link NotAnEvent}
 */
export function unwrap(input: unknown): Envelope {
  let at = '';
  let given = input;
  for (let depth = 0; depth < MOST_WRAPPINGS; depth++) {
    while (typeof given === 'string') given = fromJson(given, at);
    const envelope = envelopeIn(given, at);
    if (envelope) return envelope;
    const wrapped = wrappedIn(given, at);
    if (!wrapped) break;
    given = wrapped.value;
    at = wrapped.at;
  }
  throw new NotAnEvent(`${at || 'input'}: neither an event of a bus nor anything that holds one`);
}

/** The form is told by its keys, and checked once it is told: a check that fails costs more than one that does not. */
function envelopeIn(given: unknown, at: string): Envelope | undefined {
  if (!isGroup(given)) return undefined;
  if ('detail-type' in given) {
    const delivered = Delivered().safeParse(given);
    if (!delivered.success) return undefined;
    const { source, 'detail-type': detailType, detail, time, 'replay-name': replayName } = delivered.data;
    return { source, detailType, detail, time, replayName };
  }
  if ('DetailType' in given) {
    const put = Put().safeParse(given);
    if (!put.success) return undefined;
    const { Source: source, DetailType: detailType, Detail } = put.data;
    return { source, detailType, detail: fromJson(Detail, below(at, 'Detail')) };
  }
  const created = 'detailType' in given ? Created().safeParse(given) : undefined;
  return created?.data;
}

/** What wraps an event on its way: a queue's record or message, a topic's record or notification, a batch of one. */
function wrappedIn(given: unknown, at: string): { readonly value: unknown; readonly at: string } | undefined {
  if (!isGroup(given)) return undefined;
  if ('Records' in given && Array.isArray(given.Records)) {
    const records: readonly unknown[] = given.Records;
    if (records.length !== 1)
      throw new NotAnEvent(`${below(at, 'Records')}: holds ${records.length} records; give them one by one`);
    return { value: records[0], at: below(at, 'Records.0') };
  }
  if ('body' in given && typeof given.body === 'string') return { value: given.body, at: below(at, 'body') };
  if ('Body' in given && typeof given.Body === 'string') return { value: given.Body, at: below(at, 'Body') };
  if ('Message' in given && typeof given.Message === 'string')
    return { value: given.Message, at: below(at, 'Message') };
  return 'Sns' in given && isGroup(given.Sns) ? { value: given.Sns, at: below(at, 'Sns') } : undefined;
}

const isGroup = (value: unknown): value is object => typeof value === 'object' && value !== null;

function fromJson(text: string, at: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Without its cause, whose message repeats the text.
    throw new NotAnEvent(`${at || 'input'}: not JSON`);
  }
}

const below = (at: string, key: string) => (at === '' ? key : `${at}.${key}`);

/** The contract of an envelope, by its name and who published it. */
export function contractFor<Contract extends EventContract>(
  contracts: readonly Contract[],
  { source, detailType }: Pick<Envelope, 'source' | 'detailType'>,
): Contract | undefined {
  return contracts.find((contract) => contract.detailType === detailType && contract.source === source);
}

/**
 * Reads one of these contracts' events, in whatever it came ({@link unwrap}): unknown fields are dropped and unknown words
 * kept, as a newer publisher may have them.
 * @throws {@link NotAnEvent}, {@link UnexpectedEvent}, UnknownVersion, or ContractViolation, which names path and fault.
 */
export function parse<Contract extends EventContract>(
  contracts: Contract | readonly Contract[],
  input: unknown,
): ArrivedEvent<Contract> {
  const asked = [contracts].flat() as readonly Contract[];
  const envelope = unwrap(input);
  const contract = contractFor(asked, envelope);
  if (!contract)
    throw new UnexpectedEvent(
      `${envelope.detailType} from ${envelope.source} is none of ${asked.map(({ detailType }) => detailType).join(', ')}`,
    );
  return arrived(contract, envelope);
}

/** The event of an envelope whose contract was found. */
export function arrived<Contract extends EventContract>(
  contract: Contract,
  envelope: Envelope,
): ArrivedEvent<Contract> {
  const { detailType, source, time, replayName } = envelope;
  return { ...contract.parse(envelope.detail), detailType, source, time, replayName } as ArrivedEvent<Contract>;
}
