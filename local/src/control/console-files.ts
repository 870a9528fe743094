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

/** Where the console's files are. */
export interface ConsoleFiles {
  /** One flat folder. */
  readonly folder: string;
  /** Every message with sample data, as the build of notifications writes it. */
  readonly previews: string;
}

const PAGES = new Map([
  ['', 'index.html'],
  ['templates', 'templates.html'],
]);

/**
 * Serves the built console: plain files, the page itself at `/console` and `/console/appointments/<id>`, the one of all messages at
 * `/console/templates`.
 */
export function serveConsole({ folder, previews }: ConsoleFiles, path: string, response: ServerResponse): void {
  const asked = path.replace(/^\/console\/?/, '');
  // The page of an appointment is the console's own: its script reads the address.
  const isLife = /^appointments\/[A-Za-z0-9_-]{1,64}$/.test(asked);
  const name = isLife ? 'index.html' : (PAGES.get(asked) ?? asked);
  const kind = KINDS[extname(name)];
  const file = name === 'previews.json' ? previews : join(folder, name);
  // A name with a slash or dots in front of it is none of its files.
  if (kind === undefined || !/^[\w-][\w.-]*$/.test(name) || !existsSync(file)) {
    sendProblem(response, 404, 'Not found', { detail: `The console has no ${path}.` });
    return;
  }
  const body = readFileSync(file);
  response
    .writeHead(200, { 'content-type': kind, 'content-length': body.length, 'cache-control': 'no-cache' })
    .end(body);
}
