// How a command asks the staff endpoints: of the running `npm start`, or of a deployment by a token of scope `staff`.
import { setTimeout as pause } from 'node:timers/promises';

const TRIES = 5;
const ANSWER_LIMIT_MS = 30_000;

/** What the API or the way to it has against a request, in words for whoever runs the command. */
export class Refused extends Error {
  name = 'Refused';
  constructor(message, { faults = [], status } = {}) {
    super(message);
    this.faults = faults;
    this.status = status;
  }
}

/** The API at `url`, or that of the laptop, and the token that opens it to staff. @throws Refused */
export async function connect({ url, token: given }) {
  const base = (url ?? localUrl()).replace(/\/+$/, '');
  if (!URL.canParse(base) || !/^https?:$/.test(new URL(base).protocol))
    throw new Refused(
      `--url must be the address of the API, like https://book.example.com, not ${JSON.stringify(url)}.`,
    );
  const { protocol, hostname } = new URL(base);
  if (protocol === 'http:' && !['localhost', '127.0.0.1', '[::1]'].includes(hostname))
    throw new Refused(
      '--url must begin with https:// where it is not this machine: the token would go over the net in the clear.',
    );
  const token = given ?? (process.env.STAFF_TOKEN || (url === undefined ? await localToken(base) : undefined));
  if (!token)
    throw new Refused('A deployment asks for a token of scope "staff": give it in STAFF_TOKEN or with --token.');
  return { base, token };
}

/** Where `npm start` answers. */
export function localUrl() {
  return `http://localhost:${process.env.PORT || 3000}`;
}

/** What the laptop's control interface answers. @throws Refused where nothing of ours runs there */
export async function askLocal(base, path) {
  const answer = await fetch(`${base}${path}`, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) }).catch(() => undefined);
  if (answer?.status !== 200) {
    throw new Refused(
      `No system of ours answers at ${base}: run "npm start" first (PORT says where it is), or name a deployment with --url.`,
    );
  }
  return answer.json();
}

async function localToken(base) {
  return (await askLocal(base, '/_local/staff-token')).token;
}

/** Asks the API, again where it is busy or cannot be reached. @throws Refused */
export async function ask({ base, token }, method, path, { body, headers } = {}) {
  for (let tried = 1; ; tried++) {
    const again = tried < TRIES ? 500 * 2 ** tried : undefined;
    let response;
    try {
      response = await fetch(`${base}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
      });
    } catch (error) {
      if (again === undefined) throw new Refused(`${base} cannot be reached (${error.cause?.code ?? error.name}).`);
      await pause(again);
      continue;
    }
    const text = await response.text();
    const { status } = response;
    if (status === 429 || status >= 500) {
      if (again === undefined) throw new Refused(`${base} answers ${status}: ${titleOf(text)}.`, { status });
      await pause(Number(response.headers.get('retry-after') ?? 0) * 1000 || again);
      continue;
    }
    if (response.ok && isJson(response)) return JSON.parse(text);
    if (status === 401)
      throw new Refused('The token is not taken: it may have expired, or be of another issuer or audience (401).');
    if (status === 403) throw new Refused('The token is taken, but it has not the scope "staff" (403).');
    if (status === 400 && isJson(response)) {
      const { errors } = JSON.parse(text);
      throw new Refused(errors.map(({ path: at, message }) => `${at} ${message}`).join('; '), {
        faults: errors,
        status,
      });
    }
    throw new Refused(`${base} is not the address of the API: ${method} ${path} was answered with ${status}.`, {
      status,
    });
  }
}

function isJson(response) {
  return /json/.test(response.headers.get('content-type') ?? '');
}

function titleOf(text) {
  try {
    const { title, message } = JSON.parse(text);
    return title ?? message ?? 'it says nothing more';
  } catch {
    return 'it says nothing more';
  }
}
