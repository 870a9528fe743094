export interface Submission {
  /** What was asked for, without what differs from one attempt to the next. */
  readonly asked: string;
  readonly key: string;
  readonly body: string;
}

/** What an attempt carries besides what was asked for. */
export interface Attempt {
  readonly holdId?: string | undefined;
  readonly website: string;
  readonly seconds: number;
}

export interface Submissions {
  /** The request to send: the very same as before, key and all, while what is asked for is the same. */
  readonly next: (asked: BookingWish, attempt: Attempt) => Submission;
  /** Nothing came of the last one: whatever is sent next is another request. */
  readonly forget: () => void;
}

/**
 * The same content keeps its key and its body however often it is sent, so that a double click or a retry after a lost
 * answer makes one booking; changed content is another request and gets another key.
 */
export function submissions(newKey: () => string, last?: Submission): Submissions {
  let sent = last;
  return {
    next: (wish, { holdId, website, seconds }) => {
      const asked = JSON.stringify(wish);
      if (sent?.asked !== asked) {
        const body = { ...wish, ...(holdId !== undefined && { holdId }), form: { website, seconds } };
        sent = { asked, key: newKey(), body: JSON.stringify(body) };
      }
      return sent;
    },
    forget: () => {
      sent = undefined;
    },
  };
}

export interface FormValues {
  readonly name: string;
  readonly email: string;
  readonly country: string;
  readonly phone: string;
  readonly notes: string;
  readonly smsConsent: boolean;
  readonly callConsent: boolean;
}

export interface BookingWish {
  readonly name: string;
  readonly email: string;
  readonly phone: string;
  readonly startsAt: string;
  readonly timeZone: string;
  readonly agentId?: string;
  readonly notes?: string;
  readonly smsConsent: boolean;
  readonly callConsent: { readonly wording: string };
  readonly locale: string;
}

/** What a visitor asks for; what was left empty is left out. */
export function bookingWish(
  values: FormValues,
  chosen: {
    readonly e164: string;
    readonly startsAt: string;
    readonly timeZone: string;
    readonly agentId: string;
    readonly locale: string;
    /** The sentence beside the box that was ticked, to the letter. */
    readonly consented: string;
  },
): BookingWish {
  const notes = values.notes.trim();
  return {
    name: values.name.trim(),
    email: values.email.trim(),
    phone: chosen.e164,
    startsAt: chosen.startsAt,
    timeZone: chosen.timeZone,
    ...(chosen.agentId === '' ? {} : { agentId: chosen.agentId }),
    ...(notes === '' ? {} : { notes }),
    smsConsent: values.smsConsent,
    callConsent: { wording: chosen.consented },
    locale: chosen.locale,
  };
}

/**
 * What is still missing, in ms, of the time that a form must have been open: the page waits it out, so that nobody who
 * pastes or has a browser fill everything in is taken for a machine.
 */
export function stillToWaitMs(openForMs: number, minimumSeconds: number): number {
  return Math.max(0, Math.ceil(minimumSeconds * 1000 - openForMs));
}

/** For how long the form was open, in whole tenths of a second, rounded down but never below the minimum waited for. */
export function secondsOpen(openForMs: number, minimumSeconds: number): number {
  return Math.max(minimumSeconds, Math.floor(openForMs / 100) / 10);
}
