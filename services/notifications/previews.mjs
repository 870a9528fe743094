// Runs after the bundles are built: writes every message in every language, with sample data, to dist/previews.json, where the
// laptop's console shows them.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import Mustache from 'mustache';

const here = import.meta.dirname;
const dist = join(here, 'dist');
const bundle = join(dist, '.previews.cjs');

mkdirSync(dist, { recursive: true });
await build({
  stdin: {
    contents:
      "export { samplesIn } from './samples'; export { LANGUAGES } from './language'; export { TEXTS } from './templates.generated';",
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
const { samplesIn, LANGUAGES, TEXTS } = createRequire(import.meta.url)(bundle);
rmSync(bundle);

const variables = JSON.parse(readFileSync(join(here, 'templates/variables.json'), 'utf8'));
const textOf = (kind, words) => {
  const values = Object.fromEntries(
    Object.entries(variables[kind === 'phone-code' ? kind : 'text']).map(([name, { sample }]) => [name, sample]),
  );
  return Mustache.render(words, values, undefined, { escape: String });
};

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
  texts: Object.entries(TEXTS).map(([name, words]) => ({ name, text: textOf(name, words[language]) })),
}));
writeFileSync(join(dist, 'previews.json'), JSON.stringify(previews));
