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

/** Twilio loads with a call or a conference all that hangs below it: streams, payments, recordings. A use of it says so. */
const notInThisBundle = (path) => `module.exports = new Proxy({}, {
  get: (_, name) => { throw new Error(String(name) + ' is not in this bundle: scripts/bundle.mjs leaves out ${path}.'); },
});`;

/** An esbuild plugin; what it leaves out fails with a clear error if it is asked for all the same. */
export const leanBundle = {
  name: 'lean-bundle',
  setup(build) {
    const replace = (filter, contentsOf) =>
      build.onLoad({ filter }, async ({ path }) => ({ contents: await contentsOf(path), resolveDir: dirname(path) }));

    replace(/\/@aws-sdk\/credential-provider-node\/dist-es\/index\.js$/, () => ENVIRONMENT_CREDENTIALS);
    replace(/\/@smithy\/core\/dist-es\/submodules\/event-streams\/index\.js$/, () => NO_EVENT_STREAMS);
    replace(/\/semver\/index\.js$/, () => PLAIN_VERSIONS);
    replace(/\/twilio\/lib\/rest\/api\/v2010\/account\/(call|conference)\/\w+\.js$/, (path) =>
      notInThisBundle(path.slice(path.lastIndexOf('twilio/lib'))),
    );
    // A client reads nothing of its own package.json but the version.
    replace(/\/@aws-sdk\/[\w-]+\/package\.json$/, async (path) => {
      const { version } = JSON.parse(await readFile(path, 'utf8'));
      return `export default ${JSON.stringify({ version })};`;
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
