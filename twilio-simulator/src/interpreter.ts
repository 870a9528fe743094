import { callParameters } from './call-parameters';
import type { Conferences, Stay } from './conferences';
import { DocumentError } from './errors';
import type { Phones } from './phones';
import type { SimulatorPorts } from './ports';
import type { CallRecord, Hook, HttpMethod } from './records';
import type { Strand } from './strand';
import { startStrand } from './strand';
import type { ConferenceAttributes, Dial, Gather, Prompt, Verb } from './twiml';
import { parseTwiml } from './twiml';
import type { Webhook, WebhookAnswer } from './webhooks';

/** Where the next document of a call comes from. */
export type Source =
  | { readonly from: 'twiml'; readonly text: string }
  | {
      readonly from: 'url';
      readonly hook: Hook;
      readonly parameters: Readonly<Record<string, string>>;
      readonly isFallback: boolean;
    };

interface Document {
  /** Null for TwiML that was given by parameter: its URLs must be absolute. */
  readonly url: string | null;
  readonly verbs: readonly Verb[];
}

/** What a call that was answered is doing, in memory: a restart ends every live call. */
interface Line {
  strand: Strand | null;
  music: Strand | null;
  onKey: ((key: string) => void) | null;
  /** The action of the Dial that is running; it is also asked when the Dial is interrupted. */
  dialAction: Hook | null;
}

export interface InterpreterPorts {
  readonly ports: SimulatorPorts;
  readonly accountSid: string;
  readonly call: (sid: string) => CallRecord | undefined;
  readonly phones: Phones;
  readonly conferences: () => Conferences;
  /** Sends a webhook of the call, after those fired before it. */
  readonly request: (callSid: string, webhook: Webhook) => Promise<WebhookAnswer>;
  readonly hangUp: (callSid: string) => void;
  readonly warn: (code: number, message: string, callSid: string) => void;
}

export interface Interpreter {
  /** Runs the document; whatever the call ran before stops. */
  readonly run: (callSid: string, source: Source) => void;
  /** As `run`, but for the room the call is in and the Dial that is interrupted. */
  readonly redirect: (callSid: string, source: Source) => void;
  readonly press: (callSid: string, key: string) => void;
  readonly stop: (callSid: string) => void;
  readonly startMusic: (callSid: string, room: ConferenceAttributes) => void;
  readonly stopMusic: (callSid: string) => void;
}

export const APPLICATION_ERROR = 'We are sorry, an application error has occurred. Goodbye.';
/** What plays to one who waits when no waitUrl was given. */
export const DEFAULT_MUSIC = 'http://twimlets.com/holdmusic?Bucket=com.twilio.music.classical';
/** Speech takes no virtual time: documents that only talk and redirect would follow each other for ever. */
const MOST_DOCUMENTS_WITHOUT_REST = 100;

