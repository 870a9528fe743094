// Runs before the bundles are built: the compiled texts are committed, and written only when they changed.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generate } from './compile-templates.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const file = join(here, 'src/domain/templates.generated.ts');
const generated = generate(join(here, 'templates'));
if (!existsSync(file) || readFileSync(file, 'utf8') !== generated) writeFileSync(file, generated);
