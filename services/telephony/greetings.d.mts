export interface KeptGreeting {
  readonly url: string;
  readonly parts: readonly Readonly<Record<string, unknown>>[];
}
export const GREETING_URLS: Readonly<Record<string, 'agent' | 'client'>>;
export const LARGEST_GREETING: number;
export class GreetingError extends Error {
  readonly faults: readonly string[];
  readonly unanswered: boolean;
}
export function checkGreeting(text: string, url: string): KeptGreeting['parts'];
export function fetchGreeting(url: string, options?: { readonly timeoutMs?: number }): Promise<KeptGreeting>;
export function requestFor(address: string): URL;
export function noteOn(greeting: KeptGreeting): string | undefined;
export function greetingsAtStart(
  environment: Readonly<Record<string, string | undefined>>,
  file: string,
  options: { readonly say: (line: string) => void; readonly timeoutMs?: number },
): Promise<Record<string, string>>;
