import { createHash } from 'node:crypto';
import type { ProblemKind } from './problems';

const STYLE = `
:root { color-scheme: light dark; --ground: #f5f7f6; --card: #fff; --ink: #16211e; --quiet: #55635f; --line: #d5deda; --accent: #0f6b5c; --tint: #e6f3ef; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #101614; --card: #19211e; --ink: #e8efec; --quiet: #a3b2ad; --line: #303b37; --accent: #63d2b9; --tint: #1d332d; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif; overflow-wrap: anywhere; }
main { max-inline-size: 46rem; margin-inline: auto; padding: clamp(1.5rem, 5vw, 3.5rem) clamp(1rem, 4vw, 2.5rem); }
h1 { margin: 0 0 0.5rem; font-size: clamp(1.4rem, 1.2rem + 1.2vw, 1.9rem); line-height: 1.25; letter-spacing: -0.01em; }
h2 { margin: 1.75rem 0 0.25rem; font-size: 1.05rem; }
p { margin: 0; }
.kind { margin-block-end: 0.5rem; color: var(--quiet); }
a { color: var(--accent); }
code { padding: 0.05em 0.35em; border-radius: 0.35em; background: var(--tint); font-size: 0.92em; }
pre { margin: 0.25rem 0 0; padding: 1rem; white-space: pre-wrap; border: 1px solid var(--line); border-radius: 0.75rem; background: var(--card); font-size: 0.875rem; }
ul { margin: 1.5rem 0 0; padding: 0; list-style: none; border-block-start: 1px solid var(--line); }
li { padding-block: 0.85rem; border-block-end: 1px solid var(--line); }
.back { margin-block-start: 2rem; }
`;

/** Plain text and this one style: nothing else may load or run, wherever a page is opened. */
export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'referrer-policy': 'no-referrer',
};

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (found) => ESCAPES[found] ?? '');
}

/** Text in which backquotes mark code. */
function marked(text: string): string {
  return escaped(text).replace(/`([^`]+)`/g, '<code>$1</code>');
}

function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${content}
</main>
</body>
</html>
`;
}

/** One kind of problem in words that a person reads. */
export function problemPage(slug: string, { status, title, meaning, remedy, example }: ProblemKind): string {
  return page(
    `${title} (${slug})`,
    `<p class="kind"><code>${slug}</code> · HTTP status ${status}</p>
<h1>${escaped(title)}</h1>
<h2>What it means</h2>
<p>${marked(meaning)}</p>
<h2>What to do</h2>
<p>${marked(remedy)}</p>${
      example
        ? `
<h2>What such an answer has</h2>
<pre>${escaped(JSON.stringify(example, null, 2))}</pre>`
        : ''
    }
<p class="back"><a href="/problems">All problems</a> · <a href="/openapi.json">The API's document</a></p>`,
  );
}

/** All kinds of problems, each with the link to its own page. */
export function problemsPage(kinds: readonly (ProblemKind & { readonly slug: string })[]): string {
  const items = kinds.map(
    ({ slug, status, title }) => `<li><a href="/problems/${slug}">${slug}</a> · ${status}<br>${escaped(title)}</li>`,
  );
  return page(
    'Problems of the API',
    `<h1>Problems of the API</h1>
<p>Errors are answered as <code>application/problem+json</code> (RFC 9457). The last part of their <code>type</code> never changes; programs compare it.</p>
<ul>
${items.join('\n')}
</ul>`,
  );
}
