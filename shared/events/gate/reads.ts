import type { EventContract } from '../src/define-event';
import { fieldsOf, jsonSchemaOf } from '../src/documents';

/**
 * A detail that notes which of its fields are read: values as such, groups by what is read of them. What a reader copies is
 * read when the copy is. Only fields of the contract are noted: code asks every object for more than that.
 */
export function noteReads<Value extends object>(contract: EventContract, detail: Value, reads: Set<string>): Value {
  const known = new Set(fieldsOf(jsonSchemaOf(contract)).map(({ path }) => path));
  const watch = <Part extends object>(part: Part, path: string): Part =>
    new Proxy(part, {
      get: (target, name, receiver): unknown => {
        const value: unknown = Reflect.get(target, name, receiver);
        if (typeof name === 'symbol') return value;
        const isItem = Array.isArray(target) && /^\d+$/.test(name);
        const at = Array.isArray(target) ? `${path}[]` : path === '' ? name : `${path}.${name}`;
        if (typeof value === 'object' && value !== null) return watch(value, at);
        if (Array.isArray(target) && (isItem || name === 'length')) reads.add(known.has(at) ? at : path);
        else if (known.has(at)) reads.add(at);
        return value;
      },
    });
  return watch(detail, '');
}
