/** `Thu, 12 Mar 2026 11:48:25 +0000`: dates in Twilio's answers and webhooks. */
export function rfc2822(ms: number): string {
  return new Date(ms).toUTCString().replace('GMT', '+0000');
}

/** An ISO string, or null where there is no instant yet. */
export function isoOrNull(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

/** The strict form every number must have: `+`, country, subscriber, 7 to 15 digits. */
export function isE164(number: string): boolean {
  return /^\+[1-9]\d{6,14}$/.test(number);
}

/** `(202) 555-0100` for North American numbers; any other stays as it is. */
export function formatted(number: string): string {
  const match = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number);
  return match ? `(${match[1]}) ${match[2]}-${match[3]}` : number;
}

const countries: readonly (readonly [prefix: string, country: string])[] = [
  ['+1', 'US'],
  ['+31', 'NL'],
  ['+32', 'BE'],
  ['+33', 'FR'],
  ['+34', 'ES'],
  ['+39', 'IT'],
  ['+41', 'CH'],
  ['+43', 'AT'],
  ['+44', 'GB'],
  ['+49', 'DE'],
  ['+61', 'AU'],
  ['+91', 'IN'],
];

/** A country for the geographic parameters of webhooks; empty where this small table knows none, as Twilio may send it. */
export function countryOf(number: string): string {
  return countries.find(([prefix]) => number.startsWith(prefix))?.[1] ?? '';
}

/** Whole seconds between two instants, as a call's duration is told. */
export function secondsBetween(fromMs: number, toMs: number): number {
  return Math.max(0, Math.round((toMs - fromMs) / 1000));
}
