import VoiceResponse from 'twilio/lib/twiml/VoiceResponse';
import type { Addresses, AttemptPlace } from '../app/addresses';
import type { Documents } from '../app/hear-call';
import { fill, WORDS } from '../app/words';
import type { Leg } from '../domain/session';

/** Said when anything else fails; a constant, so that it cannot. */
export const FALLBACK_DOCUMENT =
  '<?xml version="1.0" encoding="UTF-8"?><Response><Say>We are sorry, something went wrong. Goodbye.</Say><Hangup/></Response>';

const ROOM_EVENTS = ['start', 'end', 'join', 'leave'] as const;

/** Writes the documents that Twilio runs. */
export function documents(options: {
  readonly addresses: Addresses;
  readonly brand: string;
  readonly keySeconds: number;
}): Documents {
  const { addresses, brand, keySeconds } = options;

  const say = (words: string, clientName: string) => fill(words, { clientName, brand });

  const greetings = (leg: Leg, clientName: string): readonly string[] =>
    leg === 'agent'
      ? [say(WORDS.agentOpening, clientName), say(WORDS.agentGreeting, clientName)]
      : [say(WORDS.clientOpening, clientName), say(WORDS.clientGreeting, clientName)];

  const goodbye = (words: string): string => {
    const response = new VoiceResponse();
    response.say(words);
    response.hangup();
    return response.toString();
  };

  return {
    render: (answer, place, clientName) => {
      switch (answer.say) {
        case 'greeting': {
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
          for (const sentence of greetings(answer.leg, clientName)) gather.say(sentence);
          gather.say(answer.leg === 'agent' ? WORDS.agentInstruction : WORDS.clientInstruction);
          return response.toString();
        }
        case 'conference': {
          const response = new VoiceResponse();
          if (answer.greet) for (const sentence of greetings(answer.leg, clientName)) response.say(sentence);
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
          return goodbye(say(WORDS.badNews, clientName));
        case 'apology':
          return goodbye(WORDS.apology);
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

/** `s-<session>-<agent attempt>` */
function agentOf(room: string): number {
  return Number(room.slice(room.lastIndexOf('-') + 1));
}

/** Played to whoever waits: the same music over and over, from a document that never changes. */
export function waitDocument(addresses: Addresses): string {
  const response = new VoiceResponse();
  response.play({ loop: 0 }, addresses.music());
  return response.toString();
}
