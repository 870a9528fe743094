import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { bundleOptions } from '../../scripts/bundle.mjs';

const run = promisify(execFile);
const telephony = join(__dirname, '../../services/telephony');

let folder: string;
let server: Server;
let endpoint: string;
let asked: IncomingHttpHeaders[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'appointments-bundle-'));
  server = createServer((request, response) => {
    asked.push(request.headers);
    response.setHeader('content-type', 'application/x-amz-json-1.0').end('{"TableNames":["one"]}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  asked = [];
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

/** Bundles a function as a service's are, runs it in a process of its own, and answers what it printed. */
async function bundled(
  contents: string,
  environment: Readonly<Record<string, string | undefined>> = {},
): Promise<string> {
  const outfile = join(folder, 'index.js');
  await build({ ...bundleOptions, stdin: { contents, resolveDir: telephony, loader: 'ts' }, outfile });
  const { stdout } = await run(process.execPath, [outfile], {
    env: { AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL: endpoint, ...environment },
    timeout: 15_000,
  });
  return stdout.trim();
}

const LIST_TABLES = `
  import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
  import { traced } from '@appointments/runtime';
  traced(new DynamoDBClient({})).send(new ListTablesCommand({})).then(
    ({ TableNames }) => console.log(String(TableNames)),
    (error) => console.log(error.message),
  );`;
const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: 'session',
};

describe('a bundled function', () => {
  it('signs what it asks of AWS with the credentials in its environment', async () => {
    const printed = await bundled(LIST_TABLES, CREDENTIALS);

    expect(printed).toBe('one');
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({
      authorization: expect.stringContaining('Credential=AKIDEXAMPLE/'),
      'x-amz-security-token': 'session',
    });
  });

  it('asks nothing, and says what is missing, where its environment has no credentials', async () => {
    const printed = await bundled(LIST_TABLES);

    expect(printed).toBe('Unable to find environment variable credentials.');
    expect(asked).toEqual([]);
  });

  it('carries the trace on to AWS where it runs on Lambda', async () => {
    const trace = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';

    const printed = await bundled(LIST_TABLES, {
      ...CREDENTIALS,
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x',
      LAMBDA_TASK_ROOT: folder,
      _X_AMZN_TRACE_ID: trace,
    });

    expect(printed).toBe('one');
    expect(asked[0]?.['x-amzn-trace-id']).toMatch(/^Root=1-5759e988-bd862e3fe1be46a994272793;Parent=\w{16};Sampled=1$/);
  });

  it('takes nothing from the profiles of whoever runs it', async () => {
    const profiles = join(folder, 'config');
    writeFileSync(profiles, '[default]\nregion = eu-west-3\n');

    const printed = await bundled(
      `import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
       new DynamoDBClient({}).config.region().then(console.log, (error) => console.log(error.message));`,
      { AWS_REGION: undefined, AWS_CONFIG_FILE: profiles },
    );

    expect(printed).toBe('Region is missing');
  });

  it.each([
    ['mw_utils', 'middleware.setSamplingRules({})', 'setSamplingRules', 'middleware/mw_utils'],
    ['ec2_plugin', 'config([xray.plugins.EC2Plugin])', 'getData', 'segments/plugins/ec2_plugin'],
    ['aws_p', 'captureAWS({})', 'captureAWS', 'patchers/aws_p'],
  ])('says so when it asks for a part of X-Ray that is left out: %s', async (_, call, name, file) => {
    const printed = await bundled(`
      import * as xray from 'aws-xray-sdk-core';
      try { xray.${call}; } catch (error) { console.log(error.message); }`);

    expect(printed).toBe(
      `${name} is not in this bundle: scripts/bundle.mjs leaves out aws-xray-sdk-core/dist/lib/${file}.js.`,
    );
  });

  it('writes TwiML, and says so when it asks for a kind of XML that is left out', async () => {
    const printed = await bundled(`
      import VoiceResponse from 'twilio/lib/twiml/VoiceResponse';
      const document = new VoiceResponse();
      document.gather({ numDigits: 1 }).say({ voice: 'Polly.Joanna' }, 'Ada & Co <1>');
      document.comment('made');
      console.log(document.toString());
      import { begin } from 'xmlbuilder';
      try { begin({}, () => {}); } catch (error) { console.log(error.message); }`);

    expect(printed.split('\n')).toEqual([
      '<?xml version="1.0" encoding="UTF-8"?><Response><Gather numDigits="1"><Say voice="Polly.Joanna">Ada &amp; Co &lt;1&gt;</Say></Gather><!-- made --></Response>',
      'The class is not in this bundle: scripts/bundle.mjs leaves out xmlbuilder/lib/XMLDocumentCB.js.',
    ]);
  });

  it('says so when it asks for a part of Twilio that is left out', async () => {
    const printed = await bundled(`
      import { CallListInstance } from 'twilio/lib/rest/api/v2010/account/call';
      const calls = CallListInstance({}, 'AC1');
      try { calls('CA1').recordings; } catch (error) { console.log(error.message); }`);

    expect(printed).toBe(
      'RecordingListInstance is not in this bundle: scripts/bundle.mjs leaves out twilio/lib/rest/api/v2010/account/call/recording.js.',
    );
  });
});
