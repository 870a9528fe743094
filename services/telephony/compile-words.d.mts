export interface CompiledWords {
  readonly language: string;
  readonly voice: string | null;
  readonly texts: Readonly<Record<string, string>>;
  readonly unknown: Readonly<Record<string, string>>;
  readonly times: readonly { readonly from: string; readonly said: string }[];
}
export const PLACEHOLDERS: readonly string[];
export const UNSPEAKABLE: RegExp;
export function voiceFault(language: string | undefined, voice: string | undefined): string | undefined;
export function placeholderFault(text: string, known?: readonly string[]): string | undefined;
export function compileWords(name: string, source: string): CompiledWords;
export function localesIn(folder: string): string[];
export function isSpokenIn(locales: readonly string[], tag: string): boolean;
export function generate(folder: string): string;
