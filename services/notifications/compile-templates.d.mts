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
export function generate(folder: string): string;
