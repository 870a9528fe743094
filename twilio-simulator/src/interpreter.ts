import { callParameters } from './call-parameters';
import type { Calls } from './calls';
import type { Conferences } from './conferences';
import type { Document, Source } from './documents';
import { loadDocument, sourceOf, withoutQuery } from './documents';
import { DocumentError } from './errors';
import { DEFAULT_MUSIC, hurryOf, playAnnouncement, playWhileWaiting } from './music';
import type { Phones } from './phones';
import type { SimulatorPorts } from './ports';
import type { Hook, HttpMethod } from './records';
import { isLive } from './records';
import { runConference } from './run-conference';
import { runGather } from './run-gather';
import type { NumberDialPorts } from './run-number';
import { createBridges } from './run-number';
import type { Input, Line } from './stage';
import { createStage, DEAF } from './stage';
import type { Strand } from './strand';
import { startStrand } from './strand';
import type { DocumentKind } from './twiml';
import type { Webhook, WebhookAnswer } from './webhooks';

export interface InterpreterPorts {
  readonly ports: SimulatorPorts;
  readonly accountSid: string;
  readonly phones: Phones;
  readonly calls: () => Calls;
  readonly conferences: () => Conferences;
  /** Sends a webhook of the call, after those fired before it. */
  readonly request: (callSid: string, webhook: Webhook) => Promise<WebhookAnswer>;
  readonly refusal: NumberDialPorts['refusal'];
  readonly warn: (code: number, message: string, callSid: string) => void;
  /** Whether the action of a Dial that a redirect interrupts is asked as well. */
  readonly asksInterruptedAction: boolean;
}

/** What one hears who waits for a room to start. */
export interface WaitMusic {
  /** Null: Twilio's own music; empty: silence. */
  readonly waitUrl: string | null;
  readonly waitMethod: HttpMethod;
}

/** Something told to those in a room, or to one of them. */
export interface Announcement {
  /** The room or the call; what was being told there stops. */
  readonly place: string;
  readonly hook: Hook;
  /** The call for which the document is asked. */
  readonly callSid: string;
  readonly listeners: () => readonly string[];
  /** Hears why it failed, or null. */
  readonly over: (failure: string | null) => void;
}

export interface Interpreter {
  /** Runs the document; whatever the call ran before stops. */
  readonly run: (callSid: string, source: Source) => void;
  /** As `run`, but for the room the call is in and the Dial that is interrupted. */
  readonly redirect: (callSid: string, source: Source) => void;
  readonly give: (callSid: string, input: Input) => void;
  readonly stop: (callSid: string) => void;
  /** Connects a called party with the call that dialled it. */
  readonly connect: (childSid: string) => void;
  readonly partnerOf: (callSid: string) => string | null;
  readonly startMusic: (callSid: string, music: WaitMusic) => void;
  readonly stopMusic: (callSid: string) => void;
  readonly announce: (announcement: Announcement) => void;
  readonly stopAnnouncement: (place: string) => void;
}

export const APPLICATION_ERROR = 'We are sorry, an application error has occurred. Goodbye.';

