/** One of these words, or one that a newer release of the API has added. */
export type Open<Word extends string> = Word | (string & {});

/** One operation of the API, as its document has it. */
export interface Operation {
  readonly id: string;
  readonly method: string;
  /** With `{names}` of parameters. */
  readonly path: string;
  readonly query: readonly string[];
  /** Headers by the names of the parameters that they take. */
  readonly headers: Readonly<Record<string, string>>;
  readonly authorisation: 'nobody' | 'manage-token' | 'staff';
  /** Whether it takes an `Idempotency-Key`. */
  readonly idempotent: boolean;
  /** Whether it answers 304 to an `If-None-Match`. */
  readonly conditional: boolean;
}

export interface CallOptions {
  /** Ends the call, waiting and repeating included; it then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** How long one attempt may take, in milliseconds. @default the client's `timeoutMs` */
  readonly timeoutMs?: number | undefined;
}

export interface IdempotentCallOptions extends CallOptions {
  /** The key that makes repetitions of this very request one: give the same to a later call to go on where an earlier one got no answer. @default a new one for each call, kept over its repetitions */
  readonly idempotencyKey?: string | undefined;
}

/** What an operation is asked with. */
export interface Asked {
  readonly parameters?: object | undefined;
  readonly body?: unknown;
}

/** Carries an operation out. */
export type Call = <Answer>(operation: Operation, asked: Asked, options?: IdempotentCallOptions) => Promise<Answer>;
