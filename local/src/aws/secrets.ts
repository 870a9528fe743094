import { createHash, randomInt, randomUUID } from 'node:crypto';
import type { Kernel } from '../kernel/types';
import { ACCOUNT_ID, AwsError, REGION } from './types';
import { fieldsOf, parseJson } from './wire';
import type { Fields, Json } from './wire';

interface KeptSecret {
  readonly name: string;
  readonly value: string;
  readonly versionId: string;
  readonly createdAt: number;
  readonly changedAt: number;
}

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const UPPER = LOWER.toUpperCase();
const DIGITS = '0123456789';
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

const invalidRequest = (message: string) => new AwsError('InvalidParameterException', message);
const pick = (from: string) => from.charAt(randomInt(from.length));

/** A password by CloudFormation's `GenerateSecretString`, which has the options of GetRandomPassword. */
export function generateSecretString(options: Fields): string {
  const excluded = new Set(options.text('ExcludeCharacters') ?? '');
  const kinds = [
    options.flag('ExcludeLowercase') === true ? '' : LOWER,
    options.flag('ExcludeUppercase') === true ? '' : UPPER,
    options.flag('ExcludeNumbers') === true ? '' : DIGITS,
    options.flag('ExcludePunctuation') === true ? '' : PUNCTUATION,
    options.flag('IncludeSpace') === true ? ' ' : '',
  ]
    .map((kind) => kind.replace(/./g, (each) => (excluded.has(each) ? '' : each)))
    .filter((kind) => kind !== '');
  const length = options.number('PasswordLength') ?? 32;
  if (kinds.length === 0 || !Number.isInteger(length) || length < 1 || length > 4096) {
    throw invalidRequest(
      'GenerateSecretString: no characters are left to choose from, or PasswordLength is not 1 to 4096.',
    );
  }
  const all = kinds.join('');
  const one = options.flag('RequireEachIncludedType') === false ? [] : kinds.map(pick);
  if (one.length > length)
    throw invalidRequest('GenerateSecretString: PasswordLength is less than the required types.');
  const characters = [...one, ...Array.from({ length: length - one.length }, () => pick(all))];
  for (let n = characters.length - 1; n > 0; n -= 1) {
    const other = randomInt(n + 1);
    [characters[n], characters[other]] = [characters[other] ?? '', characters[n] ?? ''];
  }
  const password = characters.join('');
  const key = options.text('GenerateStringKey');
  const template = options.text('SecretStringTemplate');
  if ((key === undefined) !== (template === undefined)) {
    throw invalidRequest('GenerateSecretString: SecretStringTemplate and GenerateStringKey go together.');
  }
  if (key === undefined || template === undefined) return password;
  const members: [string, Json | undefined][] = [];
  const filled = fieldsOf(parseJson(template));
  for (const name of filled.names()) members.push([name, filled.raw(name)]);
  return JSON.stringify({ ...Object.fromEntries(members), [key]: password });
}

/** Secrets by name; their values outlive the process. */
export function createSecrets(kernel: Kernel) {
  const { clock, store } = kernel;
  const secrets = store.collection<KeptSecret>('secrets');

  // AWS adds six random characters; from the name, so that templates see the same ARN in every run.
  const arnOf = (name: string) => {
    const suffix = createHash('sha256').update(name).digest('hex').slice(0, 6);
    return `arn:aws:secretsmanager:${REGION}:${ACCOUNT_ID}:secret:${name}-${suffix}`;
  };
  const find = (nameOrArn: string): KeptSecret | undefined => {
    const byName = secrets.get(nameOrArn);
    if (byName !== undefined || !nameOrArn.startsWith('arn:')) return byName;
    for (const secret of secrets.values()) {
      const arn = arnOf(secret.name);
      if (arn === nameOrArn || arn.slice(0, -7) === nameOrArn) return secret;
    }
    return undefined;
  };
  const existing = (nameOrArn: string): KeptSecret => {
    const secret = find(nameOrArn);
    if (secret === undefined) {
      throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
    }
    return secret;
  };
  const write = (name: string, value: string, versionId: string = randomUUID()): KeptSecret => {
    const now = clock.now();
    const secret = { name, value, versionId, createdAt: secrets.get(name)?.createdAt ?? now, changedAt: now };
    secrets.put(name, secret);
    return secret;
  };
  const needed = (fields: Fields, name: string): string => {
    const value = fields.text(name);
    if (value === undefined || value === '')
      throw invalidRequest(`You must provide a value for the ${name} parameter.`);
    return value;
  };
  const shown = (secret: KeptSecret) => ({ ARN: arnOf(secret.name), Name: secret.name, VersionId: secret.versionId });

  const operations: Readonly<Record<string, (fields: Fields) => unknown>> = {
    GetSecretValue: (fields) => {
      const secret = existing(needed(fields, 'SecretId'));
      const versionId = fields.text('VersionId') ?? secret.versionId;
      const stage = fields.text('VersionStage') ?? 'AWSCURRENT';
      if (versionId !== secret.versionId || stage !== 'AWSCURRENT') {
        throw new AwsError(
          'ResourceNotFoundException',
          `Secrets Manager can't find the specified secret value for staging label: ${stage}`,
        );
      }
      return {
        ...shown(secret),
        SecretString: secret.value,
        VersionStages: ['AWSCURRENT'],
        CreatedDate: secret.changedAt / 1000,
      };
    },
    PutSecretValue: async (fields) => {
      const { name } = existing(needed(fields, 'SecretId'));
      const secret = write(name, needed(fields, 'SecretString'), fields.text('ClientRequestToken'));
      await store.flushed();
      return { ...shown(secret), VersionStages: ['AWSCURRENT'] };
    },
    DescribeSecret: (fields) => {
      const secret = existing(needed(fields, 'SecretId'));
      return {
        ARN: arnOf(secret.name),
        Name: secret.name,
        CreatedDate: secret.createdAt / 1000,
        LastChangedDate: secret.changedAt / 1000,
        VersionIdsToStages: { [secret.versionId]: ['AWSCURRENT'] },
      };
    },
    CreateSecret: async (fields) => {
      const name = needed(fields, 'Name');
      if (secrets.has(name)) {
        throw new AwsError(
          'ResourceExistsException',
          `The operation failed because the secret ${name} already exists.`,
        );
      }
      const secret = write(name, needed(fields, 'SecretString'), fields.text('ClientRequestToken'));
      await store.flushed();
      return shown(secret);
    },
  };

  return {
    operations,
    secrets: {
      declare: (spec: {
        readonly name: string;
        readonly value?: string;
        readonly generate?: Record<string, unknown>;
      }) => {
        if (!secrets.has(spec.name)) {
          // Through JSON, since the template's options come from JSON anyway.
          const options = () => fieldsOf(parseJson(JSON.stringify(spec.generate ?? {})));
          write(spec.name, spec.value ?? generateSecretString(options()));
        }
        return { arn: arnOf(spec.name) };
      },
      put: (nameOrArn: string, value: string) => {
        const { name, value: known } = existing(nameOrArn);
        if (known !== value) write(name, value);
      },
      get: (nameOrArn: string) => find(nameOrArn)?.value,
    },
  };
}
