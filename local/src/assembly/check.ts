import { AssemblyError } from './read';
import type { Stack } from './read';
import { RESOURCE_TYPES, unknownProperties } from './resource-types';

/** Everything in the assembly that the laptop cloud refuses, one sentence each. */
export function refusals(stacks: readonly Stack[]): string[] {
  return stacks.flatMap((stack) =>
    Object.entries(stack.resources).flatMap(([logicalId, { Type, Properties }]) => {
      const found = Object.hasOwn(RESOURCE_TYPES, Type) ? RESOURCE_TYPES[Type] : undefined;
      if (found === undefined)
        return [`${stack.name}: ${logicalId} is of type ${Type}, which does not run on a laptop.`];
      if (found.class === 'noted') return [];
      return unknownProperties(Properties, found.properties).map(
        (property) =>
          `${stack.name}: ${logicalId} (${Type}) has the property ${property}, which does not run on a laptop.`,
      );
    }),
  );
}

/** Throws when anything is refused, naming all of it. */
export function checkAssembly(stacks: readonly Stack[]): void {
  const refused = refusals(stacks);
  if (refused.length > 0)
    throw new AssemblyError(`The templates hold what the laptop cloud refuses:\n  ${refused.join('\n  ')}`);
}

/** The table of types with what of each the assembly holds, as `--explain` prints it. */
export function explain(stacks: readonly Stack[]): string {
  const counts = new Map<string, number>();
  for (const stack of stacks) {
    for (const { Type } of Object.values(stack.resources)) counts.set(Type, (counts.get(Type) ?? 0) + 1);
  }
  const width = Math.max(...Object.keys(RESOURCE_TYPES).map((type) => type.length));
  const line = (type: string, what: string) =>
    `  ${String(counts.get(type) ?? 0).padStart(4)}  ${type.padEnd(width)}  ${what}`;
  const lines = (wanted: 'run' | 'noted') =>
    Object.entries(RESOURCE_TYPES)
      .filter(([, found]) => found.class === wanted)
      .map(([type, found]) => line(type, found.class === 'run' ? found.as : found.because));
  const refused = refusals(stacks);
  return [
    `${stacks.length} stacks, in this order: ${stacks.map(({ name }) => name).join(', ')}`,
    '',
    'Run (any property not known is refused):',
    ...lines('run'),
    '',
    'Noted (no effect here):',
    ...lines('noted'),
    '',
    'Refused: anything else.',
    ...(refused.length > 0 ? refused.map((sentence) => `  ${sentence}`) : ['  Nothing in these templates.']),
  ].join('\n');
}
