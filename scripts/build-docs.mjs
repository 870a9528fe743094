// Generates docs/events.md from the contracts, so that the catalogue cannot disagree with the code.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from './setup.mjs';

const outfile = join(root, 'shared/events/dist/index.js');
await build({
  entryPoints: [join(root, 'shared/events/src/index.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  logLevel: 'warning',
});
const { ALL_EVENTS } = createRequire(import.meta.url)(outfile);

/** Who subscribes to what; the stacks' subscriptions are checked against it in infra's tests. */
const { SUBSCRIBERS } = createRequire(import.meta.url)(outfile);

const fields = (contract) => {
  const { properties, required = [] } = contract.jsonSchema().properties.data;
  return Object.keys(properties)
    .map((name) => {
      const personal = contract.personal.some((path) => path === name || path.startsWith(`${name}.`));
      return `\`${name}${required.includes(name) ? '' : '?'}\`${personal ? ' 🔒' : ''}`;
    })
    .join(', ');
};

const rows = ALL_EVENTS.map((contract) =>
  [
    `\`${contract.detailType}\``,
    contract.version,
    contract.source.replace('appointments.', ''),
    contract.description,
    fields(contract),
    (SUBSCRIBERS[contract.detailType] ?? []).join(', ') || 'others',
  ].join(' | '),
);

/** Optional fields that say what they mean, each once, whatever events have it. */
const meanings = new Map(
  ALL_EVENTS.flatMap((contract) => {
    const { properties, required = [] } = contract.jsonSchema().properties.data;
    return Object.entries(properties)
      .filter(([name, { description }]) => description !== undefined && !required.includes(name))
      .map(([name, { description }]) => [name, description]);
  }),
);

writeFileSync(
  join(root, 'docs/events.md'),
  `# The events

Generated from \`shared/events/src/contracts.ts\` by \`npm run build\`; do not edit.

Every event is on the bus with source \`appointments.<service>\`, its name as detail-type, and a detail of \`{ metadata, data }\`.
\`metadata\` holds \`eventId\` (the same fact published again has the same id), \`eventVersion\`, \`occurredAt\`, \`correlationId\`, \`causationId\` and \`hops\`.
🔒 marks fields with personal data.

| event | version | from | says | data | heard by |
| --- | --- | --- | --- | --- | --- |
${rows.map((row) => `| ${row} |`).join('\n')}

\`?\` marks optional fields. One that is added keeps the version, so a consumer ignores what it does not know. What some of them say:

${[...meanings].map(([name, meaning]) => `- \`${name}\`: ${meaning}`).join('\n')}
`,
);
