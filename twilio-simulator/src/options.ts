import type { Chaos } from './chaos';
import type { ControlOptions } from './controls';
import type { ApiKey } from './credentials';
import type { SimulatorPorts } from './ports';
import type { RestFault, RestRequest } from './rest';
import type { Transport } from './transport';

export interface SimulatorOptions {
  readonly accountSid: string;
  /** Signs every webhook and opens the REST API. */
  readonly authToken: string;
  readonly ports: SimulatorPorts;
  /** Keys that open the REST API beside the token. @default none */
  readonly apiKeys?: readonly ApiKey[];
  /** Numbers the account owns or verified; any other From is refused with 21210. @default every number */
  readonly allowedFrom?: readonly string[];
  /** How numbers begin that the account may call (`+1`, `+44`); any other To is refused with 21215. @default every number */
  readonly allowedCallingCodes?: readonly string[];
  /** Creates beyond this rate wait in a queue and say so by `queue_time`. @default no pacing */
  readonly callsPerSecond?: number;
  /** How far GET lags behind what happened, in milliseconds of the clock. @default 0 */
  readonly readLagMs?: number;
  /** How long detection of machines listens to people, in milliseconds of the clock. @default 0 */
  readonly detectionMs?: number;
  /** What a minute costs, told as the call's `price` a minute after its end. @default 0.014 (US dollars) */
  readonly pricePerMinute?: number;
  /** Whether the action of a Dial that a redirect interrupts is asked as well, as was measured at Twilio. @default true */
  readonly asksInterruptedAction?: boolean;
  /** Carries webhooks. @default HTTP */
  readonly transport?: Transport;
  /** Asked before each REST request, before `chaos` is. @default every request passes */
  readonly fault?: (request: RestRequest) => RestFault;
  /** What goes wrong on purpose, from a seed. @default one with a seed of its own, calm until told otherwise */
  readonly chaos?: Chaos;
  /** Serves the controls under `/_simulator`, to whoever reaches the port. @default none */
  readonly controls?: ControlOptions;
}
