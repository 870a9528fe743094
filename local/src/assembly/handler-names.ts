import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The handler whose bundle lies in an asset folder: the one of `dist/<handler>/index.js` in one of `packages` that is the
 * same file, for an asset's folder is named after its hash. `undefined` where there is none.
 */
export function handlerNameOf(assetFolder: string, packages: readonly string[]): string | undefined {
  const bundle = join(assetFolder, 'index.js');
  if (!existsSync(bundle)) return undefined;
  const size = statSync(bundle).size;
  let content: Buffer | undefined;
  for (const bundles of packages.map((folder) => join(folder, 'dist'))) {
    for (const handler of existsSync(bundles) ? readdirSync(bundles) : []) {
      const file = join(bundles, handler, 'index.js');
      if (!existsSync(file) || statSync(file).size !== size) continue;
      content ??= readFileSync(bundle);
      if (content.equals(readFileSync(file))) return handler;
    }
  }
  return undefined;
}
