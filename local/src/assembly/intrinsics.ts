import { ACCOUNT_ID, REGION } from '../aws/types';
import { AssemblyError } from './read';

/** What a template's references stand for. */
export interface References {
  /** Of a resource, or of a parameter. */
  readonly ref: (logicalId: string) => string;
  readonly getAtt: (logicalId: string, attribute: string) => string;
}

const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::Region': REGION,
  'AWS::AccountId': ACCOUNT_ID,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::NoValue': '',
};

/** Resolves every intrinsic function below `value`; `where` names the place in what is thrown. */
export function resolve(value: unknown, references: References, where: string): unknown {
  if (Array.isArray(value)) return value.map((item, index) => resolve(item, references, `${where}[${index}]`));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [only, argument] = entries.length === 1 ? (entries[0] ?? []) : [];
  if (only === 'Ref' || only?.startsWith('Fn::') === true) return call(only, argument, references, where);
  return Object.fromEntries(entries.map(([key, item]) => [key, resolve(item, references, `${where}.${key}`)]));
}

function call(name: string, argument: unknown, references: References, where: string): unknown {
  const refer = (logicalId: string) =>
    Object.hasOwn(PSEUDO, logicalId) ? (PSEUDO[logicalId] ?? '') : references.ref(logicalId);
  const wrong = () => new AssemblyError(`${where}: ${name} is not written as the laptop cloud understands it.`);
  const list = (of: unknown): readonly unknown[] => {
    const resolved = resolve(of, references, where);
    if (!Array.isArray(resolved)) throw wrong();
    return resolved;
  };
  const text = (of: unknown): string => {
    if (typeof of === 'string') return of;
    if (typeof of === 'number' || typeof of === 'boolean') return String(of);
    throw wrong();
  };

  switch (name) {
    case 'Ref':
      return refer(text(argument));
    case 'Fn::GetAtt': {
      const [logicalId, ...attribute] = typeof argument === 'string' ? argument.split('.') : list(argument).map(text);
      if (logicalId === undefined || attribute.length === 0) throw wrong();
      return references.getAtt(logicalId, attribute.join('.'));
    }
    case 'Fn::Join': {
      const [separator, parts] = list(argument);
      return list(parts).map(text).join(text(separator));
    }
    case 'Fn::Split': {
      const [separator, whole] = list(argument);
      return text(whole).split(text(separator));
    }
    case 'Fn::Select': {
      const [index, items] = list(argument);
      const chosen = list(items)[Number(text(index))];
      if (chosen === undefined) throw wrong();
      return chosen;
    }
    case 'Fn::Sub': {
      const parts: readonly unknown[] = Array.isArray(argument) ? argument : [argument, {}];
      const [pattern, given] = parts;
      const values: unknown = resolve(given, references, where);
      return text(pattern).replaceAll(/\$\{(!?)([^}]+)\}/g, (_, literal: string, key: string) => {
        if (literal === '!') return `\${${key}}`;
        const own: unknown =
          typeof values === 'object' && values !== null && Object.hasOwn(values, key)
            ? Reflect.get(values, key)
            : undefined;
        if (own !== undefined) return text(own);
        const dot = key.indexOf('.');
        return dot < 0 ? refer(key) : references.getAtt(key.slice(0, dot), key.slice(dot + 1));
      });
    }
    default:
      throw new AssemblyError(`${where}: ${name} is not among the functions the laptop cloud understands.`);
  }
}
