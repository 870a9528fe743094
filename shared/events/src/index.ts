export {
  ContractViolation,
  defineEvent,
  FOR_REAL_PREFIX,
  MAX_HOPS,
  type Metadata,
  patternFor,
  personal,
  UnknownVersion,
  SERVICE_TAG,
  SUBSCRIPTION_TAG,
  words,
  type Cause,
  type DataOf,
  type Detail,
  type EventContract,
  type EventDefinition,
  type Fault,
  type OutgoingEvent,
  type SubscriptionKind,
} from './define-event';
export * from './contracts';
export { NotAnEvent, parse, UnexpectedEvent, unwrap, type ArrivedEvent, type Envelope } from './parse';
export {
  on,
  subscribe,
  subscribeTo,
  type Dispatch,
  type EventName,
  type Handlers,
  type Subscription,
} from './subscribe';
