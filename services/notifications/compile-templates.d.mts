export interface CompiledTemplate {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}
export interface TemplateContext {
  readonly variables: readonly string[];
  readonly layout: Readonly<Record<'page' | 'heading' | 'paragraph' | 'facts' | 'fact' | 'button', string>>;
  readonly footer: string;
}
export function compileTemplate(name: string, source: string, context: TemplateContext): CompiledTemplate;
export function compileText(name: string, source: string, variables: readonly string[]): string;
export function generate(folder: string): string;
