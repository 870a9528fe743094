/** The phone cannot do that now: it is idle, still ringing, or already in a call. */
export class PhoneCannotError extends Error {
  override readonly name = 'PhoneCannotError';
}

/** What was asked of a phone makes no sense: an unknown action, behaviour, digit or number. */
export class InvalidActionError extends Error {
  override readonly name = 'InvalidActionError';
}

/** A REST request that is refused, as Twilio's API words it. */
export class RestError extends Error {
  override readonly name = 'RestError';
  constructor(
    readonly status: number,
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

/** A TwiML document that cannot be fetched, read or run; `code` is one of Twilio's error codes. */
export class DocumentError extends Error {
  override readonly name = 'DocumentError';
  constructor(
    readonly code: number,
    message: string,
    /** The document at fault, told to the fallback URL as ErrorUrl. */
    readonly url: string | null = null,
  ) {
    super(message);
  }
}
