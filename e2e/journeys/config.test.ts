import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { startSystem, type System } from '../src/system';

const root = join(__dirname, '../..');

describe('npm run config -- store', () => {
  let system: System;
  let awsEndpoint: string;
  beforeAll(async () => {
    system = await startSystem();
    awsEndpoint = (await system.request<{ awsEndpoint: string }>('GET', '/_local/health')).body.awsEndpoint;
  }, 90_000);
  afterAll(() => system.stop());

  const store = (environment: Record<string, string>, ...more: string[]) =>
    spawnSync(process.execPath, [join(root, 'scripts/config.mjs'), 'store', ...more], {
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'],
        AWS_ENDPOINT_URL: awsEndpoint,
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'any',
        AWS_SECRET_ACCESS_KEY: 'any',
        ...environment,
      },
    });
  const secret = async () => {
    const response = await fetch(awsEndpoint, {
      method: 'POST',
      headers: { 'x-amz-target': 'secretsmanager.GetSecretValue', 'content-type': 'application/x-amz-json-1.1' },
      body: JSON.stringify({ SecretId: 'appointments/dev/twilio' }),
    });
    return JSON.parse(((await response.json()) as { SecretString: string }).SecretString) as unknown;
  };

  it('refuses what does not look right, by name, and stores nothing', async () => {
    const before = await secret();

    const { status, stderr } = store({
      TWILIO_ACCOUNT_SID: 'AC123',
      AGENT_PHONE: '555',
      TWILIO_AUTH_TOKEN: 'x'.repeat(32),
    });

    expect(status).toBe(1);
    expect(stderr).toContain('Nothing was stored: AGENT_PHONE, TWILIO_ACCOUNT_SID do not look right.');
    expect(await secret()).toEqual(before);
  });

  it('says so when a credential is missing its half, or nothing is set', () => {
    expect(store({ TWILIO_AUTH_TOKEN: 'x'.repeat(32) }).stderr).toContain(
      'TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN belong together',
    );
    expect(store({}).stderr).toContain('Nothing was stored: none of AGENT_NAME');
  });

  it('names a secret that does not exist', () => {
    const { status, stderr } = store(
      { TWILIO_ACCOUNT_SID: `AC${'1'.repeat(32)}`, TWILIO_AUTH_TOKEN: 'x'.repeat(32) },
      '--stage',
      'moon',
    );

    expect(status).toBe(1);
    expect(stderr).toContain('appointments/moon/twilio: ResourceNotFoundException');
  });

  it('stores credentials in the secret, the previous token too, and prints no value', async () => {
    const { status, stderr, stdout } = store({
      TWILIO_ACCOUNT_SID: `AC${'1'.repeat(32)}`,
      TWILIO_AUTH_TOKEN: '2'.repeat(32),
      TWILIO_PREVIOUS_AUTH_TOKEN: '3'.repeat(32),
    });

    expect(status).toBe(0);
    expect(await secret()).toEqual({
      accountSid: `AC${'1'.repeat(32)}`,
      authToken: '2'.repeat(32),
      previousAuthToken: '3'.repeat(32),
    });
    expect(stdout + stderr).not.toMatch(/2222|3333|1111/);
  });
});
