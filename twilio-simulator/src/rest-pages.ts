import { RestError } from './errors';
import type { Form } from './form';
import { INVALID_PARAMETER } from './form';

export type Page = Record<string, unknown>;

/** One page of a list, with the links by which the SDK goes on. */
export function page<T>(
  key: string,
  items: readonly T[],
  form: Form,
  request: { readonly path: string; readonly query: URLSearchParams },
  view: (item: T) => Record<string, unknown>,
): Page {
  const size = form.integer('PageSize', 1, 1000) ?? 50;
  const number = form.integer('Page', 0, 1_000_000) ?? 0;
  form.text('PageToken');
  form.nothingElse();
  const start = number * size;
  const shown = items.slice(start, start + size);
  const link = (target: number): string => {
    const query = new URLSearchParams(request.query);
    query.delete('PageToken');
    query.set('PageSize', String(size));
    query.set('Page', String(target));
    return `${request.path}?${query.toString()}`;
  };
  return {
    [key]: shown.map(view),
    end: start + Math.max(0, shown.length - 1),
    first_page_uri: link(0),
    next_page_uri: start + size < items.length ? link(number + 1) : null,
    page: number,
    page_size: size,
    previous_page_uri: number > 0 ? link(number - 1) : null,
    start,
    uri: link(number),
  };
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** `StartTime=` (that day), `StartTime<=` and `StartTime>=`, which the SDK sends as `StartTime<` and `StartTime>`. */
export function within(form: Form, name: string): (ms: number | null) => boolean {
  const instant = (key: string): number | null => {
    const value = form.text(key);
    if (value === null) return null;
    const ms = Date.parse(value);
    if (Number.isNaN(ms)) throw new RestError(400, INVALID_PARAMETER, `${key} is no date: ${value}`);
    return ms;
  };
  const on = instant(name);
  const before = instant(`${name}<`);
  const after = instant(`${name}>`);
  return (ms) => {
    if (on === null && before === null && after === null) return true;
    if (ms === null) return false;
    const day = on === null ? null : Math.floor(on / DAY_MS) * DAY_MS;
    return (
      (day === null || (ms >= day && ms < day + DAY_MS)) &&
      (before === null || ms <= before) &&
      (after === null || ms >= after)
    );
  };
}
