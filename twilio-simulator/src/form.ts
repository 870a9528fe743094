import { RestError } from './errors';
import type { Hook, HttpMethod } from './records';

/** A request's parameters, read one by one; what nobody reads is refused at the end. */
export interface Form {
  readonly text: (name: string) => string | null;
  /** Whether it was sent at all, be it empty. */
  readonly given: (name: string) => boolean;
  readonly list: (name: string) => readonly string[];
  readonly boolean: (name: string) => boolean | null;
  readonly integer: (name: string, low: number, high: number) => number | null;
  readonly method: (name: string) => HttpMethod;
  /** An absolute http address, with the method beside it; `code` is Twilio's for a bad one. */
  readonly hook: (name: string, methodName: string, code: number) => Hook | null;
  /** Refuses a parameter that Twilio knows and the simulator does not act on. */
  readonly cannot: (...names: readonly string[]) => void;
  /** Refuses whatever was sent and not read: a typing error must not pass in silence. */
  readonly nothingElse: () => void;
}

/** Twilio has no single code for "this parameter is wrong"; 20001 is its general one. */
export const INVALID_PARAMETER = 20_001;

export function readForm(parameters: URLSearchParams): Form {
  const read = new Set<string>();
  const text = (name: string): string | null => {
    read.add(name);
    const values = parameters.getAll(name);
    if (values.length > 1) throw new RestError(400, INVALID_PARAMETER, `${name} was given ${values.length} times`);
    const [value] = values;
    return value === undefined || value === '' ? null : value;
  };
  const method = (name: string): HttpMethod => {
    const value = text(name)?.toUpperCase() ?? 'POST';
    if (value !== 'GET' && value !== 'POST')
      throw new RestError(400, 21_403, `Invalid ${name}: ${value} must be GET or POST`);
    return value;
  };
  return {
    text,
    method,
    given: (name) => parameters.has(name),
    list: (name) => {
      read.add(name);
      return parameters.getAll(name);
    },
    boolean: (name) => {
      const value = text(name)?.toLowerCase() ?? null;
      if (value === null) return null;
      if (value !== 'true' && value !== 'false')
        throw new RestError(400, INVALID_PARAMETER, `${name} must be true or false`);
      return value === 'true';
    },
    integer: (name, low, high) => {
      const value = text(name);
      if (value === null) return null;
      const number = /^-?\d+$/.test(value) ? Number(value) : Number.NaN;
      if (!(number >= low && number <= high)) {
        throw new RestError(400, INVALID_PARAMETER, `${name} must be a whole number from ${low} to ${high}`);
      }
      return number;
    },
    hook: (name, methodName, code) => {
      const url = text(name);
      const how = method(methodName);
      if (url === null) return null;
      const parsed = URL.canParse(url) ? new URL(url) : null;
      if (parsed === null || !['http:', 'https:'].includes(parsed.protocol) || parsed.hostname.includes('_')) {
        throw new RestError(400, code, `${name} is not a valid URL: ${url}`);
      }
      return { url, method: how };
    },
    cannot: (...names) => {
      const sent = names.find((name) => parameters.has(name));
      if (sent !== undefined) throw new RestError(400, INVALID_PARAMETER, `${sent} is not simulated`);
    },
    nothingElse: () => {
      const unknown = [...parameters.keys()].find((name) => !read.has(name));
      if (unknown !== undefined) throw new RestError(400, INVALID_PARAMETER, `Unknown parameter: ${unknown}`);
    },
  };
}
