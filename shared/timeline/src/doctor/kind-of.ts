/** What a dead letter is, where its body says so: an event of the bus. */
export function kindOf(body: string): { readonly what?: string } {
  const [, what] = /"detail-type"\s*:\s*"([A-Za-z0-9]{1,64})"/.exec(body) ?? [];
  return what === undefined ? {} : { what };
}
