import { piecesBetween } from './slots';

/** Five minutes of an agent's time that somebody has. */
export interface Claim {
  /** When the five minutes begin, in milliseconds since 1970. */
  readonly piece: number;
  /** The appointment, or the hold, that has them. */
  readonly heldBy: string;
  /** A hold's claim counts until this instant; an appointment's for good. */
  readonly until?: number | undefined;
}

/** The claims that count at `now`. A hold that has run out is nothing, whether its items are still there or not. */
export function standing(claims: readonly Claim[], now: number, holdId?: string): Claim[] {
  return claims.filter(({ heldBy, until }) => (until === undefined || until > now) && heldBy !== holdId);
}

export function piecesOfClaims(claims: readonly Claim[]): Set<number> {
  return new Set(claims.map(({ piece }) => piece));
}

/** How many appointments and holds have any of these claims. */
export function holders(claims: readonly Claim[]): number {
  return new Set(claims.map(({ heldBy }) => heldBy)).size;
}

/** Somebody's place while they fill in the form: it blocks the time for others until it runs out. */
export interface Hold {
  readonly holdId: string;
  readonly agentId: string;
  /** Milliseconds since 1970, as the others. */
  readonly start: number;
  readonly end: number;
  readonly claimedFrom: number;
  readonly claimedTo: number;
  readonly until: number;
}

export function piecesOfHold({ claimedFrom, claimedTo }: Hold): number[] {
  return piecesBetween(claimedFrom, claimedTo);
}
