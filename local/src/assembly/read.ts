import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import * as z from 'zod';

const Resource = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  Condition: z.string().optional(),
});
export type Resource = z.infer<typeof Resource>;

const Template = z.object({
  Parameters: z.record(z.string(), z.object({ Type: z.string(), Default: z.string().optional() })).default({}),
  Resources: z.record(z.string(), Resource).default({}),
});
const Manifest = z.object({
  artifacts: z.record(
    z.string(),
    z.object({
      type: z.string(),
      properties: z.object({ templateFile: z.string().optional(), stackName: z.string().optional() }).optional(),
    }),
  ),
});
const Assets = z.object({
  files: z
    .record(z.string(), z.object({ source: z.object({ path: z.string(), packaging: z.string().optional() }) }))
    .default({}),
});

/** One stack of a cloud assembly. */
export interface Stack {
  readonly name: string;
  /** The app it comes from, where that is not our own. */
  readonly app?: string;
  readonly parameters: Readonly<Record<string, { readonly Type: string; readonly Default?: string | undefined }>>;
  readonly resources: Readonly<Record<string, Resource>>;
  /** From an asset's hash to the folder that holds it. */
  readonly assetFolders: ReadonlyMap<string, string>;
}

/** The assembly is not there, or cannot be run here. */
export class AssemblyError extends Error {
  override readonly name = 'AssemblyError';
}

/** The API of this stack is the front door, where the stack is our own. */
const FRONT_DOOR_STACK = '-booking';

/** Whether the stack's API answers at the front door. */
export function isFrontDoor({ name, app }: Stack): boolean {
  return app === undefined && name.endsWith(FRONT_DOOR_STACK);
}

/**
 * Reads our own app, and those of others that run beside it: each is a cloud assembly, or a folder with one in `cdk.out`.
 * Theirs come after ours, so that they may read our parameters. On AWS they are in accounts of their own, so their stacks
 * may be named as ours are: a name that is taken is made another by the app's.
 */
export function readAssemblies(own: string, others: readonly string[] = []): readonly Stack[] {
  const stacks = [...readAssembly(own)];
  const taken = new Set(stacks.map(({ name }) => name));
  const apps = new Set<string>();
  const free = (wanted: string, among: ReadonlySet<string>): string => {
    let name = wanted;
    for (let n = 2; among.has(name); n += 1) name = `${wanted}-${n}`;
    return name;
  };
  for (const folder of others) {
    const assembly = existsSync(join(folder, 'manifest.json')) ? folder : join(folder, 'cdk.out');
    if (!existsSync(join(assembly, 'manifest.json')))
      throw new AssemblyError(
        `There is no cloud assembly in ${folder}, nor in its cdk.out: synthesize that app first.`,
      );
    const app = free(basename(assembly === folder && basename(folder) === 'cdk.out' ? dirname(folder) : folder), apps);
    apps.add(app);
    for (const stack of readAssembly(assembly)) {
      const name = taken.has(stack.name) ? free(`${app}-${stack.name}`, taken) : stack.name;
      taken.add(name);
      stacks.push({ ...stack, name, app });
    }
  }
  return stacks;
}

/** Reads every stack of a synthesized CDK app. */
export function readAssembly(folder: string): readonly Stack[] {
  const manifestFile = join(folder, 'manifest.json');
  if (!existsSync(manifestFile))
    throw new AssemblyError(`There is no cloud assembly in ${folder}: \`npm run synth\` makes it.`);
  const stacks: Stack[] = [];
  for (const [id, { type, properties }] of Object.entries(parse(manifestFile, Manifest).artifacts)) {
    if (type !== 'aws:cloudformation:stack' || properties?.templateFile === undefined) continue;
    const template = parse(join(folder, properties.templateFile), Template);
    const assetsFile = join(folder, `${id}.assets.json`);
    const files = existsSync(assetsFile) ? parse(assetsFile, Assets).files : {};
    const assetFolders = new Map(
      Object.entries(files).map(([hash, { source }]) => [
        hash,
        isAbsolute(source.path) ? source.path : join(folder, source.path),
      ]),
    );
    stacks.push({
      name: properties.stackName ?? id,
      parameters: template.Parameters,
      resources: template.Resources,
      assetFolders,
    });
  }
  return inOrder(stacks);
}

function parse<T>(file: string, schema: z.ZodType<T>): T {
  const read: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const parsed = schema.safeParse(read);
  if (!parsed.success)
    throw new AssemblyError(`${file} is not what a CDK app writes: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** Who writes a parameter comes before who reads it: stacks joined by parameters have no dependency in the manifest. */
function inOrder(stacks: readonly Stack[]): readonly Stack[] {
  const writerOf = new Map<string, Stack>();
  for (const stack of stacks) {
    for (const { Type, Properties } of Object.values(stack.resources)) {
      if (Type === 'AWS::SSM::Parameter' && typeof Properties['Name'] === 'string')
        writerOf.set(Properties['Name'], stack);
    }
  }
  const ordered: Stack[] = [];
  const under = new Set<Stack>();
  const visit = (stack: Stack) => {
    if (ordered.includes(stack)) return;
    if (under.has(stack))
      throw new AssemblyError(
        `The stacks need each other's parameters in a circle: ${[...under].map(({ name }) => name).join(', ')}.`,
      );
    under.add(stack);
    for (const { Default } of Object.values(stack.parameters)) {
      const writer = Default === undefined ? undefined : writerOf.get(Default);
      if (writer !== undefined && writer !== stack) visit(writer);
    }
    under.delete(stack);
    ordered.push(stack);
  };
  for (const stack of stacks) visit(stack);
  return ordered;
}
