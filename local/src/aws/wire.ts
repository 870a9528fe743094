import { randomUUID } from 'node:crypto';
import { AwsError } from './types';
import type { WireResponse } from './types';

/** What JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** The one place where text from outside becomes a value; throws `SyntaxError` for what is not JSON. */
export function parseJson(text: string): Json {
  return JSON.parse(text) as Json;
}

const isObject = (value: Json | undefined): value is { readonly [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Typed reading of a request's members: absent and null are `undefined`, a wrong type is a SerializationException. */
export interface Fields {
  readonly text: (name: string) => string | undefined;
  readonly number: (name: string) => number | undefined;
  readonly flag: (name: string) => boolean | undefined;
  readonly object: (name: string) => Fields | undefined;
  readonly objects: (name: string) => readonly Fields[] | undefined;
  readonly texts: (name: string) => readonly string[] | undefined;
  readonly names: () => readonly string[];
  readonly raw: (name: string) => Json | undefined;
}

/** Reads the members of one JSON object. */
export function fieldsOf(value: Json): Fields {
  if (!isObject(value)) throw new AwsError('SerializationException', 'Expected a JSON object.');
  const members = value;
  const member = (name: string): Json | undefined =>
    Object.hasOwn(members, name) ? (members[name] ?? undefined) : undefined;
  const wrong = (name: string, wanted: string) => new AwsError('SerializationException', `${name} must be ${wanted}.`);
  const list = (name: string): readonly Json[] | undefined => {
    const found = member(name);
    if (found === undefined) return undefined;
    if (!Array.isArray(found)) throw wrong(name, 'a list');
    return found as readonly Json[];
  };
  return {
    text: (name) => {
      const found = member(name);
      if (found !== undefined && typeof found !== 'string') throw wrong(name, 'a string');
      return found;
    },
    number: (name) => {
      const found = member(name);
      if (found !== undefined && typeof found !== 'number') throw wrong(name, 'a number');
      return found;
    },
    flag: (name) => {
      const found = member(name);
      if (found !== undefined && typeof found !== 'boolean') throw wrong(name, 'true or false');
      return found;
    },
    object: (name) => {
      const found = member(name);
      if (found === undefined) return undefined;
      if (!isObject(found)) throw wrong(name, 'an object');
      return fieldsOf(found);
    },
    objects: (name) => list(name)?.map((each) => fieldsOf(each)),
    texts: (name) =>
      list(name)?.map((each) => {
        if (typeof each !== 'string') throw wrong(name, 'a list of strings');
        return each;
      }),
    names: () => Object.keys(members),
    raw: member,
  };
}

/** The request's body as members; an empty body is an empty object, as the SDKs send it. */
export function fieldsOfBody(body: string): Fields {
  if (body.trim() === '') return fieldsOf({});
  try {
    return fieldsOf(parseJson(body));
  } catch (cause) {
    if (cause instanceof AwsError) throw cause;
    throw new AwsError('SerializationException', 'The body is not JSON.');
  }
}

/** An answer of the JSON protocols. */
export function jsonAnswer(value: unknown, contentType = 'application/x-amz-json-1.0', status = 200): WireResponse {
  return {
    status,
    headers: { 'content-type': contentType, 'x-amzn-requestid': randomUUID() },
    body: JSON.stringify(value),
  };
}

/** An error of the JSON protocols; `headers` are what a single service adds. */
export function jsonError(
  error: AwsError,
  contentType = 'application/x-amz-json-1.0',
  headers: Record<string, string> = {},
): WireResponse {
  return {
    status: error.status,
    headers: {
      'content-type': contentType,
      'x-amzn-requestid': randomUUID(),
      'x-amzn-errortype': error.code,
      ...headers,
    },
    body: JSON.stringify({ __type: error.code, message: error.message, Message: error.message }),
  };
}

const XML_ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#xD;',
};

/** Text as it stands in XML. */
export function xmlText(text: string): string {
  return text.replace(/[&<>"\r]/g, (each) => XML_ESCAPES[each] ?? each);
}

/** An answer of the query protocol: `<ActionResponse><ActionResult>…`. */
export function xmlAnswer(action: string, namespace: string, result: string): WireResponse {
  const requestId = randomUUID();
  return {
    status: 200,
    headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
    body:
      `<${action}Response xmlns="${namespace}"><${action}Result>${result}</${action}Result>` +
      `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${action}Response>`,
  };
}

/** An error of the query protocol. */
export function xmlError(error: AwsError): WireResponse {
  const requestId = randomUUID();
  return {
    status: error.status,
    headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
    body:
      `<ErrorResponse><Error><Type>${error.status < 500 ? 'Sender' : 'Receiver'}</Type>` +
      `<Code>${xmlText(error.code)}</Code><Message>${xmlText(error.message)}</Message></Error>` +
      `<RequestId>${requestId}</RequestId></ErrorResponse>`,
  };
}

/** The members of a list in a form: `Name.member.1`, `Name.member.2`, … */
export function formList(form: URLSearchParams, name: string): string[] {
  const found: string[] = [];
  for (let n = 1; ; n += 1) {
    const value = form.get(`${name}.member.${n}`);
    if (value === null) return found;
    found.push(value);
  }
}
