interface Page {
  /** The cursor of the next page; the last has none. */
  readonly next?: string;
}

/** Reads page after page, each when the items before it have been taken. */
export async function* eachOf<Of extends Page, Item>(
  read: (cursor: { readonly cursor?: string }) => Promise<Of>,
  itemsOf: (page: Of) => readonly Item[],
): AsyncGenerator<Item, void, undefined> {
  const seen = new Set<string>();
  let cursor: { readonly cursor?: string } = {};
  for (;;) {
    const page = await read(cursor);
    yield* itemsOf(page);
    // An empty one, and one that comes again, would go round for ever.
    if (page.next === undefined || page.next === '' || seen.has(page.next)) return;
    seen.add(page.next);
    cursor = { cursor: page.next };
  }
}
