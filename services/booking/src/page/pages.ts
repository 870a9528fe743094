import { en as t } from './client/texts-en';

/** One file of the page, ready to send: as text and compressed ahead of time, so that no request pays for it. */
export interface PageAsset {
  /** With a hash of its content, so that it may be kept for ever. */
  readonly name: string;
  readonly contentType: string;
  readonly text: string;
  readonly brotliBase64: string;
  readonly gzipBase64: string;
}

export interface PageAssets {
  readonly script: PageAsset;
  readonly style: PageAsset;
  readonly icon: PageAsset;
}

export interface PageRequest {
  readonly path: string;
  readonly acceptEncoding?: string;
}

export interface PageSettings {
  readonly brandName: string;
  /** ISO 3166 codes of the countries whose numbers may be called. */
  readonly countries: readonly string[];
}

export interface PageAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly isBase64Encoded?: boolean;
}

type Kind = 'booking' | 'manage';

/**
 * Nothing inline, nothing from elsewhere, and nobody may frame the page: a frame around it could make a visitor press
 * "cancel" unseen.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

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

function html(kind: Kind, assets: PageAssets, settings: PageSettings, now: Date): string {
  const brandName = escapeHtml(settings.brandName);
  const heading = kind === 'booking' ? t.bookTitle : t.manageTitle;
  // The same lines that the script will draw, so that nothing moves when it does.
  const beginning =
    kind === 'booking'
      ? `<p class="step">${t.step(1)}</p>\n<h1>${heading}</h1>\n<p class="lead">${t.bookLead}</p>`
      : `<h1>${heading}</h1>`;
  // The page counts "today" from the server's clock: a visitor's own may be wrong, and a laptop's may be moved.
  return `<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${heading} · ${brandName}</title>
<meta name="application-name" content="${brandName}">
<meta name="allowed-countries" content="${escapeHtml(settings.countries.join(','))}">
<meta name="server-time" content="${now.toISOString()}">
<meta name="color-scheme" content="light dark">
<meta name="description" content="${kind === 'booking' ? t.bookLead : t.manageLink}">
${kind === 'manage' ? '<meta name="robots" content="noindex">\n' : ''}<link rel="icon" href="/assets/${assets.icon.name}" type="image/svg+xml">
<link rel="stylesheet" href="/assets/${assets.style.name}">
<script type="module" src="/assets/${assets.script.name}"></script>
</head>
<body>
<header class="brand"><a href="/"><img src="/assets/${assets.icon.name}" alt="" width="28" height="28">${brandName}</a></header>
<main id="app" data-page="${kind}">
${beginning}
<noscript><p>${t.needsScript}</p></noscript>
</main>
</body>
</html>
`;
}

const managePath = /^\/manage\/[^/]+\/?$/;

function kindOf(path: string): Kind | undefined {
  if (path === '/' || path === '') return 'booking';
  return managePath.test(path) ? 'manage' : undefined;
}

function assetAnswer(asset: PageAsset, acceptEncoding: string | undefined): PageAnswer {
  const headers = {
    ...alwaysHeaders,
    'Content-Type': asset.contentType,
    'Cache-Control': 'public, max-age=31536000, immutable',
    Vary: 'Accept-Encoding',
  };
  if (accepts(acceptEncoding, 'br')) {
    return {
      status: 200,
      headers: { ...headers, 'Content-Encoding': 'br' },
      body: asset.brotliBase64,
      isBase64Encoded: true,
    };
  }
  if (accepts(acceptEncoding, 'gzip')) {
    return {
      status: 200,
      headers: { ...headers, 'Content-Encoding': 'gzip' },
      body: asset.gzipBase64,
      isBase64Encoded: true,
    };
  }
  return { status: 200, headers, body: asset.text };
}

/** Answers the page's paths from its built assets: `/`, `/manage/{appointmentId}` and `/assets/{name}`. */
export function pages(
  assets: PageAssets,
  now: () => Date,
): (request: PageRequest, settings: PageSettings) => PageAnswer {
  const byPath = new Map(Object.values(assets).map((asset: PageAsset) => [`/assets/${asset.name}`, asset]));
  return (request, settings) => {
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
    return {
      status: 200,
      headers: {
        ...alwaysHeaders,
        'Content-Type': 'text/html; charset=utf-8',
        'Content-Security-Policy': contentSecurityPolicy,
        'Cache-Control': 'no-store',
        ...(kind === 'manage' ? { 'X-Robots-Tag': 'noindex' } : {}),
      },
      body: html(kind, assets, settings, now()),
    };
  };
}
