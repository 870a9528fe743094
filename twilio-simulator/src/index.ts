export { InvalidActionError, PhoneCannotError } from './errors';
export type { BehaviourSetting } from './phones';
export type { Collection, SidPrefix, SimulatorPorts, Timer } from './ports';
export { realTimePorts } from './ports';
export type { Behaviour } from './records';
export type { RestFault, RestRequest } from './rest';
export { sign } from './signature';
export type {
  CallView,
  ConferenceView,
  PhoneAction,
  PhoneView,
  SimulatorOptions,
  TwilioSimulator,
  WarningView,
} from './simulator';
export { createTwilioSimulator } from './simulator';
export type { Transport, TransportAnswer, TransportRequest } from './transport';
export { NoAnswer, nodeTransport } from './transport';
