/** What a text is given, by name, each with a sample. */
export type Variables = Readonly<Record<string, { readonly sample: string | boolean }>>;
export interface CompiledSource {
  readonly subject: string;
  /** Code that calls the layout. */
  readonly html: string;
  readonly text: string;
}
export const KINDS: readonly string[];
export const READERS: readonly string[];
export function compileEmail(
  source: string,
  context: { readonly variables: Variables; readonly footer: string },
): CompiledSource;
export function compileText(source: string, variables: Variables): string;
export function compileWords(source: string): Readonly<Record<string, unknown>>;
export function generate(folder: string): string;
