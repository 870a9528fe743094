import type { Document, Source } from './documents';
import { sourceOf } from './documents';
import type { Input, Stage } from './stage';
import type { Strand } from './strand';
import type { Gather } from './verbs';

/** How sure Twilio is to have understood; people speak clearly here. */
const CONFIDENCE = '0.9';

/** Plays the prompts and waits for keys or words; null where nothing came and the next verb is to follow. */
export async function runGather(
  stage: Stage,
  strand: Strand,
  callSid: string,
  document: Document,
  verb: Gather,
): Promise<Source | null> {
  const { dtmf, speech } = verb.input;
  const action = (parameters: Readonly<Record<string, string>>): Source =>
    sourceOf(document, verb.action, verb.method, { ...parameters, msg: 'Gather End' });
  const spoken = (text: string): Source => action({ SpeechResult: text, Confidence: CONFIDENCE });

  let input: Input | null = null;
  for (const said of verb.prompts) {
    input = await stage.prompt(strand, callSid, document, said, { keys: dtmf, speech: speech && verb.bargeIn });
    if (input !== null) break;
  }
  if (input === null && stage.call(callSid).behaviour === 'accept') {
    // One who accepts does so as soon as there is something to say yes to, having heard the words.
    input = dtmf ? { by: 'key', key: '1' } : { by: 'speech', text: 'Yes.' };
  }

  let digits = '';
  let finishedOn = '';
  for (;;) {
    // Once a key was pressed, the rest of the answer is keys.
    input ??= await stage.listen(strand, callSid, verb.timeoutSeconds * 1000, {
      keys: dtmf,
      speech: speech && digits === '',
    });
    if (input === null) break;
    if (input.by === 'speech') return spoken(input.text);
    if (input.key === verb.finishOnKey) {
      finishedOn = input.key;
      break;
    }
    digits += input.key;
    input = null;
    if (verb.numDigits !== null && digits.length >= verb.numDigits) break;
  }
  if (digits === '' && !verb.actionOnEmptyResult) return null;
  return dtmf ? action({ Digits: digits, FinishedOnKey: finishedOn }) : action({ SpeechResult: '' });
}
