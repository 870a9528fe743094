import { join } from 'node:path';
import * as z from 'zod';
import { command } from './command';

const Effect = z.object({
  kind: z.enum(['mail', 'text', 'alert', 'dial', 'event', 'schedule']),
  at: z.number(),
  to: z.string(),
  title: z.string(),
  body: z.string(),
  data: z.unknown().optional(),
});
export type Effect = z.infer<typeof Effect>;
const Answer = z.object({
  compared: z.array(
    z.object({
      is: z.enum(['same', 'differs', 'gone', 'new', 'unknown']),
      now: Effect.optional(),
      lines: z.array(z.string()),
    }),
  ),
});

export interface Replayed {
  /** Everything that this code did with the case, in order of time. */
  readonly effects: readonly Effect[];
  readonly of: (kind: Effect['kind']) => readonly Effect[];
  /** Where it differs from what the file says was published then; nothing where it does the same. */
  readonly differences: readonly string[];
}

/**
 * Lets this code live through a case out of a file (`npm run events -- export --appointment … --mask`), in a cloud of its own
 * whose clock stands at each event's time, and gives what it did.
 */
export async function replayed(
  file: string,
  options: { readonly until?: string; readonly environment?: Readonly<Record<string, string>> } = {},
): Promise<Replayed> {
  const { code, output, result } = await command(
    { url: 'http://localhost:1', environment: options.environment },
    'replay',
    '--file',
    file,
    '--against',
    join(__dirname, '../..'),
    '--json',
    ...(options.until === undefined ? [] : ['--until', options.until]),
  );
  if (result === '') throw new Error(`the case could not be replayed (${code}):\n${output}`);
  const { compared } = Answer.parse(JSON.parse(result));
  const effects = compared.flatMap(({ now }) => now ?? []).toSorted((a, b) => a.at - b.at);
  return {
    effects,
    of: (kind) => effects.filter((effect) => effect.kind === kind),
    differences: compared
      .filter(({ is }) => is === 'differs' || is === 'gone' || is === 'new')
      .map(({ is, now, lines }) => [is, now?.title ?? '', ...lines].join(' ')),
  };
}
