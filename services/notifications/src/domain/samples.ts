import { AppointmentCreated } from '@appointments/events';
import { compose, composeConfirmationRequest, composeHandOver, type Email, type House, type Letter } from './compose';
import type { Language } from './language';
import { partsOfBooking, type Particulars } from './projection';
import { TEXTS, type EmailName } from './templates.generated';
import { codeMessage, isTexted, wordMessage } from './text-message';
import type { CallFailure, Kind } from './word';

/** A message as it would be sent, with people and an appointment that are made up. */
export interface Sample {
  readonly name: EmailName;
  /** What sets this sample apart from others of the same message; empty where there is one only. */
  readonly situation: string;
  readonly email: Email;
}

/** What the samples are of. */
export interface Given {
  readonly particulars: Particulars;
  readonly house: House;
  /** Why whoever called an appointment off did so. */
  readonly reason: string;
  /** The links end so. */
  readonly token: string;
}

const { particulars } = partsOfBooking({
  ...AppointmentCreated.example.data,
  notes: 'About the contract.\nSecond line.',
});
if (!particulars) throw new Error('a booking tells no particulars');

/** What the samples are of unless something else is given. */
export const MADE_UP: Given = {
  particulars,
  house: {
    brandName: 'Appointments',
    senderEmail: 'appointments@example.com',
    publicUrl: 'https://book.example.com',
  },
  reason: 'I am ill',
  // As long as a real one.
  token: 'v1.k1.1798731000.q3bVtR7xYw0mKc5ZpLs2HdNf8GjUa1EiOo4TeXn6BvA',
};

const NOW = new Date('2026-11-22T12:00:00.000Z');

/** Every e-mail in a language, in every situation that it has words for. */
export function samplesIn(language: Language, given: Given = MADE_UP): readonly Sample[] {
  return writersIn(language, given).map(({ write, ...sample }) => ({ ...sample, email: write() }));
}

/** The same, each yet to be written. */
export function writersIn(
  language: Language,
  given: Given = MADE_UP,
): readonly (Omit<Sample, 'email'> & { readonly write: () => Email })[] {
  const { appointmentId } = AppointmentCreated.example.data;
  const house: House = { ...given.house, agentLocale: language };
  const here: Particulars = {
    ...given.particulars,
    client: { ...given.particulars.client, locale: language },
  };
  const letterOf = (kind: Kind, changes: Partial<Letter> = {}): Letter => {
    const version = kind === 'moved' || kind === 'cancelled' ? 2 : 1;
    return {
      word: { appointmentId, version, kind, ...(kind === 'reminder' && { reminder: '24h' }) },
      state: { version, cancelled: kind === 'cancelled', startsAt: here.startsAt },
      particulars: here,
      manageUrl: `${house.publicUrl}/manage/${appointmentId}#${given.token}`,
      confirmUrl: `${house.publicUrl}/confirm/${appointmentId}#${given.token}`,
      ...changes,
    };
  };
  const toBoth = (kind: Kind, situation = '', changes: Partial<Letter> = {}) =>
    (['client', 'agent'] as const).map((reader) => ({
      name: `${kind}.${reader}` as const,
      situation,
      write: () => compose(letterOf(kind, changes), reader, house, NOW),
    }));
  const cancelledBy = (who: string, reason: string): Partial<Letter> => ({
    state: { version: 2, cancelled: true, cancelledBy: who, reason },
  });
  const failedWith = (reason: string, leg: 'client' | 'agent' | undefined, tries = 0): Partial<Letter> => {
    const failure: CallFailure = {
      version: 1,
      callSessionId: 'cs_1',
      leg: leg ?? null,
      reason,
      attempts: Array.from({ length: tries }, () => ({ leg: leg ?? 'agent', outcome: 'no-answer' })),
    };
    return { failure };
  };
  const unproven = { particulars: { ...here, unproven: ['email', 'phone'] } };

  return [
    ...toBoth('confirmation'),
    ...toBoth('confirmation', 'address and number to be confirmed', unproven),
    ...toBoth('moved'),
    ...toBoth('moved', 'address and number to be confirmed', unproven),
    ...toBoth('reminder'),
    ...toBoth('reminder', 'address and number to be confirmed', unproven),
    ...toBoth('cancelled', 'by the client', cancelledBy('client', given.reason)),
    ...toBoth('cancelled', 'by the agent', cancelledBy('agent', given.reason)),
    ...toBoth('could-not-connect', 'the client did not answer', failedWith('client-unreachable', 'client', 3)),
    ...toBoth('could-not-connect', 'the agent did not answer', failedWith('agent-unreachable', 'agent', 3)),
    ...toBoth('could-not-connect', 'nothing was confirmed', {
      ...failedWith('rejected-by-policy', 'client'),
      ...unproven,
    }),
    ...toBoth('could-not-connect', 'for another reason', failedWith('carrier-error', undefined)),
    ...toBoth('follow-up', '', { success: { version: 1, durationSeconds: 1260 } }),
    {
      name: 'confirm-email.client',
      situation: '',
      write: () => composeConfirmationRequest(letterOf('confirmation', unproven), house),
    },
    { name: 'handed-over.agent', situation: '', write: () => composeHandOver(letterOf('moved'), house, NOW) },
  ];
}

/** Every text message in a language. */
export function textsIn(
  language: Language,
  given: Given = MADE_UP,
): readonly { readonly name: string; readonly text: string }[] {
  const { appointmentId } = AppointmentCreated.example.data;
  const { phone } = given.particulars.client;
  const here: Particulars = { ...given.particulars, client: { ...given.particulars.client, locale: language } };
  const manageUrl = `${given.house.publicUrl}/manage/${appointmentId}#${given.token}`;
  return Object.keys(TEXTS).map((name) => {
    const { text } =
      name !== 'phone-code' && isTexted(name)
        ? wordMessage(name, { particulars: here, manageUrl }, given.house)
        : codeMessage({ phone, locale: language, code: '012345' }, given.house);
    return { name, text };
  });
}
