import { DocumentError } from './errors';
import type { HttpMethod } from './records';
import type { XmlElement } from './xml';

export type Attributes = ReadonlyMap<string, string>;

/** The element's attributes; one that the simulator does not know is refused, not ignored. */
export function attributesOf(element: XmlElement, known: readonly string[]): Attributes {
  for (const name of element.attributes.keys()) {
    if (!known.includes(name)) throw new DocumentError(12200, `<${element.name} ${name}="…"> is not simulated`);
  }
  return element.attributes;
}

/** The child elements, where text has no place. */
export function elementsIn(element: XmlElement, what = 'text'): XmlElement[] {
  return element.children.flatMap((child) => {
    if (typeof child !== 'string') return [child];
    if (child.trim() !== '') throw new DocumentError(12200, `<${element.name}> with ${what} is not simulated`);
    return [];
  });
}

export function textOf(element: XmlElement): string {
  return element.children
    .map((child) => {
      if (typeof child === 'string') return child;
      throw new DocumentError(12200, `<${child.name}> is not allowed inside <${element.name}>`);
    })
    .join('');
}

function invalid(name: string, value: string): DocumentError {
  return new DocumentError(12200, `${name}="${value}" is not valid`);
}

export function integer(attributes: Attributes, name: string, low: number, high: number, fallback: number): number {
  const value = attributes.get(name);
  if (value === undefined) return fallback;
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= low && number <= high)) throw invalid(name, value);
  return number;
}

export function boolean(attributes: Attributes, name: string, fallback: boolean): boolean {
  const value = attributes.get(name);
  if (value === undefined) return fallback;
  if (value !== 'true' && value !== 'false') throw invalid(name, value);
  return value === 'true';
}

export function method(attributes: Attributes, name: string): HttpMethod {
  const value = attributes.get(name)?.toUpperCase() ?? 'POST';
  if (value !== 'GET' && value !== 'POST') throw invalid(name, value);
  return value;
}

export function oneOf(attributes: Attributes, name: string, allowed: readonly string[]): void {
  const value = attributes.get(name);
  if (value !== undefined && !allowed.includes(value)) throw invalid(name, value);
}
