export { readConfig, ConfigurationError } from './config';
export { busClient, cancellationCodes, documentClient, isConditionFailed, isConflict, queueClient } from './clients';
export { consume, consumeMessages, putBackDelaySeconds, type ConsumePorts, type ReceivedEvent } from './consume';
export { assertMayAct, handlingContext, ReplayMayNotAct, within, type HandlingContext } from './context';
export { CountryCodes, E164, NOT_E164 } from './e164';
export { NotYet, NOT_YET_LIMIT_MS, PermanentError, THROTTLED_LIMIT_MS } from './errors';
export { gathering } from './gathering';
export {
  appointmentIdIn,
  checked,
  faultsOf,
  invalidRequest,
  jsonRoute,
  jsonRoutes,
  MAX_BODY_BYTES,
  Problem,
  problemBaseAt,
  type Fault,
  type HttpAnswer,
  type HttpRequest,
  type ProblemDetails,
  type RouteOptions,
} from './http';
export {
  confirmUrl,
  isPhoneCode,
  LinkKeys,
  manageUrl,
  phoneCode,
  signEmailToken,
  signManageToken,
  verifyEmailToken,
  verifyManageToken,
} from './manage-link';
export {
  delaySecondsUntil,
  eventItem,
  MAX_DELAY_SECONDS,
  messageItem,
  publishOutbox,
  type OutboxItem,
  type OutboxPorts,
} from './outbox';
export { cursorAt, cursorOf, keyOf, NOT_NEXT, pageOf, PageQuery } from './pages';
export { publish, PublishFailed } from './publish';
export { redact, redactText } from './redact';
export { secret } from './secrets';
export { tableItems, type ItemKey, type TableItems, type Write } from './table-items';
export { count, flushMetrics, log, measure, traced } from './telemetry';
