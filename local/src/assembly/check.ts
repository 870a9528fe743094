import { givenName } from './names';
import { AssemblyError } from './read';
import type { Stack } from './read';
import { RESOURCE_TYPES, unknownProperties } from './resource-types';

/** Everything in the assembly that the laptop cloud refuses, one sentence each. */
export function refusals(stacks: readonly Stack[]): string[] {
  return [...stacks.flatMap(refusalsOf), ...sharedNames(stacks)];
}

function refusalsOf(stack: Stack): string[] {
  return Object.entries(stack.resources).flatMap(([logicalId, { Type, Properties, Condition }]) => {
    const found = Object.hasOwn(RESOURCE_TYPES, Type) ? RESOURCE_TYPES[Type] : undefined;
    if (found === undefined) return [`${stack.name}: ${logicalId} is of type ${Type}, which does not run on a laptop.`];
    if (found.class === 'noted') return [];
    if (Condition !== undefined)
      return [`${stack.name}: ${logicalId} is there under the condition ${Condition}, and a laptop decides none.`];
    return unknownProperties(Properties, found.properties).map(
      (property) =>
        `${stack.name}: ${logicalId} (${Type}) has the property ${property}, which does not run on a laptop.`,
    );
  });
}

/** What is named by its template has that name for itself: apps that have an account each on AWS share one here. */
function sharedNames(stacks: readonly Stack[]): string[] {
  const holders = new Map<string, string>();
  return stacks.flatMap((stack) =>
    Object.entries(stack.resources).flatMap(([logicalId, resource]) => {
      const name = RESOURCE_TYPES[resource.Type]?.class === 'run' ? givenName(resource) : undefined;
      if (name === undefined) return [];
      const holder = holders.get(`${resource.Type} ${name}`);
      if (holder === undefined) {
        holders.set(`${resource.Type} ${name}`, `${logicalId} of ${stack.name}`);
        return [];
      }
      return [
        `${stack.name}: ${logicalId} (${resource.Type}) is named ${name}, and so is ${holder}; on a laptop all apps share one account.`,
      ];
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
