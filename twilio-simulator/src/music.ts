import type { Document, DocumentPorts } from './documents';
import { loadDocument, resolve } from './documents';
import { DocumentError } from './errors';
import type { Hook } from './records';
import { DEAF } from './stage';
import type { Stage } from './stage';
import type { Strand } from './strand';
import type { Verb } from './verbs';

/** What plays to one who waits, or is held, when no address was given. */
export const DEFAULT_MUSIC = 'http://twimlets.com/holdmusic?Bucket=com.twilio.music.classical';
/** Speech takes no virtual time: documents that only talk and redirect would follow each other for ever. */
const MOST_DOCUMENTS_WITHOUT_REST = 100;

/** Plays to one who waits or is held: document after document, music until interrupted, then silence. */
export function playWhileWaiting(
  stage: Stage,
  documents: DocumentPorts,
  strand: Strand,
  callSid: string,
  first: Hook,
): Promise<void> {
  return follow(stage, documents, strand, callSid, first, async (document, verb) => {
    if (verb.verb === 'Play') await stage.prompt(strand, callSid, document, { ...verb, loop: 0 }, DEAF);
    else if (verb.verb === 'Say' || verb.verb === 'Pause' || verb.verb === 'PlayDigits')
      await stage.prompt(strand, callSid, document, verb, DEAF);
  });
}

/** Plays an announcement once, to all who are there when each line begins; they go on hearing each other. */
export function playAnnouncement(
  stage: Stage,
  documents: DocumentPorts,
  strand: Strand,
  /** The call for which the document is asked. */
  callSid: string,
  listeners: () => readonly string[],
  first: Hook,
): Promise<void> {
  return follow(stage, documents, strand, callSid, first, async (document, verb) => {
    if (verb.verb === 'Pause') await stage.prompt(strand, callSid, document, verb, DEAF);
    if (verb.verb !== 'Say' && verb.verb !== 'Play') return;
    const said = verb.verb === 'Say' ? verb.text : `♪ ${resolve(document, verb.url)}`;
    for (let times = 0; times < Math.max(1, verb.loop); times += 1)
      for (const listener of listeners()) stage.hear(listener, said);
  });
}

/** Performs documents of the four verbs that may play beside a call, as far as their Redirects lead. */
async function follow(
  stage: Stage,
  documents: DocumentPorts,
  strand: Strand,
  callSid: string,
  first: Hook,
  perform: (document: Document, verb: Verb) => Promise<void>,
): Promise<void> {
  const hurry = hurryOf(strand);
  for (let hook: Hook | null = first; hook !== null;) {
    hurry();
    const current: Hook = hook;
    const source = { from: 'url', hook: current, parameters: {}, isFallback: false } as const;
    const document = await loadDocument(documents, stage.call(callSid), source, 'wait');
    strand.check();
    hook = null;
    for (const verb of document.verbs) {
      if (verb.verb === 'Redirect') {
        hook = { url: verb.url === null ? current.url : resolve(document, verb.url), method: verb.method };
        break;
      }
      await perform(document, verb);
    }
  }
}

/** Counts the documents of a strand since it last rested; throws where there are too many of them. */
export function hurryOf(strand: Strand): () => void {
  let documents = 0;
  let restsBefore = 0;
  return () => {
    documents = strand.rests() > restsBefore ? 1 : documents + 1;
    restsBefore = strand.rests();
    if (documents > MOST_DOCUMENTS_WITHOUT_REST) {
      throw new DocumentError(12200, `${MOST_DOCUMENTS_WITHOUT_REST} documents without a pause: a loop`);
    }
  };
}
