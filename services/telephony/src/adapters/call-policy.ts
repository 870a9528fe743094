import { callPolicy, DEFAULT_POLICY } from '../domain/policy';
import { jsonSetting } from './json-setting';

/** How calls are tried, as the operator sets it: JSON of what differs from the defaults, such as `{"attempts": 2}`. */
export const CallPolicySetting = jsonSetting({ text: '{}', value: DEFAULT_POLICY }, callPolicy);
