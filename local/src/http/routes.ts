/** A route of an HTTP API: its key as the template writes it, and what it leads to. */
export interface Route<T> {
  readonly routeKey: string;
  readonly target: T;
}

export interface RouteMatch<T> {
  readonly route: Route<T>;
  /** Decoded; the greedy part under its own name. */
  readonly pathParameters: Readonly<Record<string, string>>;
}

interface CompiledRoute<T> {
  readonly route: Route<T>;
  readonly method: string;
  readonly segments: readonly string[];
}

const PARAMETER = /^\{([^}+]+)(\+?)\}$/;

/**
 * Finds routes as API Gateway does: the most specific path wins (text before parameter before greedy parameter, from
 * left to right), then the method before `ANY`, and `$default` takes the rest.
 */
export function compileRoutes<T>(
  routes: readonly Route<T>[],
): (method: string, path: string) => RouteMatch<T> | undefined {
  const byDefault = routes.find(({ routeKey }) => routeKey === '$default');
  const compiled = routes
    .filter(({ routeKey }) => routeKey !== '$default')
    .map((route): CompiledRoute<T> => {
      const [method = 'ANY', path = '/'] = route.routeKey.split(' ');
      return { route, method, segments: segmentsOf(path) };
    })
    .toSorted(bySpecificity);

  return (method, path) => {
    const segments = segmentsOf(path);
    for (const candidate of compiled) {
      if (candidate.method !== 'ANY' && candidate.method !== method) continue;
      const pathParameters = matchSegments(candidate.segments, segments);
      if (pathParameters !== undefined) return { route: candidate.route, pathParameters };
    }
    return byDefault === undefined ? undefined : { route: byDefault, pathParameters: {} };
  };
}

function segmentsOf(path: string): string[] {
  return path
    .replace(/^\//, '')
    .replace(/(?<=.)\/$/, '')
    .split('/');
}

function matchSegments(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  const found: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const parameter = PARAMETER.exec(part);
    const given = segments[index];
    if (given === undefined) return undefined;
    if (parameter?.[1] === undefined) {
      if (part !== given) return undefined;
    } else if (parameter[2] === '+') {
      const rest = segments.slice(index).join('/');
      if (rest === '') return undefined;
      found[parameter[1]] = decode(rest);
      return found;
    } else {
      if (given === '') return undefined;
      found[parameter[1]] = decode(given);
    }
  }
  return pattern.length === segments.length ? found : undefined;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function rank(segment: string | undefined): number {
  if (segment === undefined) return 3;
  const parameter = PARAMETER.exec(segment);
  if (parameter === null) return 0;
  return parameter[2] === '+' ? 2 : 1;
}

function bySpecificity<T>(a: CompiledRoute<T>, b: CompiledRoute<T>): number {
  for (let index = 0; index < Math.max(a.segments.length, b.segments.length); index++) {
    const difference = rank(a.segments[index]) - rank(b.segments[index]);
    if (difference !== 0) return difference;
  }
  return Number(a.method === 'ANY') - Number(b.method === 'ANY');
}
