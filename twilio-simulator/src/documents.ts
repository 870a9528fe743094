import { callParameters } from './call-parameters';
import { DocumentError } from './errors';
import type { CallRecord, Hook, HttpMethod } from './records';
import type { DocumentKind } from './twiml';
import { parseTwiml } from './twiml';
import type { Verb } from './verbs';
import type { Webhook, WebhookAnswer } from './webhooks';

/** Where the next document of a call comes from. */
export type Source =
  | { readonly from: 'twiml'; readonly text: string }
  | { readonly from: 'verbs'; readonly verbs: readonly Verb[] }
  | {
      readonly from: 'url';
      readonly hook: Hook;
      readonly parameters: Readonly<Record<string, string>>;
      readonly isFallback: boolean;
    };

export interface Document {
  /** Null for TwiML that was given by parameter: its URLs must be absolute. */
  readonly url: string | null;
  readonly verbs: readonly Verb[];
}

export interface DocumentPorts {
  readonly accountSid: string;
  /** Sends a webhook of the call, after those fired before it. */
  readonly request: (callSid: string, webhook: Webhook) => Promise<WebhookAnswer>;
}

/** Fetches and reads a call's next document; throws DocumentError where there is none to run. */
export async function loadDocument(
  { accountSid, request }: DocumentPorts,
  call: CallRecord,
  source: Source,
  kind: DocumentKind,
): Promise<Document> {
  if (source.from === 'verbs') return { url: null, verbs: source.verbs };
  if (source.from === 'twiml') return { url: null, verbs: parseTwiml(source.text, kind) };
  const answer = await request(call.sid, {
    url: source.hook.url,
    method: source.hook.method,
    parameters: {
      ...callParameters(call, accountSid),
      // With synchronous detection the verdict comes with the document's request.
      ...(call.answeredBy !== null && !call.asyncAmd && kind !== 'wait' ? { AnsweredBy: call.answeredBy } : {}),
      ...source.parameters,
    },
  });
  return readDocument(answer, kind);
}

function readDocument(answer: WebhookAnswer, kind: DocumentKind): Document {
  const refuse = (code: number, message: string): DocumentError => new DocumentError(code, message, answer.url);
  if (answer.failure !== null) throw refuse(11200, `HTTP retrieval failure: ${answer.failure}`);
  if (answer.status < 200 || answer.status > 299)
    throw refuse(11200, `HTTP retrieval failure: status ${answer.status}`);
  const type = answer.contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  if (type.startsWith('audio/'))
    return { url: answer.url, verbs: [{ verb: 'Play', url: answer.url, loop: kind === 'wait' ? 0 : 1 }] };
  if (!['text/xml', 'application/xml', 'application/twiml+xml'].includes(type)) {
    throw refuse(12300, `Invalid Content-Type: ${type === '' ? 'none' : type}`);
  }
  try {
    return { url: answer.url, verbs: parseTwiml(answer.body, kind) };
  } catch (fault) {
    if (fault instanceof DocumentError) throw refuse(fault.code, fault.message);
    throw fault;
  }
}

/** The absolute address of what a document names. */
export function resolve(document: Document, address: string): string {
  if (URL.canParse(address)) return address;
  if (document.url === null)
    throw new DocumentError(11100, `Invalid URL format: ${address} must be absolute in TwiML given by parameter`);
  if (!URL.canParse(address, document.url)) throw new DocumentError(11100, `Invalid URL format: ${address}`);
  return new URL(address, document.url).href;
}

/** As `resolve`, where an element may also name nothing. */
export function hookOf(document: Document, address: string | null, method: HttpMethod): Hook | null {
  return address === null || address === '' ? null : { url: resolve(document, address), method };
}

/** The next document: the named one, or the current one where none is named. */
export function sourceOf(
  document: Document,
  address: string | null,
  method: HttpMethod,
  parameters: Readonly<Record<string, string>>,
): Source {
  const url = address === null || address === '' ? document.url : resolve(document, address);
  if (url === null) throw new DocumentError(11100, 'TwiML given by parameter has no address of its own to return to');
  return { from: 'url', hook: { url, method }, parameters, isFallback: false };
}

/** Warnings name a document without what its query may carry. */
export function withoutQuery(url: string): string {
  return url.split(/[?#]/)[0] ?? '';
}
