import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { generateSecretString } from './secrets';
import { startTestCloud } from './test-cloud';
import type { TestCloud } from './test-cloud';
import { fieldsOf } from './wire';

let cloud: TestCloud;
beforeEach(async () => {
  cloud = await startTestCloud();
});
afterEach(() => cloud.stop());

describe('secrets', () => {
  let client: SecretsManagerClient;
  beforeEach(() => {
    client = new SecretsManagerClient(cloud.client);
  });
  afterEach(() => client.destroy());
  const read = async (SecretId: string) => (await client.send(new GetSecretValueCommand({ SecretId }))).SecretString;

  it('gives a declared secret by name, by ARN and by ARN without its suffix', async () => {
    const { arn } = cloud.services.secrets.declare({ name: 'twilio', value: '{"accountSid":"AC1"}' });

    expect(arn).toMatch(/^arn:aws:secretsmanager:us-east-1:000000000000:secret:twilio-[0-9a-f]{6}$/);
    expect(await read('twilio')).toBe('{"accountSid":"AC1"}');
    expect(await read(arn)).toBe('{"accountSid":"AC1"}');
    expect(await read(arn.slice(0, -7))).toBe('{"accountSid":"AC1"}');
  });

  it('keeps the value of an earlier run, and what was put since', async () => {
    const first = cloud.services.secrets.declare({ name: 'key', generate: { PasswordLength: 20 } });
    const generated = cloud.services.secrets.get('key');
    cloud.services.secrets.declare({ name: 'key', generate: { PasswordLength: 20 } });
    const declaredAgain = cloud.services.secrets.get('key');
    const { VersionId } = await client.send(new PutSecretValueCommand({ SecretId: first.arn, SecretString: 'new' }));

    const again = await startTestCloud(0, cloud.store.kept);
    const { arn } = again.services.secrets.declare({ name: 'key', value: 'from the template' });
    const after = again.services.secrets.get('key');
    await again.stop();

    expect(generated).toHaveLength(20);
    expect(declaredAgain).toBe(generated);
    expect(after).toBe('new');
    expect(arn).toBe(first.arn);
    expect((await client.send(new DescribeSecretCommand({ SecretId: 'key' }))).VersionIdsToStages).toEqual({
      [VersionId ?? '']: ['AWSCURRENT'],
    });
  });

  it('creates a secret once and knows none that was not created', async () => {
    const create = () => client.send(new CreateSecretCommand({ Name: 'made', SecretString: 'a' }));

    await create();

    await expect(create()).rejects.toMatchObject({ name: 'ResourceExistsException' });
    await expect(read('unmade')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    expect(() => cloud.services.secrets.put('unmade', 'a')).toThrow("can't find");
  });

  it('generates by the options of the template', () => {
    const generate = (options: Record<string, string | number | boolean>) => generateSecretString(fieldsOf(options));

    expect(generate({})).toMatch(/^[\x21-\x7e]{32}$/);
    expect(generate({ PasswordLength: 64, ExcludePunctuation: true })).toMatch(/^[0-9A-Za-z]{64}$/);
    expect(generate({ PasswordLength: 3, ExcludePunctuation: true })).toMatch(/(?=.*[a-z])(?=.*[A-Z])(?=.*\d)/);
    expect(generate({ PasswordLength: 200, ExcludeCharacters: '"@/\\\'' })).not.toMatch(/["@/\\']/);
    expect(JSON.parse(generate({ SecretStringTemplate: '{"kid":"1"}', GenerateStringKey: 'key' }))).toEqual({
      kid: '1',
      key: expect.stringMatching(/^.{32}$/),
    });
    expect(() => generate({ GenerateStringKey: 'key' })).toThrow('go together');
  });
});

describe('parameters and identity', () => {
  const call = async (target: string, body: object) => {
    const response = await fetch(cloud.endpoint, {
      method: 'POST',
      headers: { 'x-amz-target': `AmazonSSM.${target}`, 'content-type': 'application/x-amz-json-1.1' },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  it('gives what templates declare and programs put', async () => {
    cloud.services.parameters.put('/appointments/bus', 'main');
    await call('PutParameter', { Name: '/own', Value: '1', Type: 'String' });

    const one = await call('GetParameter', { Name: '/appointments/bus' });
    const several = await call('GetParameters', { Names: ['/appointments/bus', '/own', '/none'] });

    expect(one.body['Parameter']).toMatchObject({
      Name: '/appointments/bus',
      Value: 'main',
      Type: 'String',
      Version: 1,
    });
    expect(several.body['Parameters']).toMatchObject([{ Value: 'main' }, { Value: '1' }]);
    expect(several.body['InvalidParameters']).toEqual(['/none']);
    expect(await call('GetParameter', { Name: '/none' })).toMatchObject({
      status: 400,
      body: { __type: 'ParameterNotFound' },
    });
    expect(await call('PutParameter', { Name: '/own', Value: '2' })).toMatchObject({
      body: { __type: 'ParameterAlreadyExists' },
    });
    expect(await call('PutParameter', { Name: '/own', Value: '2', Overwrite: true })).toMatchObject({
      body: { Version: 2 },
    });
  });

  it('writes a declared parameter only when it changes', () => {
    cloud.services.parameters.put('/a', '1');
    const before = cloud.store.writes();
    cloud.services.parameters.put('/a', '1');

    expect(cloud.store.writes()).toBe(before);
  });

  it('answers who calls', async () => {
    const response = await fetch(cloud.endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'Action=GetCallerIdentity&Version=2011-06-15',
    });

    expect(await response.text()).toContain('<Account>000000000000</Account>');
  });

  it('refuses a body that is no JSON or has members of the wrong type', async () => {
    const wrong = await call('GetParameter', { Name: 7 });
    const response = await fetch(cloud.endpoint, {
      method: 'POST',
      headers: { 'x-amz-target': 'AmazonSSM.GetParameter' },
      body: '{',
    });

    expect(wrong).toMatchObject({ status: 400, body: { __type: 'SerializationException' } });
    expect(await response.json()).toMatchObject({ __type: 'SerializationException' });
  });

  it('leaves to others what is not its own', async () => {
    const response = await fetch(cloud.endpoint, {
      method: 'POST',
      headers: { 'x-amz-target': 'DynamoDB_20120810.GetItem' },
      body: '{}',
    });

    expect(response.status).toBe(404);
  });
});
