/** Calls that may leave records in a table's stream. */
const WRITES = new Set([
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'TransactWriteItems',
  'BatchWriteItem',
  'ExecuteStatement',
  'BatchExecuteStatement',
  'ExecuteTransaction',
]);

/**
 * The tables that a call may have written to; `all` where it does not say plainly. Read from the request rather than
 * from the answer: an answer that got lost was a write all the same.
 */
export function tablesWritten(operation: string, body: string): ReadonlySet<string> | 'all' {
  if (!WRITES.has(operation)) return new Set();
  if (operation.includes('Execute')) return 'all';
  const tables = new Set<string>();
  // Cheaper than parsing: names occur as `"TableName":"…"`, or as the members of RequestItems, which are parsed.
  if (operation !== 'BatchWriteItem') {
    for (const [, name] of body.matchAll(/"TableName"\s*:\s*"([^"\\]+)"/g))
      if (name !== undefined) tables.add(bareName(name));
    return tables.size > 0 ? tables : 'all';
  }
  try {
    const parsed: unknown = JSON.parse(body);
    const items: unknown =
      typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, 'RequestItems') : undefined;
    if (typeof items !== 'object' || items === null) return 'all';
    for (const name of Object.keys(items)) tables.add(bareName(name));
    return tables;
  } catch {
    return 'all';
  }
}

/** A table may be named by its ARN. */
function bareName(nameOrArn: string): string {
  return nameOrArn.slice(nameOrArn.lastIndexOf('/') + 1);
}
