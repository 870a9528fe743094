// Runs after the bundles are built: writes every message in every language, with sample data, to dist/previews.json, where the
// laptop's console shows them.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';

const here = import.meta.dirname;
const dist = join(here, 'dist');
const bundle = join(dist, '.previews.cjs');

mkdirSync(dist, { recursive: true });
await build({
  stdin: {
    contents: "export { samplesIn, textsIn } from './samples'; export { LANGUAGES } from './language';",
    resolveDir: join(here, 'src/domain'),
    loader: 'ts',
  },
  bundle: true,
  platform: 'node',
  format: 'cjs',
  mainFields: ['module', 'main'],
  outfile: bundle,
  logLevel: 'warning',
});
const { samplesIn, textsIn, LANGUAGES } = createRequire(import.meta.url)(bundle);
rmSync(bundle);

const previews = LANGUAGES.map((language) => ({
  language,
  emails: samplesIn(language).map(({ name, situation, email }) => ({
    name,
    situation,
    to: `${email.to.name} <${email.to.address}>`,
    subject: email.subject,
    html: email.html,
    text: email.text,
    ...(email.calendar && { calendar: email.calendar.content }),
  })),
  texts: textsIn(language),
}));
writeFileSync(join(dist, 'previews.json'), JSON.stringify(previews));
