/**
 * Which records of a batch a handler reported as failed: a set of identifiers, or `all` where the answer does not make
 * sense to AWS (a missing, empty or unknown identifier). Without ReportBatchItemFailures an answer is never read.
 */
export function failedItems(result: unknown, known: ReadonlySet<string>): ReadonlySet<string> | 'all' {
  if (typeof result !== 'object' || result === null || !('batchItemFailures' in result)) return new Set();
  const failures: unknown = result.batchItemFailures;
  if (failures === null || failures === undefined) return new Set();
  if (!Array.isArray(failures)) return 'all';
  const failed = new Set<string>();
  for (const failure of failures as readonly unknown[]) {
    const id: unknown =
      typeof failure === 'object' && failure !== null && 'itemIdentifier' in failure
        ? failure.itemIdentifier
        : undefined;
    if (typeof id !== 'string' || !known.has(id)) return 'all';
    failed.add(id);
  }
  return failed;
}
