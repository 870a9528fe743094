import type { Appointment, Change } from './appointment';

/** What of a client's can be proven to be theirs. */
export const PROOFS = ['email', 'phone'] as const;
export type Proof = (typeof PROOFS)[number];

/** The code that was texted to a number, by the number's tag: numbers themselves are kept with the client alone. */
export interface TextedCode {
  readonly number: string;
  readonly wrongTries: number;
}

/** What a client was asked to prove, and how far they have come; an appointment whose client was asked nothing has none. */
export interface ProofAsked {
  readonly unproven: readonly Proof[];
  readonly proven: readonly Proof[];
  readonly codes: readonly TextedCode[];
}

const NOTHING: ProofAsked = { unproven: [], proven: [], codes: [] };

/** After so many wrong codes the code of a number is dead. */
export const MAX_WRONG_CODES = 5;
/** An appointment sends codes to no more numbers than this: it is no means to text strangers. */
export const MAX_NUMBERS = 5;

/** The appointment with all that its client is to prove; `number` is the tag of their number. */
export function asked(appointment: Appointment, toProve: readonly Proof[], number: string): Appointment {
  if (toProve.length === 0) return appointment;
  const proof = { ...NOTHING, unproven: PROOFS.filter((what) => toProve.includes(what)) };
  return { ...appointment, proof: texted(proof, number) };
}

/** A code is texted to every number that is to be proven. */
function texted(proof: ProofAsked, number: string): ProofAsked {
  if (!proof.unproven.includes('phone') || proof.codes.some((code) => code.number === number)) return proof;
  return { ...proof, codes: [...proof.codes, { number, wrongTries: 0 }] };
}

/**
 * The amended appointment with what its client is to prove now: an address or a number that took the place of another is
 * proven by nothing that proved the other. `too-many-numbers` where there were as many as an appointment may have.
 */
export function askedAgain(
  before: Appointment,
  after: Appointment,
  toProve: readonly Proof[],
  number: string,
): Appointment | 'too-many-numbers' {
  const changed = PROOFS.filter((what) => before.client[what] !== after.client[what]);
  if (changed.length === 0 || (toProve.length === 0 && after.proof === undefined)) return after;
  const known = after.proof ?? NOTHING;
  const proof = texted(
    {
      ...known,
      unproven: PROOFS.filter((what) => (changed.includes(what) ? toProve : known.unproven).includes(what)),
      proven: known.proven.filter((what) => !changed.includes(what)),
    },
    number,
  );
  return proof.codes.length > MAX_NUMBERS ? 'too-many-numbers' : { ...after, proof };
}

/** The appointment with the proof of what its client was asked for; `undefined` where that is not asked for, or no more. */
export function prove(appointment: Appointment, what: Proof, now: Date): Change | undefined {
  const { proof } = appointment;
  if (!proof?.unproven.includes(what)) return undefined;
  return {
    appointment: {
      ...appointment,
      proof: {
        ...proof,
        unproven: proof.unproven.filter((other) => other !== what),
        proven: PROOFS.filter((other) => other === what || proof.proven.includes(other)),
      },
      revision: appointment.revision + 1,
      writes: appointment.writes + 1,
    },
    entry: {
      at: now.toISOString(),
      type: 'confirmed',
      version: appointment.version,
      text: `Confirmed: ${what}`,
    },
  };
}

/** Whether no code proves this number any more. */
export function isCodeDead({ proof }: Appointment, number: string): boolean {
  return (proof?.codes ?? []).some((code) => code.number === number && code.wrongTries >= MAX_WRONG_CODES);
}

/** The appointment after a wrong code; nobody else is told, so its revision stays. */
export function wrongCode(appointment: Appointment, number: string, now: Date): Change {
  const proof = appointment.proof ?? NOTHING;
  const codes = proof.codes.some((code) => code.number === number)
    ? proof.codes
    : [...proof.codes, { number, wrongTries: 0 }];
  return {
    appointment: {
      ...appointment,
      proof: {
        ...proof,
        codes: codes.map((code) => (code.number === number ? { ...code, wrongTries: code.wrongTries + 1 } : code)),
      },
      writes: appointment.writes + 1,
    },
    entry: {
      at: now.toISOString(),
      type: 'wrong-code',
      version: appointment.version,
      text: 'A wrong code was entered',
    },
  };
}
