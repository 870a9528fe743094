import * as z from 'zod';

/**
 * A variable that holds JSON. What it usually holds, and nothing at all, stand for `usual` without a schema, which takes a
 * tenth of a webhook function's start to build; it is built for anything else, and names each fault with its place.
 */
export function jsonSetting<Schema extends z.ZodType>(
  usual: { readonly text: string; readonly value: z.output<Schema> },
  schema: () => Schema,
) {
  return z
    .string()
    .default(usual.text)
    .transform((text, context): z.output<Schema> => {
      if (text === '' || text === usual.text) return usual.value;
      const read = schema().safeParse(parsed(text));
      if (read.success) return read.data;
      for (const { path, message } of read.error.issues)
        context.addIssue({ code: 'custom', message: [...path, message].join(': '), input: text });
      return z.NEVER;
    });
}

/** What is not JSON stays the text it is, and is refused as such. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
