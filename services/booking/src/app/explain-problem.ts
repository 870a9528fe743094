import { Problem, type HttpAnswer, type HttpRequest } from '@appointments/runtime';
import type * as z from 'zod';
import { PAGE_HEADERS, problemPage, problemsPage } from './problem-pages';
import { isProblemSlug, PROBLEM_KINDS, PROBLEMS, type ProblemKind } from './problems';
import type { ProblemKindAnswer, ProblemKindsAnswer } from './schemas';

export interface ExplainProblemPorts {
  /** What problem types begin with: `<problemBase>/<slug>`. */
  readonly problemBase: string;
}

/** The types change with a release only. */
const CACHED = { 'cache-control': 'public, max-age=300', vary: 'accept' };

function told(problemBase: string, slug: string, kind: ProblemKind): z.infer<typeof ProblemKindAnswer> {
  const { status, title, meaning, remedy } = kind;
  return { type: `${problemBase}/${slug}`, slug, status, title, meaning, remedy };
}

/** Says what a problem type means and what to do about it: the page that its URI leads to, or the same as JSON. */
export function explainProblem({ problemBase }: ExplainProblemPorts) {
  return ({ parameters, headers }: HttpRequest): HttpAnswer => {
    const asPage = wantsHtml(headers['accept']);
    const slug = parameters['slug'];
    if (slug === undefined) {
      const problems = PROBLEM_KINDS.map((kind) => told(problemBase, kind.slug, kind));
      const body = { problems } satisfies z.infer<typeof ProblemKindsAnswer>;
      return asPage
        ? { status: 200, headers: { ...CACHED, ...PAGE_HEADERS }, text: problemsPage(PROBLEM_KINDS) }
        : { status: 200, headers: CACHED, body };
    }
    if (!isProblemSlug(slug)) {
      throw new Problem({
        status: 404,
        slug: 'no-such-problem',
        title: 'There is no such problem',
        detail: `All of them are at ${problemBase}`,
      });
    }
    const kind: ProblemKind = PROBLEMS[slug];
    return asPage
      ? { status: 200, headers: { ...CACHED, ...PAGE_HEADERS }, text: problemPage(slug, kind) }
      : { status: 200, headers: CACHED, body: told(problemBase, slug, kind) };
  };
}

/** A browser asks for HTML by name; programs take anything, or JSON. */
function wantsHtml(accept: string | undefined): boolean {
  return (accept ?? '').split(',').some((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    return type === 'text/html' && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });
}
