// How a function is bundled: the options, and what is left out because no function ever runs it.
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * A function has its credentials in its environment, on Lambda and on the laptop alike. The SDK's own chain goes on to
 * profiles, single sign-on, STS and instance metadata, and brings a client for each: a hundred KB.
 */
const ENVIRONMENT_CREDENTIALS = `export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';`;

/** No operation called here answers as a stream of events; the SDK loads this only for one that does. */
const NO_EVENT_STREAMS = `throw new Error('Event streams are not in this bundle: scripts/bundle.mjs leaves them out.');`;

/** The X-Ray SDK and its context library bring all of semver to compare two plain versions with each other. */
const PLAIN_VERSIONS = `exports.gte = (a, b) => a.localeCompare(b, 'en', { numeric: true }) >= 0;`;

/** A function has no files of configuration either, which the SDK would look for in the home of whoever runs the laptop. */
const NO_FILES = `
  export const filePromises = {};
  export const fileIntercept = {};
  export const readFile = (path) => Promise.reject(Object.assign(new Error(path + ' is not read: a function has no files of configuration.'), { code: 'ENOENT' }));`;

const notInThisBundle = (name, path) =>
  `new Error(${name} + ' is not in this bundle: scripts/bundle.mjs leaves out ${path}.')`;

/** Twilio loads with a call or a conference all that hangs below it: streams, payments, recordings. A use of it says so. */
const noneOf = (path) => `module.exports = new Proxy({}, {
  get: (_, name) => { throw ${notInThisBundle('String(name)', path)}; },
});`;

/** Of these, names are read while the module is loaded that asks for them; only a call of one says that it is not there. */
const noCallOf = (path, kept = '') => `module.exports = new Proxy({ ${kept} }, {
  get: (own, name) => own[name] ?? (() => { throw ${notInThisBundle('String(name)', path)}; }),
});`;

const noClass = (path) => `module.exports = function () { throw ${notInThisBundle("'The class'", path)}; };`;

/** The part of a path from its package on. */
const inPackage = (path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** An esbuild plugin; what it leaves out fails with a clear error if it is asked for all the same. */
export const leanBundle = {
  name: 'lean-bundle',
  setup(build) {
    const replace = (filter, contentsOf) =>
      build.onLoad({ filter }, async ({ path }) => ({ contents: await contentsOf(path), resolveDir: dirname(path) }));

    replace(/\/@aws-sdk\/credential-provider-node\/dist-es\/index\.js$/, () => ENVIRONMENT_CREDENTIALS);
    replace(/\/@smithy\/core\/dist-es\/submodules\/event-streams\/index\.js$/, () => NO_EVENT_STREAMS);
    replace(/\/semver\/index\.js$/, () => PLAIN_VERSIONS);
    replace(/\/shared-ini-file-loader\/readFile\.js$/, () => NO_FILES);
    replace(/\/twilio\/lib\/rest\/api\/v2010\/account\/(call|conference)\/\w+\.js$/, (path) => noneOf(inPackage(path)));
    // TwiML is made as a tree and written as a string: no document type, no writing while it is made, none to a stream.
    replace(/\/xmlbuilder\/lib\/XML(DocumentCB|StreamWriter|DocType|DTD\w+)\.js$/, (path) => noClass(inPackage(path)));
    // Lambda decides what is sampled, and is no web server, no virtual machine and no container; version 2 of the SDK is not used.
    replace(/\/aws-xray-sdk-core\/dist\/lib\/middleware\/mw_utils\.js$/, (path) =>
      noCallOf(inPackage(path), 'disableCentralizedSampling() {}'),
    );
    replace(
      /\/aws-xray-sdk-core\/dist\/lib\/(segments\/plugins\/\w+|patchers\/aws_p|patchers\/promise_p)\.js$/,
      (path) => noCallOf(inPackage(path)),
    );
    // Nothing of its own package.json is read but these two.
    replace(/\/(@aws-sdk\/[\w-]+|aws-xray-sdk-core)\/package\.json$/, async (path) => {
      const { name, version } = JSON.parse(await readFile(path, 'utf8'));
      return `module.exports = ${JSON.stringify({ name, version })};`;
    });

    // Asked for by require, it would come as CommonJS, and with a second copy of what it shares with logger and metrics.
    build.onResolve({ filter: /^@aws-lambda-powertools\/tracer$/ }, ({ path, kind, resolveDir, importer }) =>
      kind === 'require-call' ? build.resolve(path, { kind: 'import-statement', resolveDir, importer }) : undefined,
    );
  },
};

/** What every function is bundled with; the entry and the place to write to are the caller's. */
export const bundleOptions = {
  bundle: true,
  minify: true,
  keepNames: false,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  mainFields: ['module', 'main'],
  loader: {
    '.html': 'text',
    '.css': 'text',
    '.svg': 'text',
    '.txt': 'text',
    '.mustache': 'text',
    '.wav': 'binary',
    '.mp3': 'binary',
  },
  plugins: [leanBundle],
  metafile: true,
  logLevel: 'warning',
};
