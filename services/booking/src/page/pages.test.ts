import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { accepts, escapeHtml, pages, type PageAssets, type PageRequest, type PageSettings } from './pages';

const now = () => new Date('2026-12-01T15:00:00.000Z');
const settings: PageSettings = {
  brandName: 'Northwind & <b>Sons</b>',
  countries: ['US', 'CA'],
  formMinimumSeconds: 2,
};

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

const ask = (request: PageRequest, more: Partial<PageSettings> = {}) =>
  pages(assets, { ...settings, ...more }, now)(request);
const get = (path: string, acceptEncoding?: string) =>
  ask({ path, ...(acceptEncoding === undefined ? {} : { acceptEncoding }) });
const bytesOf = (base64: string | undefined) => Buffer.from(base64 ?? '', 'base64');

describe('the pages', () => {
  it.each(['/', '/manage/apt_1', '/manage/apt_1/', '/confirm/apt_1'])(
    'answers %s with a page that is never kept',
    (path) => {
      const answer = get(path);

      expect(answer).toMatchObject({
        status: 200,
        headers: { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' },
      });
    },
  );

  it.each(['/manage', '/manage/a/b', '/confirm', '/index.html', '/assets/app.js', '/assets/../etc'])(
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

  it('tells the script for how long a form must have been open', () => {
    expect(get('/').body).toContain('data-form-minimum-seconds="2"');
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
    expect(brotliDecompressSync(bytesOf(brotli.body)).toString()).toBe(assets.script.text);
    expect(gzip).toMatchObject({ isBase64Encoded: true, headers: { 'Content-Encoding': 'gzip' } });
    expect(gunzipSync(bytesOf(gzip.body)).toString()).toBe(assets.script.text);
  });

  it('are small: far below the 60 KB of script at which the build fails', () => {
    expect(bytesOf(assets.script.brotliBase64).length).toBeLessThan(32_000);
    expect(bytesOf(assets.script.gzipBase64).length).toBeLessThan(36_000);
    expect(bytesOf(assets.style.brotliBase64).length).toBeLessThan(5_000);
  });
});

describe('the language of a page', () => {
  it('is the one that the address asks for, else the first of the browser’s that we speak', () => {
    const spanish = ask({ path: '/', acceptLanguage: 'es-MX,en;q=0.5' });

    expect(spanish.headers).toMatchObject({ 'Content-Language': 'es', Vary: 'Accept-Language' });
    expect(spanish.body).toContain('<html lang="es" dir="ltr">');
    expect(spanish.body).toContain('<title>Reserve una llamada · Northwind');
    expect(spanish.body).toContain('Esta página necesita JavaScript.');
    expect(ask({ path: '/', acceptLanguage: 'es', lang: 'en' }).body).toContain('<html lang="en" dir="ltr">');
    expect(ask({ path: '/', lang: 'klingon' }).body).toContain('<html lang="en" dir="ltr">');
    expect(ask({ path: '/manage/apt_1', lang: 'es' }).body).toContain('<title>Su cita · Northwind');
  });

  it('can be changed on the page, by an address', () => {
    const { body } = ask({ path: '/', lang: 'es' });

    expect(body).toContain('<nav class="languages" aria-label="Idioma">');
    expect(body).toContain('<a href="?lang=en" hreflang="en" lang="en" dir="ltr">English</a>');
    expect(body).toContain('<a href="?lang=es" hreflang="es" lang="es" dir="ltr" aria-current="true">Español</a>');
  });

  it('goes along with the link to the first page where it was asked for by name', () => {
    expect(ask({ path: '/manage/apt_1', lang: 'es' }).body).toContain('<a href="/?lang=es">');
    expect(ask({ path: '/manage/apt_1', acceptLanguage: 'es' }).body).toContain('<a href="/">');
  });
});

describe('a brand', () => {
  const sheet = (body: string) => /href="(\/assets\/brand-[0-9a-f]{12}\.css)"/.exec(body)?.[1];

  it('without a colour and a logo of its own has our icon, and its name in writing', () => {
    const { body } = get('/');

    expect(sheet(body)).toBeUndefined();
    expect(body).toContain(`<img src="/assets/${assets.icon.name}" alt="" width="28" height="28">Northwind`);
  });

  it('has its colour in a stylesheet and in the icon, kept for ever like the others', () => {
    const page = ask({ path: '/' }, { brandColor: '#7b2d8b' });
    const path = sheet(page.body) ?? '';
    const style = ask({ path, acceptEncoding: 'br' }, { brandColor: '#7b2d8b' });
    const icon = /rel="icon" href="([^"]+)"/.exec(page.body)?.[1] ?? '';

    expect(style).toMatchObject({ status: 200, headers: { 'Content-Type': 'text/css; charset=utf-8' } });
    expect(style.headers).toHaveProperty('Cache-Control', 'public, max-age=31536000, immutable');
    expect(style.body).toContain('--fill:#7b2d8b;--on-fill:#ffffff;');
    expect(ask({ path: icon }, { brandColor: '#7b2d8b' }).body).toContain('fill="#7b2d8b"');
    expect(ask({ path }, { brandColor: '#0f6b5c' }).status).toBe(404);
  });

  it.each([
    ['https://cdn.example.com/a;b/logo.svg?v=2', 'https://cdn.example.com/a%3Bb/logo.svg'],
    ['data:image/png;base64,AAAA', 'data:'],
  ])('may have its logo at %s, and the policy allows that image and no other', (brandLogoUrl, source) => {
    const { body, headers } = ask({ path: '/' }, { brandLogoUrl });

    expect(body).toContain(`<img class="logo" src="${brandLogoUrl}" alt="Northwind &amp; &lt;b&gt;Sons&lt;/b&gt;">`);
    expect(headers['Content-Security-Policy']).toBe(
      `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' ${source}; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    );
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
