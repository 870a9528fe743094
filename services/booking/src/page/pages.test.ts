import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { accepts, escapeHtml, pages, type PageAssets } from './pages';

const now = () => new Date('2026-12-01T15:00:00.000Z');
const settings = { brandName: 'Northwind & <b>Sons</b>', countries: ['US', 'CA'] };

let assets: PageAssets;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'page-'));
  execFileSync(process.execPath, ['prepare.mjs'], {
    cwd: join(__dirname, '../..'),
    env: { ...process.env, PAGE_OUT: folder },
  });
  assets = JSON.parse(readFileSync(join(folder, 'assets.json'), 'utf8')) as PageAssets;
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const get = (path: string, acceptEncoding?: string) =>
  pages(assets, now)({ path, ...(acceptEncoding === undefined ? {} : { acceptEncoding }) }, settings);

describe('the pages', () => {
  it.each(['/', '/manage/apt_1', '/manage/apt_1/'])('answers %s with a page that is never kept', (path) => {
    const answer = get(path);

    expect(answer).toMatchObject({
      status: 200,
      headers: { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' },
    });
  });

  it.each(['/manage', '/manage/a/b', '/index.html', '/assets/app.js', '/assets/../etc'])(
    'has nothing at %s',
    (path) => {
      expect(get(path).status).toBe(404);
    },
  );

  it('allows no script, style or frame but its own, and sends no Referer: the manage link is in the address', () => {
    const { headers } = get('/manage/apt_1');

    expect(headers).toMatchObject({
      'Content-Security-Policy':
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
      'X-Robots-Tag': 'noindex',
    });
  });

  it('contains nothing inline that the policy would refuse', () => {
    for (const path of ['/', '/manage/apt_1']) {
      expect(get(path).body).not.toMatch(
        /<style|style=|<script(?! type="module" src="\/assets\/)|\son\w+=|javascript:/i,
      );
    }
  });

  it('escapes the brand wherever it stands', () => {
    const { body } = get('/');

    expect(body).toContain('<title>Book a call · Northwind &amp; &lt;b&gt;Sons&lt;/b&gt;</title>');
    expect(body).toContain('<meta name="application-name" content="Northwind &amp; &lt;b&gt;Sons&lt;/b&gt;">');
    expect(body).not.toContain('<b>');
  });

  it('tells the script which page it is and what time the server has', () => {
    expect(get('/').body).toContain('data-page="booking"');
    expect(get('/manage/apt_1').body).toContain('data-page="manage"');
    expect(get('/').body).toContain('<meta name="server-time" content="2026-12-01T15:00:00.000Z">');
  });

  it('tells the script whose numbers may be called', () => {
    expect(get('/').body).toContain('<meta name="allowed-countries" content="US,CA">');
  });

  it('says the same for every appointment, so that the page betrays none', () => {
    expect(get('/manage/apt_1').body).toBe(get('/manage/unknown').body);
  });
});

describe('the files the pages load', () => {
  it('carry their content in their name and are kept for ever', () => {
    for (const asset of [assets.script, assets.style, assets.icon]) {
      expect(asset.name).toMatch(/^[a-z]+-[0-9a-f]{12}\.(js|css|svg)$/);
      expect(get(`/assets/${asset.name}`)).toMatchObject({
        status: 200,
        body: asset.text,
        headers: { 'Cache-Control': 'public, max-age=31536000, immutable', Vary: 'Accept-Encoding' },
      });
    }
  });

  it('are the same in every coding', () => {
    const path = `/assets/${assets.script.name}`;

    const brotli = get(path, 'gzip, deflate, br, zstd');
    const gzip = get(path, 'gzip;q=1.0, br;q=0');

    expect(brotli).toMatchObject({ isBase64Encoded: true, headers: { 'Content-Encoding': 'br' } });
    expect(brotliDecompressSync(Buffer.from(brotli.body, 'base64')).toString()).toBe(assets.script.text);
    expect(gzip).toMatchObject({ isBase64Encoded: true, headers: { 'Content-Encoding': 'gzip' } });
    expect(gunzipSync(Buffer.from(gzip.body, 'base64')).toString()).toBe(assets.script.text);
  });

  it('are small: at most 20 KB of script and 5 KB of style over the wire', () => {
    const bytes = (base64: string) => Buffer.from(base64, 'base64').length;

    expect(bytes(assets.script.brotliBase64)).toBeLessThan(20_000);
    expect(bytes(assets.script.gzipBase64)).toBeLessThan(22_000);
    expect(bytes(assets.style.brotliBase64)).toBeLessThan(5_000);
  });
});

describe('accepts', () => {
  it.each([
    ['br', 'br', true],
    ['gzip, BR;q=0.8', 'br', true],
    ['gzip, br;q=0', 'br', false],
    ['gzip, br; q=0.000', 'br', false],
    ['brotli', 'br', false],
    [undefined, 'br', false],
  ])('%s takes %s: %s', (header, coding, expected) => {
    expect(accepts(header, coding)).toBe(expected);
  });
});

describe('escapeHtml', () => {
  it('leaves no character with a meaning in HTML, and no control character', () => {
    expect(escapeHtml('a<b>"c"&\'d\'\u0000\u001b\u009f')).toBe('a&lt;b&gt;&quot;c&quot;&amp;&#39;d&#39;');
  });
});
