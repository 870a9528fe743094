import type { Template } from 'aws-cdk-lib/assertions';

/** The account that the templates are taken to be deployed in. */
export const OWN_ACCOUNT = '111111111111';

/** What somebody asks of a resource. Condition keys that the request does not have are left out. */
export interface AccessRequest {
  /** The ARN of a role. */
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

export interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal: { readonly AWS: string | readonly string[] };
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

type Names = (logicalId: string, attribute: string | undefined) => string;

/** Replaces the references of a template by what `named` makes of them. */
function resolved(value: unknown, named: Names): unknown {
  if (Array.isArray(value)) return value.map((item) => resolved(item, named));
  if (typeof value !== 'object' || value === null) return value;
  const [[key, argument] = []] = Object.entries(value as Record<string, unknown>);
  if (key === 'Ref') return named(argument as string, undefined);
  if (key === 'Fn::GetAtt') return named(...(argument as [string, string]));
  if (key === 'Fn::Join') {
    const [separator, parts] = argument as [string, unknown];
    return (resolved(parts, named) as string[]).join(separator);
  }
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, resolved(item, named)]));
}

/** The statements that a template adds to the bus's policy, with every reference resolved. */
export function busStatements(stack: string, template: Template, busArn: string): Statement[] {
  const parameters = template.findParameters('*') as Record<string, { readonly Default?: string }>;
  const named: Names = (logicalId, attribute) => {
    if (logicalId === 'AWS::Partition') return 'aws';
    if (logicalId === 'AWS::Region') return 'us-east-1';
    if (logicalId === 'AWS::AccountId') return OWN_ACCOUNT;
    if (parameters[logicalId]?.Default?.endsWith('/bus-arn') || logicalId.startsWith('Bus'))
      return attribute === 'Arn' || parameters[logicalId] ? busArn : (busArn.split('/')[1] ?? '');
    if (attribute === 'Arn') return `arn:aws:iam::${OWN_ACCOUNT}:role/${stack}-${logicalId}`;
    return logicalId;
  };
  const policies = template.findResources('AWS::Events::EventBusPolicy') as Record<
    string,
    { readonly Properties: { readonly Statement: unknown } }
  >;
  return Object.values(policies).map(({ Properties }) => resolved(Properties.Statement, named) as Statement);
}

const listOf = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);
const accountOf = (arn: string) => arn.split(':')[4] ?? '';

/** `*` and `?` as in IAM's `Like` operators. */
function like(pattern: string, value: string): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(value);
}

/** Each of an ARN's six parts is compared for itself. */
function arnLike(pattern: string, value: string): boolean {
  const parts = (arn: string) => arn.split(':').slice(0, 5).concat(arn.split(':').slice(5).join(':'));
  return parts(pattern).every((part, index) => like(part, parts(value)[index] ?? ''));
}

const COMPARE: Readonly<Record<string, (wanted: string, given: string) => boolean>> = {
  StringEquals: (wanted, given) => wanted === given,
  StringLike: like,
  ArnLike: arnLike,
  ArnEquals: arnLike,
};

/** As in "IAM JSON policy elements: condition operators"; an operator that it does not know throws. */
function holds(operator: string, wanted: readonly string[], given: readonly string[] | undefined): boolean {
  if (operator === 'Null') return wanted.includes(String(given === undefined));
  const [quantifier, rest = quantifier] = operator.split(':');
  const ifExists = rest?.endsWith('IfExists') === true;
  const name = rest?.replace(/IfExists$/, '') ?? '';
  const negated = name.includes('Not');
  const compare = COMPARE[name.replace('Not', '')];
  if (compare === undefined) throw new Error(`The evaluator does not know ${operator}.`);
  const fits = (value: string) => wanted.some((one) => compare(one, value)) !== negated;
  if (quantifier === 'ForAllValues') return (given ?? []).every(fits);
  if (quantifier === 'ForAnyValue') return (given ?? []).some(fits);
  if (given === undefined) return ifExists || negated;
  // A key of one value only; with several AWS asks for a quantifier.
  return given.length === 1 && given.every(fits);
}

function applies({ Principal, Action, Resource, Condition = {} }: Statement, request: AccessRequest): boolean {
  const context: Record<string, string | readonly string[]> = {
    'aws:PrincipalArn': request.principal,
    'aws:PrincipalAccount': accountOf(request.principal),
    ...request.context,
  };
  const given = (key: string) => (context[key] === undefined ? undefined : listOf(context[key]));
  const expanded = (text: string) => text.replaceAll(/\$\{([^}]+)\}/g, (_, key: string) => given(key)?.[0] ?? '');
  return (
    listOf(Principal.AWS).some(
      (one) => one === '*' || one === request.principal || one === `arn:aws:iam::${accountOf(request.principal)}:root`,
    ) &&
    listOf(Action).some((one) => like(one, request.action)) &&
    listOf(Resource).some((one) => like(expanded(one), request.resource)) &&
    Object.entries(Condition).every(([operator, keys]) =>
      Object.entries(keys).every(([key, wanted]) => holds(operator, listOf(wanted).map(expanded), given(key))),
    )
  );
}

/**
 * Whether a principal whose own policy lets it do everything may do it: of another account only where the resource's
 * policy says so, of the resource's own account wherever it does not forbid it.
 */
export function may(policy: readonly Statement[], request: AccessRequest): boolean {
  const found = new Set(policy.filter((statement) => applies(statement, request)).map(({ Effect }) => Effect));
  if (found.has('Deny')) return false;
  return found.has('Allow') || accountOf(request.principal) === accountOf(request.resource);
}
