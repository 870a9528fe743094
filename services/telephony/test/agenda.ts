/** What is going to happen, in order of time; of two things at the same time the one that was planned first comes first. */
export function agenda<T>(startsAt: number) {
  interface Entry {
    readonly at: number;
    readonly order: number;
    readonly what: T;
  }
  /** A binary heap: no entry is earlier than the one at half its place. */
  const heap: Entry[] = [];
  let order = 0;
  let now = startsAt;

  const isEarlier = (a: Entry, b: Entry) => a.at < b.at || (a.at === b.at && a.order < b.order);
  const at = (index: number): Entry => {
    const entry = heap[index];
    if (!entry) throw new RangeError(`there is no entry ${index}`);
    return entry;
  };
  const swap = (a: number, b: number) => {
    const kept = at(a);
    heap[a] = at(b);
    heap[b] = kept;
  };

  return {
    get now() {
      return now;
    },
    plan: (afterMs: number, what: T): void => {
      heap.push({ at: now + Math.max(0, afterMs), order: order++, what });
      let index = heap.length - 1;
      while (index > 0) {
        const parent = (index - 1) >> 1;
        if (!isEarlier(at(index), at(parent))) break;
        swap(index, parent);
        index = parent;
      }
    },
    /** What comes next, at its time; `undefined` when nothing is planned any more. */
    next: (): T | undefined => {
      const [first] = heap;
      const last = heap.pop();
      if (!first || !last) return undefined;
      if (heap.length > 0) {
        heap[0] = last;
        let index = 0;
        for (;;) {
          let earliest = index;
          for (const child of [2 * index + 1, 2 * index + 2])
            if (child < heap.length && isEarlier(at(child), at(earliest))) earliest = child;
          if (earliest === index) break;
          swap(index, earliest);
          index = earliest;
        }
      }
      now = first.at;
      return first.what;
    },
  };
}
