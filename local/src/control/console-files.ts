import { existsSync, readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { sendProblem } from '../http/http';

const KINDS: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json',
};

/** Serves the built console: plain files of one folder, the page itself at `/console` and `/console/appointments/<id>`. */
export function serveConsole(folder: string, path: string, response: ServerResponse): void {
  const asked = path.replace(/^\/console\/?/, '');
  // The page of an appointment is the same page: its script reads the address.
  const name = asked === '' || /^appointments\/[A-Za-z0-9_-]{1,64}$/.test(asked) ? 'index.html' : asked;
  const kind = KINDS[extname(name)];
  const file = join(folder, name);
  // One flat folder: a name with a slash or dots in front of it is none of its files.
  if (kind === undefined || !/^[\w-][\w.-]*$/.test(name) || !existsSync(file)) {
    sendProblem(response, 404, 'Not found', { detail: `The console has no ${path}.` });
    return;
  }
  const body = readFileSync(file);
  response
    .writeHead(200, { 'content-type': kind, 'content-length': body.length, 'cache-control': 'no-cache' })
    .end(body);
}