/** Runs TwiML: what is heard, waited for and asked next. */
export function createInterpreter(deps: InterpreterPorts): Interpreter {
  const { ports, phones } = deps;
  const lines = new Map<string, Line>();

  const lineOf = (callSid: string): Line => {
    const known = lines.get(callSid);
    if (known) return known;
    const made: Line = { strand: null, music: null, onKey: null, dialAction: null };
    lines.set(callSid, made);
    return made;
  };
  const mustBe = (callSid: string): CallRecord => {
    const call = deps.call(callSid);
    if (call === undefined) throw new Error(`No call ${callSid}`);
    return call;
  };
  const hear = (callSid: string, line: string): void => {
    if (line !== '') phones.hear(mustBe(callSid).to, line);
  };

  /** Rests for so many virtual milliseconds, for ever when null, or until a key is pressed: then it is the answer. */
  const listen = (
    strand: Strand,
    callSid: string,
    ms: number | null,
    keys: 'keys' | 'no-keys',
  ): Promise<string | null> =>
    strand.rest<string | null>((wake) => {
      const line = lineOf(callSid);
      const disarm =
        ms === null
          ? () => undefined
          : ports.arm({
              at: ports.now() + ms,
              kind: 'carrier',
              what: 'a pause or time-out of a call',
              run: () => wake(null),
            });
      if (keys === 'keys') line.onKey = wake;
      return () => {
        disarm();
        if (line.onKey === wake) line.onKey = null;
      };
    });

  /** Speech takes no time; music and what loops without end last until interrupted. */
  const prompt = async (
    strand: Strand,
    callSid: string,
    document: Document,
    said: Prompt,
    keys: 'keys' | 'no-keys',
  ): Promise<string | null> => {
    switch (said.verb) {
      case 'Pause':
        return said.seconds === 0 ? null : listen(strand, callSid, said.seconds * 1000, keys);
      case 'Say':
      case 'Play': {
        const line = said.verb === 'Say' ? said.text : `♪ ${resolve(document, said.url)}`;
        for (let times = 0; times < Math.max(1, said.loop); times += 1) hear(callSid, line);
        return said.loop === 0 ? listen(strand, callSid, null, keys) : null;
      }
      default:
        return said satisfies never;
    }
  };

  const load = async (strand: Strand, callSid: string, source: Source): Promise<Document> => {
    if (source.from === 'twiml') return { url: null, verbs: parseTwiml(source.text) };
    const call = mustBe(callSid);
    const answer = await deps.request(callSid, {
      url: source.hook.url,
      method: source.hook.method,
      parameters: {
        ...callParameters(call, deps.accountSid),
        // With synchronous detection the verdict comes with the document's request.
        ...(call.answeredBy !== null && !call.asyncAmd ? { AnsweredBy: call.answeredBy } : {}),
        ...source.parameters,
      },
    });
    strand.check();
    return readDocument(answer, 'call');
  };

  const gather = async (strand: Strand, callSid: string, document: Document, verb: Gather): Promise<Source | null> => {
    let key: string | null = null;
    for (const said of verb.prompts) {
      key = await prompt(strand, callSid, document, said, 'keys');
      if (key !== null) break;
    }
    // One who accepts presses as soon as there is something to press for, having heard the words.
    if (key === null && mustBe(callSid).behaviour === 'accept') key = '1';
    let digits = '';
    let finishedOn = '';
    for (;;) {
      key ??= await listen(strand, callSid, verb.timeoutSeconds * 1000, 'keys');
      if (key === null) break;
      if (key === verb.finishOnKey) {
        finishedOn = key;
        break;
      }
      digits += key;
      key = null;
      if (verb.numDigits !== null && digits.length >= verb.numDigits) break;
    }
    if (digits === '' && !verb.actionOnEmptyResult) return null;
    return sourceOf(document, verb.action, verb.method, {
      Digits: digits,
      FinishedOnKey: finishedOn,
      msg: 'Gather End',
    });
  };

  const dial = async (strand: Strand, callSid: string, document: Document, verb: Dial): Promise<Source | null> => {
    const line = lineOf(callSid);
    const room = verb.conference;
    const action = verb.action === null ? null : { url: resolve(document, verb.action), method: verb.method };
    const over: { stay: Stay | null; wake: ((stay: Stay) => void) | null } = { stay: null, wake: null };
    const joined = deps.conferences().join(
      callSid,
      mustBe(callSid).to,
      {
        ...room,
        waitUrl: room.waitUrl === null || room.waitUrl === '' ? room.waitUrl : resolve(document, room.waitUrl),
        statusCallback: room.statusCallback === null ? null : resolve(document, room.statusCallback),
      },
      (stay) => {
        over.stay = stay;
        over.wake?.(stay);
      },
    );
    if (joined === 'duplicate-label') {
      deps.warn(
        16025,
        `Conference ${room.name}: a participant labelled ${String(room.participantLabel)} is there already`,
        callSid,
      );
      return null;
    }
    if (joined === 'full') {
      deps.warn(16020, `Conference ${room.name} is full`, callSid);
      return action === null ? null : sourceOf(document, action.url, action.method, { DialCallStatus: 'failed' });
    }
    if (room.statusCallback !== null && room.statusCallbackEvents.length === 0) {
      deps.warn(13240, 'statusCallback without statusCallbackEvent: nothing will be called', callSid);
    }
    line.dialAction = action;
    const stay = await strand.rest<Stay>((wake) => {
      over.wake = wake;
      if (over.stay !== null) wake(over.stay);
      const leave = (): void => deps.conferences().leave(callSid, 'participant_hung_up');
      const disarm =
        verb.timeLimitSeconds === null
          ? () => undefined
          : ports.arm({
              at: ports.now() + verb.timeLimitSeconds * 1000,
              kind: 'carrier',
              what: 'the time limit of a Dial',
              run: leave,
            });
      if (verb.hangupOnStar) line.onKey = (key) => (key === '*' ? leave() : undefined);
      return () => {
        disarm();
        line.onKey = null;
      };
    });
    line.dialAction = null;
    if (action === null) return null;
    // A conference has no child call: neither DialCallSid nor DialCallDuration are told.
    return sourceOf(document, action.url, action.method, {
      DialCallStatus: stay.failed ? 'failed' : 'answered',
      DialBridged: String(stay.bridged),
    });
  };

  /** Plays the document to its end or to the next one; null is the end of the call. */
  const play = async (strand: Strand, callSid: string, document: Document): Promise<Source | null> => {
    for (const verb of document.verbs) {
      switch (verb.verb) {
        case 'Say':
        case 'Play':
        case 'Pause':
          await prompt(strand, callSid, document, verb, 'no-keys');
          break;
        case 'Gather':
        case 'Dial': {
          const next =
            verb.verb === 'Gather'
              ? await gather(strand, callSid, document, verb)
              : await dial(strand, callSid, document, verb);
          if (next !== null) return next;
          break;
        }
        case 'Redirect':
          return sourceOf(document, verb.url, verb.method, {});
        case 'Hangup':
        case 'Reject':
          return null;
        default:
          return verb satisfies never;
      }
    }
    return null;
  };

  /** What follows a document that failed: the fallback URL once, else the words everybody dreads and the end. */
  const afterFailure = (callSid: string, failed: Source, fault: DocumentError, mayFallBack: boolean): Source | null => {
    const failedUrl = fault.url ?? (failed.from === 'url' ? failed.hook.url : '');
    deps.warn(fault.code, `${fault.message}${failedUrl === '' ? '' : ` (${withoutQuery(failedUrl)})`}`, callSid);
    const { fallback } = mustBe(callSid);
    if (fallback === null || !mayFallBack || (failed.from === 'url' && failed.isFallback)) {
      hear(callSid, APPLICATION_ERROR);
      return null;
    }
    const parameters = { ErrorCode: String(fault.code), ErrorUrl: failedUrl };
    return { from: 'url', hook: fallback, parameters, isFallback: true };
  };

  const chain = async (strand: Strand, callSid: string, first: Source): Promise<void> => {
    const hurry = hurryOf(strand);
    let source: Source | null = first;
    while (source !== null) {
      const current: Source = source;
      const hurried = hurry() > MOST_DOCUMENTS_WITHOUT_REST;
      try {
        if (hurried) throw new DocumentError(12200, `${MOST_DOCUMENTS_WITHOUT_REST} documents without a pause: a loop`);
        source = await play(strand, callSid, await load(strand, callSid, current));
      } catch (fault) {
        if (!(fault instanceof DocumentError)) throw fault;
        source = afterFailure(callSid, current, fault, !hurried);
      }
    }
    strand.check();
    deps.hangUp(callSid);
  };

  /** A fault of the simulator itself: the call ends and says so, rather than hang for ever. */
  const onFault = (callSid: string) => (fault: unknown) => {
    deps.warn(
      13000,
      `The simulator failed: ${fault instanceof Error ? (fault.stack ?? fault.message) : String(fault)}`,
      callSid,
    );
    deps.hangUp(callSid);
  };

  const waitDocuments = async (strand: Strand, callSid: string, first: Hook): Promise<void> => {
    let hook: Hook = first;
    const hurry = hurryOf(strand);
    for (;;) {
      if (hurry() > MOST_DOCUMENTS_WITHOUT_REST) {
        throw new DocumentError(12200, `${MOST_DOCUMENTS_WITHOUT_REST} documents without a pause: a loop`);
      }
      const answer = await deps.request(callSid, {
        url: hook.url,
        method: hook.method,
        parameters: callParameters(mustBe(callSid), deps.accountSid),
      });
      strand.check();
      const document = readDocument(answer, 'wait');
      let next: Hook | null = null;
      for (const verb of document.verbs) {
        if (verb.verb === 'Redirect') {
          next = { url: verb.url === null ? hook.url : resolve(document, verb.url), method: verb.method };
          break;
        }
        if (verb.verb === 'Play') await prompt(strand, callSid, document, { ...verb, loop: 0 }, 'no-keys');
        else if (verb.verb === 'Say' || verb.verb === 'Pause') await prompt(strand, callSid, document, verb, 'no-keys');
      }
      // The document ran out: silence until somebody comes.
      if (next === null) return;
      hook = next;
    }
  };

  const stopMusic = (callSid: string): void => {
    const line = lines.get(callSid);
    line?.music?.cancel();
    if (line) line.music = null;
  };
  const run = (callSid: string, source: Source): void => {
    const line = lineOf(callSid);
    line.strand?.cancel();
    line.strand = startStrand(
      ports.begin,
      `call ${callSid}`,
      (strand) => chain(strand, callSid, source),
      onFault(callSid),
    );
  };

  return {
    run,
    stopMusic,
    startMusic: (callSid, room) => {
      stopMusic(callSid);
      if (room.waitUrl === '') return;
      if (room.waitUrl === null) {
        hear(callSid, `♪ ${DEFAULT_MUSIC}`);
        return;
      }
      const hook: Hook = { url: room.waitUrl, method: room.waitMethod };
      lineOf(callSid).music = startStrand(
        ports.begin,
        `hold music of ${callSid}`,
        (strand) => waitDocuments(strand, callSid, hook),
        (fault) => {
          if (!(fault instanceof DocumentError)) return onFault(callSid)(fault);
          // Without its wait document Twilio does not fully establish the conference: the Dial fails.
          deps.warn(fault.code, `waitUrl: ${fault.message}`, callSid);
          return deps.conferences().leave(callSid, 'participant_add_failed');
        },
      );
    },
    redirect: (callSid, source) => {
      const line = lineOf(callSid);
      const interrupted = line.dialAction;
      line.dialAction = null;
      line.strand?.cancel();
      deps.conferences().leave(callSid, 'participant_updated_via_api');
      if (interrupted !== null) {
        // As measured at Twilio: the interrupted Dial's action is asked as well, and its answer runs nowhere.
        void deps.request(callSid, {
          ...interrupted,
          parameters: { ...callParameters(mustBe(callSid), deps.accountSid), DialCallStatus: 'answered' },
        });
      }
      run(callSid, source);
    },
    press: (callSid, key) => lines.get(callSid)?.onKey?.(key),
    stop: (callSid) => {
      stopMusic(callSid);
      lines.get(callSid)?.strand?.cancel();
      lines.delete(callSid);
    },
  };
}

/** Counts the documents of a strand since it last rested. */
function hurryOf(strand: Strand): () => number {
  let documents = 0;
  let restsBefore = 0;
  return () => {
    documents = strand.rests() > restsBefore ? 1 : documents + 1;
    restsBefore = strand.rests();
    return documents;
  };
}

function readDocument(answer: WebhookAnswer, kind: 'call' | 'wait'): Document {
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
function resolve(document: Document, address: string): string {
  const absolute = URL.canParse(address) ? address : null;
  if (absolute !== null) return absolute;
  if (document.url === null)
    throw new DocumentError(11100, `Invalid URL format: ${address} must be absolute in TwiML given by parameter`);
  if (!URL.canParse(address, document.url)) throw new DocumentError(11100, `Invalid URL format: ${address}`);
  return new URL(address, document.url).href;
}

/** The next document: the named one, or the current one where none is named. */
function sourceOf(
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
function withoutQuery(url: string): string {
  return url.split(/[?#]/)[0] ?? '';
}
