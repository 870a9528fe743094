import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The handler whose bundle lies in an asset folder: the one of `services/<service>/dist/<handler>/index.js` that is the
 * same file, for an asset's folder is named after its hash. `undefined` where there is none.
 */
export function handlerNameOf(assetFolder: string, servicesFolder: string, service: string): string | undefined {
  const bundles = join(servicesFolder, service, 'dist');
  const bundle = join(assetFolder, 'index.js');
  if (!existsSync(bundles) || !existsSync(bundle)) return undefined;
  const size = statSync(bundle).size;
  let content: Buffer | undefined;
  for (const handler of readdirSync(bundles)) {
    const file = join(bundles, handler, 'index.js');
    if (!existsSync(file) || statSync(file).size !== size) continue;
    content ??= readFileSync(bundle);
    if (content.equals(readFileSync(file))) return handler;
  }
  return undefined;
}
