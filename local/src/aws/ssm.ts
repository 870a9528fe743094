import type { Kernel } from '../kernel/types';
import { ACCOUNT_ID, AwsError, REGION } from './types';
import type { Fields } from './wire';

interface KeptParameter {
  readonly name: string;
  readonly value: string;
  readonly type: string;
  readonly version: number;
  readonly changedAt: number;
}

/** Parameters by name. */
export function createParameters(kernel: Kernel) {
  const { clock, store } = kernel;
  const parameters = store.collection<KeptParameter>('parameters');

  const write = (name: string, value: string, type: string): KeptParameter => {
    const version = (parameters.get(name)?.version ?? 0) + 1;
    const parameter = { name, value, type, version, changedAt: clock.now() };
    parameters.put(name, parameter);
    return parameter;
  };
  const find = (nameOrArn: string) => {
    const [, inArn] = /^arn:aws:ssm:[^:]*:[^:]*:parameter(\/.+)$/.exec(nameOrArn) ?? [];
    return parameters.get(inArn ?? nameOrArn) ?? (inArn === undefined ? undefined : parameters.get(inArn.slice(1)));
  };
  const shown = ({ name, value, type, version, changedAt }: KeptParameter) => ({
    Name: name,
    Type: type,
    Value: value,
    Version: version,
    LastModifiedDate: changedAt / 1000,
    ARN: `arn:aws:ssm:${REGION}:${ACCOUNT_ID}:parameter${name.startsWith('/') ? '' : '/'}${name}`,
    DataType: 'text',
  });
  const needed = (fields: Fields, name: string): string => {
    const value = fields.text(name);
    if (value === undefined || value === '') throw new AwsError('ValidationException', `${name} is required.`);
    return value;
  };

  const operations: Readonly<Record<string, (fields: Fields) => unknown>> = {
    GetParameter: (fields) => {
      const name = needed(fields, 'Name');
      const parameter = find(name);
      if (parameter === undefined) throw new AwsError('ParameterNotFound', `Parameter ${name} not found.`);
      return { Parameter: shown(parameter) };
    },
    GetParameters: (fields) => {
      const names = fields.texts('Names') ?? [];
      if (names.length === 0 || names.length > 10) {
        throw new AwsError('ValidationException', 'Names must have 1 to 10 members.');
      }
      const found = names.map((name) => ({ name, parameter: find(name) }));
      return {
        Parameters: found.flatMap(({ parameter }) => (parameter === undefined ? [] : [shown(parameter)])),
        InvalidParameters: found.flatMap(({ name, parameter }) => (parameter === undefined ? [name] : [])),
      };
    },
    PutParameter: async (fields) => {
      const name = needed(fields, 'Name');
      const value = needed(fields, 'Value');
      const known = parameters.get(name);
      if (known !== undefined && fields.flag('Overwrite') !== true) {
        throw new AwsError(
          'ParameterAlreadyExists',
          'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
        );
      }
      const { version } = write(name, value, fields.text('Type') ?? known?.type ?? 'String');
      await store.flushed();
      return { Version: version, Tier: 'Standard' };
    },
  };

  return {
    operations,
    parameters: {
      put: (name: string, value: string): void => {
        // Templates declare theirs at every start: only a change is written.
        if (parameters.get(name)?.value !== value) write(name, value, 'String');
      },
      get: (name: string) => find(name)?.value,
    },
  };
}
