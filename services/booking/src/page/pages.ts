import { brandAssets } from './brand';
import { chooseLanguage, languageOf, languages, type LanguageTag } from './client/languages';

/** One file of the page, ready to send: as text and compressed ahead of time, so that no request pays for it. */
export interface PageAsset {
  /** With a hash of its content, so that it may be kept for ever. */
  readonly name: string;
  readonly contentType: string;
  readonly text: string;
  /** Left out of what is too small to gain by it. */
  readonly brotliBase64?: string;
  readonly gzipBase64?: string;
}

export interface PageAssets {
  readonly script: PageAsset;
  readonly style: PageAsset;
  readonly icon: PageAsset;
}

export interface PageRequest {
  readonly path: string;
  readonly acceptEncoding?: string;
  readonly acceptLanguage?: string;
  /** The language that the address asks for: `?lang=es`. */
  readonly lang?: string;
}

export interface PageSettings {
  readonly brandName: string;
  /** `#rrggbb`; the page's own green when left out. */
  readonly brandColor?: string | undefined;
  /** `https:` or `data:`; the page's own icon and the name in writing when left out. */
  readonly brandLogoUrl?: string | undefined;
  /** For how long a form must have been open before it is sent. */
  readonly formMinimumSeconds: number;
  /** ISO 3166 codes of the countries whose numbers may be called. */
  readonly countries: readonly string[];
}

export interface PageAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly isBase64Encoded?: boolean;
}

type Kind = 'booking' | 'manage' | 'confirm';

/**
 * Nothing inline, nothing from elsewhere but the one logo, and nobody may frame the page: a frame around it could make a
 * visitor press "cancel" unseen.
 */
function contentSecurityPolicy(logoUrl: string | undefined): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `img-src 'self'${logoUrl === undefined ? '' : ` ${imageSource(logoUrl)}`}`,
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** A source without a query, and without what would end it (CSP 3, 2.3.1). */
function imageSource(logoUrl: string): string {
  const { protocol, origin, pathname } = new URL(logoUrl);
  return protocol === 'data:' ? 'data:' : `${origin}${pathname.replaceAll(';', '%3B').replaceAll(',', '%2C')}`;
}

const alwaysHeaders = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Strict-Transport-Security': 'max-age=31536000',
};

const htmlEscapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text made safe between tags and in quoted attributes; control characters are dropped. */
export function escapeHtml(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '').replace(/[&<>"']/g, (found) => htmlEscapes[found] ?? '');
}

/** Whether a request's Accept-Encoding takes this coding; a quality of 0 refuses it. */
export function accepts(acceptEncoding: string | undefined, coding: string): boolean {
  return (acceptEncoding ?? '').split(',').some((part) => {
    const [name = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
    return name === coding && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });
}

interface Made {
  readonly assets: PageAssets;
  readonly brandStyle: PageAsset | undefined;
  readonly settings: PageSettings;
}

function html(kind: Kind, language: LanguageTag, wasAsked: boolean, made: Made, now: Date): string {
  const { assets, brandStyle, settings } = made;
  const { texts: t, direction } = languages[language];
  const brandName = escapeHtml(settings.brandName);
  const heading = { booking: t.bookTitle, manage: t.manageTitle, confirm: t.confirm.title }[kind];
  // The same lines that the script will draw, so that nothing moves when it does.
  const beginning =
    kind === 'booking'
      ? `<p class="step">${escapeHtml(t.step(1))}</p>\n<h1>${escapeHtml(heading)}</h1>\n<p class="lead">${escapeHtml(t.bookLead)}</p>`
      : `<h1>${escapeHtml(heading)}</h1>`;
  const style = (asset: PageAsset) => `<link rel="stylesheet" href="/assets/${asset.name}">`;
  const icon = `/assets/${assets.icon.name}`;
  const brand =
    settings.brandLogoUrl === undefined
      ? `<img src="${icon}" alt="" width="28" height="28">${brandName}`
      : `<img class="logo" src="${escapeHtml(settings.brandLogoUrl)}" alt="${brandName}">`;
  const others = Object.entries(languages).map(
    ([tag, { name, direction: dir }]) =>
      `<li><a href="?lang=${tag}" hreflang="${tag}" lang="${tag}" dir="${dir}"${tag === language ? ' aria-current="true"' : ''}>${name}</a></li>`,
  );
  // The page counts "today" from the server's clock: a visitor's own may be wrong, and a laptop's may be moved.
  return `<!doctype html>
<html lang="${language}" dir="${direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(heading)} · ${brandName}</title>
<meta name="application-name" content="${brandName}">
<meta name="allowed-countries" content="${escapeHtml(settings.countries.join(','))}">
<meta name="server-time" content="${now.toISOString()}">
<meta name="color-scheme" content="light dark">
<meta name="description" content="${escapeHtml({ booking: t.bookLead, manage: t.manageLink, confirm: t.confirm.title }[kind])}">
${kind === 'booking' ? '' : '<meta name="robots" content="noindex">\n'}<link rel="icon" href="${icon}" type="image/svg+xml">
${[assets.style, ...(brandStyle === undefined ? [] : [brandStyle])].map(style).join('\n')}
<script type="module" src="/assets/${assets.script.name}"></script>
</head>
<body>
<header class="brand">
<a href="/${wasAsked ? `?lang=${language}` : ''}">${brand}</a>
<nav class="languages" aria-label="${escapeHtml(t.language)}"><ul>${others.join('')}</ul></nav>
</header>
<main id="app" data-page="${kind}" data-form-minimum-seconds="${settings.formMinimumSeconds}">
${beginning}
<noscript><p>${escapeHtml(t.needsScript)}</p></noscript>
</main>
</body>
</html>
`;
}

const appointmentPath = /^\/(manage|confirm)\/[^/]+\/?$/;

function kindOf(path: string): Kind | undefined {
  if (path === '/' || path === '') return 'booking';
  const named = appointmentPath.exec(path)?.[1];
  return named === 'manage' || named === 'confirm' ? named : undefined;
}

function assetAnswer(asset: PageAsset, acceptEncoding: string | undefined): PageAnswer {
  const headers = {
    ...alwaysHeaders,
    'Content-Type': asset.contentType,
    'Cache-Control': 'public, max-age=31536000, immutable',
    Vary: 'Accept-Encoding',
  };
  for (const [coding, body] of [
    ['br', asset.brotliBase64],
    ['gzip', asset.gzipBase64],
  ] as const) {
    if (body !== undefined && accepts(acceptEncoding, coding))
      return { status: 200, headers: { ...headers, 'Content-Encoding': coding }, body, isBase64Encoded: true };
  }
  return { status: 200, headers, body: asset.text };
}

/** Answers the page's paths from its built assets: `/`, `/manage/{appointmentId}`, `/confirm/{appointmentId}` and `/assets/{name}`. */
export function pages(
  built: PageAssets,
  settings: PageSettings,
  now: () => Date,
): (request: PageRequest) => PageAnswer {
  const brand = settings.brandColor === undefined ? undefined : brandAssets(settings.brandColor, built.icon.text);
  const assets = { ...built, ...(brand && { icon: brand.icon }) };
  const made = { assets, brandStyle: brand?.style, settings };
  const files = [...Object.values(assets), ...(brand ? [brand.style] : [])];
  const byPath = new Map(files.map((asset: PageAsset) => [`/assets/${asset.name}`, asset]));
  const policy = contentSecurityPolicy(settings.brandLogoUrl);
  return (request) => {
    const asset = byPath.get(request.path);
    if (asset !== undefined) return assetAnswer(asset, request.acceptEncoding);
    const kind = kindOf(request.path);
    if (kind === undefined) {
      return {
        status: 404,
        headers: { ...alwaysHeaders, 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' },
        body: 'There is nothing here.\n',
      };
    }
    const language = chooseLanguage(request.lang, request.acceptLanguage);
    return {
      status: 200,
      headers: {
        ...alwaysHeaders,
        'Content-Type': 'text/html; charset=utf-8',
        'Content-Language': language,
        'Content-Security-Policy': policy,
        'Cache-Control': 'no-store',
        Vary: 'Accept-Language',
        ...(kind === 'booking' ? {} : { 'X-Robots-Tag': 'noindex' }),
      },
      body: html(kind, language, languageOf(request.lang) !== undefined, made, now()),
    };
  };
}