/** Runs TwiML: what is heard, waited for and asked next. */
export function createInterpreter(deps: InterpreterPorts): Interpreter {
  const { ports, phones, warn } = deps;
  const stage = createStage({ ports, phones, call: (sid) => deps.calls().get(sid) });
  const bridges = createBridges({ ports, stage, calls: deps.calls, refusal: deps.refusal, warn });
  const conferenceDial = { ports, stage, conferences: deps.conferences, warn };

  const announcements = new Map<string, Strand>();
  const stopAnnouncement = (place: string): void => {
    announcements.get(place)?.cancel();
    announcements.delete(place);
  };

  const hangUp = (callSid: string): void => deps.calls().end(callSid, 'completed', 200);

  /** Plays the document to its end, to a Hangup, or to the next one. */
  const play = async (strand: Strand, callSid: string, document: Document): Promise<Source | 'end' | 'hang up'> => {
    for (const verb of document.verbs) {
      let next: Source | null = null;
      switch (verb.verb) {
        case 'Say':
        case 'Play':
        case 'PlayDigits':
        case 'Pause':
          await stage.prompt(strand, callSid, document, verb, DEAF);
          break;
        case 'Gather':
          next = await runGather(stage, strand, callSid, document, verb);
          break;
        case 'DialConference':
          next = await runConference(conferenceDial, strand, callSid, document, verb);
          break;
        case 'DialNumber':
          next = await bridges.run(strand, callSid, document, verb);
          break;
        case 'Redirect':
          return sourceOf(document, verb.url, verb.method, {});
        case 'Hangup':
        case 'Reject':
          return 'hang up';
        default:
          return verb satisfies never;
      }
      if (next !== null) return next;
    }
    return 'end';
  };

  /** What follows a document that failed: the fallback URL once, else the words everybody dreads and the end. */
  const afterFailure = (callSid: string, failed: Source, fault: DocumentError, mayFallBack: boolean): Source | null => {
    const failedUrl = fault.url ?? (failed.from === 'url' ? failed.hook.url : '');
    warn(fault.code, `${fault.message}${failedUrl === '' ? '' : ` (${withoutQuery(failedUrl)})`}`, callSid);
    const { fallback } = stage.call(callSid);
    if (fallback === null || !mayFallBack || (failed.from === 'url' && failed.isFallback)) {
      stage.hear(callSid, APPLICATION_ERROR);
      return null;
    }
    const parameters = { ErrorCode: String(fault.code), ErrorUrl: failedUrl };
    return { from: 'url', hook: fallback, parameters, isFallback: true };
  };

  const chain = async (strand: Strand, callSid: string, first: Source): Promise<void> => {
    const hurry = hurryOf(strand);
    // One who was dialled by a call hears a whisper first, and is connected at its end.
    const kind: DocumentKind = bridges.awaits(callSid) ? 'whisper' : 'call';
    let next: Source | 'end' | 'hang up' = first;
    while (next !== 'end' && next !== 'hang up') {
      const current: Source = next;
      let hurried = true;
      try {
        hurry();
        hurried = false;
        const document = await loadDocument(deps, stage.call(callSid), current, kind);
        strand.check();
        next = await play(strand, callSid, document);
      } catch (fault) {
        if (!(fault instanceof DocumentError)) throw fault;
        next = afterFailure(callSid, current, fault, !hurried) ?? 'hang up';
      }
    }
    strand.check();
    if (next === 'end' && bridges.awaits(callSid)) bridges.connect(callSid);
    else hangUp(callSid);
  };

  /** A fault of the simulator itself: the call ends and says so, rather than hang for ever. */
  const onFault = (callSid: string) => (fault: unknown) => {
    warn(
      13000,
      `The simulator failed: ${fault instanceof Error ? (fault.stack ?? fault.message) : String(fault)}`,
      callSid,
    );
    hangUp(callSid);
  };

  const stopMusic = (callSid: string): void => {
    const line = stage.known(callSid);
    line?.music?.cancel();
    if (line) line.music = null;
  };
  const run = (callSid: string, source: Source): void => {
    const line = stage.line(callSid);
    line.strand?.cancel();
    line.strand = startStrand(
      ports.begin,
      `call ${callSid}`,
      (strand) => chain(strand, callSid, source),
      onFault(callSid),
    );
  };
  /** The call goes on, or ends, without the Dial it was in; whom it had dialled is not wanted any more. */
  const leaveDial = (line: Line): Line['dial'] => {
    const { dial } = line;
    line.dial = null;
    line.strand?.cancel();
    if (dial?.childSid) {
      bridges.release(dial.childSid);
      const { status } = stage.call(dial.childSid);
      if (isLive(status)) {
        if (status === 'in-progress') hangUp(dial.childSid);
        else deps.calls().end(dial.childSid, 'canceled', 487);
      }
    }
    return dial;
  };

  return {
    run,
    stopMusic,
    connect: bridges.connect,
    partnerOf: bridges.partnerOf,
    give: (callSid, input) => stage.known(callSid)?.onInput?.(input),

    startMusic: (callSid, { waitUrl, waitMethod }) => {
      stopMusic(callSid);
      if (waitUrl === '') return;
      if (waitUrl === null) {
        stage.hear(callSid, `♪ ${DEFAULT_MUSIC}`);
        return;
      }
      const hook: Hook = { url: waitUrl, method: waitMethod };
      stage.line(callSid).music = startStrand(
        ports.begin,
        `hold music of ${callSid}`,
        (strand) => playWhileWaiting(stage, deps, strand, callSid, hook),
        (fault) => {
          if (!(fault instanceof DocumentError)) return onFault(callSid)(fault);
          warn(fault.code, `waitUrl: ${fault.message}`, callSid);
          return deps.conferences().musicFailed(callSid);
        },
      );
    },

    stopAnnouncement,
    announce: ({ place, hook, callSid, listeners, over }) => {
      stopAnnouncement(place);
      const strand = startStrand(
        ports.begin,
        `an announcement of ${place}`,
        async (own) => {
          await playAnnouncement(stage, deps, own, callSid, listeners, hook);
          over(null);
        },
        (fault) => {
          if (!(fault instanceof DocumentError)) return onFault(callSid)(fault);
          warn(fault.code, `announceUrl: ${fault.message}`, callSid);
          return over(fault.message);
        },
      );
      announcements.set(place, strand);
    },

    redirect: (callSid, source) => {
      const interrupted = leaveDial(stage.line(callSid));
      bridges.release(callSid);
      deps.conferences().leave(callSid, 'participant_updated_via_api');
      if (interrupted?.action && deps.asksInterruptedAction) {
        // As measured at Twilio: the interrupted Dial's action is asked as well, and its answer runs nowhere.
        void deps.request(callSid, {
          ...interrupted.action,
          parameters: {
            ...callParameters(stage.call(callSid), deps.accountSid),
            ...(interrupted.childSid === null
              ? { DialCallStatus: 'answered' }
              : { DialCallStatus: 'completed', DialCallSid: interrupted.childSid }),
          },
        });
      }
      run(callSid, source);
    },

    stop: (callSid) => {
      stopMusic(callSid);
      const line = stage.known(callSid);
      if (line) leaveDial(line);
      stage.clear(callSid);
      bridges.release(callSid);
    },
  };
}
