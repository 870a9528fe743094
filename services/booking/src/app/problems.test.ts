import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { NOW, publicApi, type PublicApi } from '../../test/api';
import { memoryStore } from '../../test/memory-store';
import { PROBLEM_KINDS } from './problems';

let api: PublicApi;

beforeEach(() => {
  api = publicApi(memoryStore(), () => NOW);
});

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

/** The code that can answer with a problem. */
function sources(): string[] {
  const folders = [join(__dirname, '..'), join(__dirname, '../../../../shared/runtime/src')];
  // By the path inside the folder: the checkout itself may lie below one named page.
  const isAsked = (name: string) => name.endsWith('.ts') && !/\.test\.ts$|^page\/|\/problems\.ts$/.test(name);
  return folders
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter(isAsked)
        .map((name) => join(folder, name)),
    )
    .map((file) => readFileSync(file, 'utf8'));
}

function slugsIn(text: string): string[] {
  return [...text.matchAll(/\bslug: '([^']+)'/g)].map(([, slug = '']) => slug);
}

describe('the table of problems', () => {
  it('has every problem that the code answers with, and no other', () => {
    const used = new Set(sources().flatMap(slugsIn));

    expect(PROBLEM_KINDS.map(({ slug }) => slug).toSorted()).toEqual([...used].toSorted());
  });

  it('says of each what it means and what to do, in whole sentences', () => {
    for (const { slug, title, meaning, remedy } of PROBLEM_KINDS) {
      expect(slug).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(title).not.toMatch(/\.$/);
      for (const text of [meaning, remedy]) expect(text).toMatch(/^[A-Z`].{20,}\.$/);
    }
  });
});

describe('the URI of a problem type', () => {
  it.each(PROBLEM_KINDS.map(({ slug }) => slug))(
    'leads to words about %s, for people and for programs',
    async (slug) => {
      const page = await api.problem(slug, BROWSER);
      const data = await api.problem(slug);

      expect(page).toMatchObject({
        status: 200,
        headers: { 'content-type': 'text/html; charset=utf-8', vary: 'accept' },
      });
      expect(page.text).toContain(`<code>${slug}</code>`);
      expect(data.json).toMatchObject({ slug, type: `https://book.example.com/problems/${slug}` });
    },
  );

  it('is the very one that an answer carries', async () => {
    const { json } = await api.create({ raw: '{' });
    const explained = await api.problem(String(json.type).replace(/^.*\//, ''));

    expect(explained.json).toMatchObject({ type: json.type, title: json.title, status: json.status });
  });

  it('leads to the list of all where there is no such type', async () => {
    const answer = await api.problem('<script>', BROWSER);

    expect(answer).toMatchObject({ status: 404, headers: { 'content-type': 'application/problem+json' } });
    expect(answer.json.detail).toContain('https://book.example.com/problems');
    expect(answer.text).not.toContain('<script>');
  });

  it('has a list of all above it', async () => {
    const page = await api.problems(BROWSER);
    const data = await api.problems();

    for (const { slug } of PROBLEM_KINDS) expect(page.text).toContain(`href="/problems/${slug}"`);
    expect(data.json.problems).toHaveLength(PROBLEM_KINDS.length);
  });

  it.each([
    [undefined, false],
    ['*/*', false],
    ['application/json', false],
    ['text/html;q=0', false],
    ['application/json, text/html;q=0.5', true],
    ['TEXT/HTML', true],
  ])('answers Accept: %s with a page: %s', async (accept, isPage) => {
    const { headers } = await api.problem('busy', accept);

    expect(String(headers['content-type']).startsWith('text/html')).toBe(isPage);
  });

  it('lets nothing load or run on its page', async () => {
    const { headers, text } = await api.problem('slot-taken', BROWSER);

    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]+';/);
    expect(text).not.toMatch(/<script|<img|<link|\son\w+=/);
  });
});
