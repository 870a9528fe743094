export {
  ContractViolation,
  defineEvent,
  FOR_REAL_PREFIX,
  MAX_HOPS,
  type Metadata,
  patternFor,
  personal,
  SERVICE_TAG,
  SUBSCRIPTION_TAG,
  words,
  type Cause,
  type DataOf,
  type Detail,
  type EventContract,
  type EventDefinition,
  type OutgoingEvent,
  type SubscriptionKind,
} from './define-event';
export * from './contracts';
export { SUBSCRIBERS } from './subscribers';
