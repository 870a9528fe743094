import VoiceResponse from 'twilio/lib/twiml/VoiceResponse';
import type { Addresses, AttemptPlace } from '../app/addresses';
import type { Documents } from '../app/hear-call';
import { fill, valuesFor, wordsFor, type People, type Words } from '../app/words';
import type { Leg } from '../domain/session';
import type { Greeting } from './documents-config';

/** Said when anything else fails; a constant, so that it cannot. */
export const FALLBACK_DOCUMENT =
  '<?xml version="1.0" encoding="UTF-8"?><Response><Say>We are sorry, something went wrong. Goodbye.</Say><Hangup/></Response>';

const ROOM_EVENTS = ['start', 'end', 'join', 'leave'] as const;

/** Where something can be said: a call, or the wait for a key. */
type Place = Pick<ReturnType<VoiceResponse['gather']>, 'say' | 'play' | 'pause'>;

/** Writes the documents that Twilio runs. */
export function documents(options: {
  readonly addresses: Addresses;
  readonly brand: string;
  readonly keySeconds: number;
  readonly agentLocale: string;
  /** The operator's own greetings; where there is none, ours. */
  readonly greetings?: Readonly<Record<Leg, Greeting>>;
}): Documents {
  const { addresses, brand, keySeconds, agentLocale, greetings } = options;

  const wordsOf = (leg: Leg, people: People | undefined) =>
    wordsFor(leg === 'agent' ? agentLocale : people?.client.locale);

  const greet = (where: Place, leg: Leg, people: People | undefined) => {
    const own = greetings?.[leg] ?? [];
    const words = wordsOf(leg, people);
    const values = valuesFor(leg, words, people, brand);
    const texts = TEXTS_OF[leg];
    if (!namesCaller(own)) say(where, words, fill(words.texts[texts.opening], values));
    if (own.length === 0) say(where, words, fill(words.texts[texts.greeting], values));
    for (const part of own) {
      if ('play' in part) {
        const { play, ...loop } = part;
        where.play(loop, play);
      } else if ('pause' in part) {
        where.pause({ length: part.pause });
      } else {
        const { say: text, ...voice } = part;
        // A time is spoken in the language of the sentence around it; Twilio's default is English.
        where.say(voice, fill(text, valuesFor(leg, wordsFor(part.language), people, brand)));
      }
    }
  };

  const goodbye = (leg: Leg, people: People | undefined, text: 'badNews' | 'apology'): string => {
    const response = new VoiceResponse();
    const words = wordsOf(leg, people);
    say(response, words, fill(words.texts[text], valuesFor(leg, words, people, brand)));
    response.hangup();
    return response.toString();
  };

  return {
    render: (answer, place, people) => {
      switch (answer.say) {
        case 'greeting': {
          const { leg } = answer;
          const response = new VoiceResponse();
          const gather = response.gather({
            input: ['dtmf'],
            numDigits: 1,
            timeout: keySeconds,
            action: addresses.key(place),
            method: 'POST',
            // Nothing pressed is told too: otherwise the call would fall through.
            actionOnEmptyResult: true,
          });
          const words = wordsOf(leg, people);
          const values = valuesFor(leg, words, people, brand);
          if (answer.again) say(gather, words, fill(words.texts.wrongKey, values));
          else greet(gather, leg, people);
          say(gather, words, fill(words.texts[TEXTS_OF[leg].instruction], values));
          return response.toString();
        }
        case 'conference': {
          const response = new VoiceResponse();
          if (answer.greet) greet(response, answer.leg, people);
          // The first to enter fixes where the room reports to, so both name the same place.
          const reportTo: AttemptPlace = { ...place, leg: 'agent', n: agentOf(answer.room) };
          response.dial({ action: addresses.dialled(place), method: 'POST' }).conference(
            {
              startConferenceOnEnter: answer.leg === 'client',
              endConferenceOnExit: true,
              maxParticipants: 2,
              participantLabel: answer.leg,
              beep: 'false',
              waitUrl: addresses.wait(),
              waitMethod: 'GET',
              statusCallback: addresses.conference(reportTo),
              statusCallbackMethod: 'POST',
              statusCallbackEvent: [...ROOM_EVENTS],
            },
            answer.room,
          );
          return response.toString();
        }
        case 'bad-news':
          return goodbye(place.leg, people, 'badNews');
        case 'apology':
          return goodbye(place.leg, people, 'apology');
        case 'hang-up': {
          const response = new VoiceResponse();
          response.hangup();
          return response.toString();
        }
        default:
          return answer satisfies never;
      }
    },
    fallback: FALLBACK_DOCUMENT,
  };
}

const TEXTS_OF = {
  agent: { opening: 'agentOpening', greeting: 'agentGreeting', instruction: 'agentInstruction' },
  client: { opening: 'clientOpening', greeting: 'clientGreeting', instruction: 'clientInstruction' },
} as const satisfies Readonly<Record<Leg, Readonly<Record<string, keyof Words['texts']>>>>;

function say(where: Pick<Place, 'say'>, { language, voice }: Words, text: string): void {
  where.say({ language, ...(voice !== null && { voice }) }, text);
}

/** A greeting that begins by naming who calls needs no opening of ours: call screening shows the brand all the same. */
function namesCaller([first]: Greeting): boolean {
  return first !== undefined && 'say' in first && first.say.includes('{brand}');
}

/** `s-<session>-<agent attempt>` */
function agentOf(room: string): number {
  return Number(room.slice(room.lastIndexOf('-') + 1));
}

/** How often the music of eight seconds is played before something is said again; an operator's own is longer. */
const OWN_MUSIC_LOOPS = 4;
/** Eleven minutes of our music: longer than an agent waits. What follows is music alone. */
const TIMES_SAID = 20;

/**
 * Played to whoever waits, from a document that is the same for every call: music over and over, with a word now and then.
 * It asks for nothing more, so that an agent who waits does not depend on us.
 */
export function waitDocument(options: {
  readonly addresses: Addresses;
  readonly musicUrl: string;
  readonly agentLocale: string;
  readonly brand: string;
}): string {
  const { addresses, musicUrl, agentLocale, brand } = options;
  const isOurs = musicUrl.startsWith('/');
  const music = isOurs ? addresses.at(musicUrl) : musicUrl;
  const words = wordsFor(agentLocale);
  const text = fill(words.texts.waiting, valuesFor('agent', words, undefined, brand));
  const response = new VoiceResponse();
  if (text !== '') {
    for (let times = 0; times < TIMES_SAID; times++) {
      response.play({ loop: isOurs ? OWN_MUSIC_LOOPS : 1 }, music);
      say(response, words, text);
    }
  }
  response.play({ loop: 0 }, music);
  return response.toString();
}
