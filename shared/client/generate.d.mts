/** The text of `src/api.generated.ts`. @throws Error at a construct that it does not know */
export function generate(document: unknown): string;
