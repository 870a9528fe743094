import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { DocumentError } from './errors';

export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly (XmlElement | string)[];
}

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  processEntities: true,
  // Only this option reads numeric references (&#xD;); named ones beyond XML's five are refused below.
  htmlEntities: true,
});

/** Reads one XML document; throws Twilio's 12100 where it is none. */
export function parseXml(text: string): XmlElement {
  const valid = XMLValidator.validate(text);
  if (valid !== true)
    throw new DocumentError(12100, `Document parse failure: ${valid.err.msg} (line ${valid.err.line})`);
  const markup = text.replaceAll(/<!\[CDATA\[[\s\S]*?\]\]>|<!--[\s\S]*?-->/g, '');
  if (markup.includes('<!DOCTYPE')) throw new DocumentError(12100, 'Document parse failure: a DOCTYPE is not allowed');
  const entity = /&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-fA-F]+);)[^;\s]*;?/.exec(markup);
  if (entity) throw new DocumentError(12100, `Document parse failure: unknown entity ${entity[0]}`);
  const roots = toNodes(parsed(text)).filter((node) => typeof node !== 'string' || node.trim() !== '');
  const [root] = roots;
  if (root === undefined || typeof root === 'string' || roots.length !== 1) {
    throw new DocumentError(12100, 'Document parse failure: one root element is needed');
  }
  return root;
}

/** The validator lets some faults pass that the parser stumbles over. */
function parsed(text: string): unknown {
  try {
    return parser.parse(text);
  } catch (cause) {
    throw new DocumentError(12100, `Document parse failure: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

/** The parser's ordered form: `{ Say: [children], ':@': { voice: '…' } }` and `{ '#text': '…' }`. */
function toNodes(parsed: unknown): (XmlElement | string)[] {
  if (!Array.isArray(parsed)) return [];
  return parsed.flatMap((node: unknown): (XmlElement | string)[] => {
    if (typeof node !== 'object' || node === null) return [];
    const entries: [string, unknown][] = Object.entries(node);
    const first = entries.find(([key]) => key !== ':@');
    if (first === undefined) return [];
    const [name, content] = first;
    if (name === '#text') return [String(content)];
    const attributes = new Map<string, string>();
    for (const [key, value] of entries) {
      if (key !== ':@' || typeof value !== 'object' || value === null) continue;
      for (const [attribute, text] of Object.entries(value)) attributes.set(attribute, String(text));
    }
    return [{ name, attributes, children: toNodes(content) }];
  });
}
