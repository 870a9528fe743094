// Writes the types and the functions of the client from the OpenAPI document, so that both say what the API's own schemas say.
// Ours, because openapi-typescript writes by the compiler API of TypeScript 5, which TypeScript 7 no longer has.

const METHODS = ['get', 'put', 'post', 'patch', 'delete'];
/** Parameters that the client sets by itself. */
const OWN_HEADERS = new Set(['idempotency-key', 'if-none-match']);

/** The text of `src/api.generated.ts`. Throws at a construct that it does not know: a wrong type would be worse than none. */
export function generate(document) {
  const operations = operationsOf(document);
  const answered = reachable(
    document,
    operations.map(({ responses }) => responses),
  );
  const schemas = Object.entries(document.components?.schemas ?? {}).filter(([name]) => name !== 'GatewayAnswer');
  const declared = schemas.map(([name, schema]) => declaration(name, schema, answered.has(name)));
  const slugs = Object.keys(document.components?.examples ?? {});
  const groups = { Public: operations.filter(({ staff }) => !staff), Staff: operations.filter(({ staff }) => staff) };
  return [
    '// Generated from docs/openapi.json by `npm run build`; do not edit.',
    `import type { Call, CallOptions, IdempotentCallOptions, Open, Operation } from './call';`,
    ...(operations.some(({ list }) => list) ? [`import { eachOf } from './pages';`] : []),
    '',
    ...declared,
    '/** The last part of the `type` of a problem. */',
    `export type ProblemSlug = ${openly(slugs.map(literal))};`,
    '',
    ...operations.flatMap(parametersOf),
    ...operations.map(constant),
    '',
    ...Object.entries(groups).flatMap(([group, members]) => [
      ...interfaceOf(group, members),
      ...functionsOf(group, members),
    ]),
  ].join('\n');
}

function operationsOf(document) {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => operationOf(document, path, method, item[method])),
  );
}

function operationOf(document, path, method, operation) {
  const { operationId, parameters = [], requestBody, responses, security = [] } = operation;
  if (!operationId) throw new Error(`${method} ${path} has no operationId`);
  const schemes = security.flatMap((choice) => Object.keys(choice));
  const within = (place) => parameters.filter((parameter) => parameter.in === place);
  const headers = within('header').filter(({ name }) => !OWN_HEADERS.has(name.toLowerCase()));
  const answer = answerOf(responses, operationId);
  return {
    id: operationId,
    type: `${operationId[0].toUpperCase()}${operationId.slice(1)}`,
    summary: operation.summary,
    method: method.toUpperCase(),
    path,
    parameters: [
      ...within('path').map((parameter) => ({ ...parameter, field: parameter.name })),
      ...within('query').map((parameter) => ({ ...parameter, field: parameter.name })),
      ...headers.map((parameter) => ({ ...parameter, field: camelCased(parameter.name) })),
    ],
    query: within('query').map(({ name }) => name),
    headers: Object.fromEntries(headers.map(({ name }) => [camelCased(name), name.toLowerCase()])),
    body: requestBody?.content?.['application/json']?.schema,
    bodyRequired: requestBody?.required === true,
    idempotent: within('header').some(({ name }) => name.toLowerCase() === 'idempotency-key'),
    conditional: '304' in responses,
    byManageToken: schemes.includes('manageToken'),
    staff: schemes.some((scheme) => scheme !== 'manageToken'),
    responses,
    answer,
    list: listOf(document, answer, within('query')),
  };
}

function answerOf(responses, operationId) {
  const good = Object.entries(responses).filter(([status]) => /^2\d\d$/.test(status));
  if (good.length === 0) throw new Error(`${operationId} has no good answer`);
  const schemas = good.map(([, { content }]) => content?.['application/json']?.schema).filter(Boolean);
  if (new Set(schemas.map((schema) => JSON.stringify(schema))).size > 1)
    throw new Error(`${operationId} answers in more than one form`);
  return schemas[0];
}

/** The field of the answer that holds the items of a page, where the answer comes in pages. */
function listOf(document, answer, query) {
  const { properties = {} } = resolved(document, answer ?? {});
  if (!('next' in properties) || !query.some(({ name }) => name === 'cursor')) return undefined;
  const lists = Object.keys(properties).filter((name) => properties[name].type === 'array');
  if (lists.length !== 1) throw new Error(`a page has one list, and not ${lists.join(', ') || 'none'}`);
  return lists[0];
}

function resolved(document, schema) {
  return schema.$ref ? resolved(document, document.components.schemas[nameIn(schema.$ref)]) : schema;
}

function nameIn(reference) {
  const [, name] = /^#\/components\/schemas\/(\w+)$/.exec(reference) ?? [];
  if (!name) throw new Error(`${reference} is not understood`);
  return name;
}

/** The names of the schemas that these refer to, and those that they refer to in turn. */
function reachable(document, schemas, found = new Set()) {
  for (const [, name] of JSON.stringify(schemas).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
    if (found.has(name)) continue;
    found.add(name);
    reachable(document, [document.components.schemas[name]], found);
  }
  return found;
}

const camelCased = (name) => name.toLowerCase().replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
const literal = (value) => JSON.stringify(value).replace(/^"(.*)"$/, (_, text) => `'${text.replaceAll("'", "\\'")}'`);
const openly = (literals) => `Open<${literals.join(' | ')}>`;
/** `{ a, b }`, or `{}`. */
const braced = (members) => (members.length > 0 ? `{ ${members.join(', ')} }` : '{}');
const field = (name) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : literal(name));

function comment(text, indent = '') {
  return text ? [`${indent}/** ${text.replaceAll('*/', '*\\/')} */`] : [];
}

function declaration(name, schema, answered) {
  const lines = comment(schema.description);
  if (schema.type === 'object' && schema.properties) {
    return [...lines, `export interface ${name} ${typeOf(schema, answered)}`, ''].join('\n');
  }
  return [...lines, `export type ${name} = ${typeOf(schema, answered)};`, ''].join('\n');
}

/** What is answered may have words that are not known yet; what is asked may leave a field undefined. */
function typeOf(schema, answered, indent = '') {
  if (
    schema === true ||
    Object.keys(schema).every((key) => ['description', 'example', 'examples', 'default'].includes(key))
  )
    return 'unknown';
  if (schema.$ref) return nameIn(schema.$ref);
  if ('const' in schema) return literal(schema.const);
  if (schema.enum) {
    const literals = schema.enum.map(literal);
    return answered && schema.type === 'string' ? openly(literals) : literals.join(' | ');
  }
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return [...new Set(choices.map((choice) => typeOf(choice, answered, indent)))].join(' | ');
  if (Array.isArray(schema.type))
    return schema.type.map((type) => typeOf({ ...schema, type }, answered, indent)).join(' | ');
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type;
    case 'integer':
    case 'number':
      return 'number';
    case 'array':
      return `readonly ${bracketed(typeOf(schema.items ?? {}, answered, indent))}[]`;
    case 'object':
      return objectOf(schema, answered, indent);
    default:
      throw new Error(`a schema is not understood: ${JSON.stringify(schema)}`);
  }
}

const bracketed = (type) => (/^[\w.]+$|^\{[^]*\}$/.test(type) ? type : `(${type})`);

function objectOf({ properties, required = [], additionalProperties }, answered, indent) {
  if (!properties) {
    const values =
      typeof additionalProperties === 'object' ? typeOf(additionalProperties, answered, indent) : 'unknown';
    return `{ readonly [name: string]: ${values} }`;
  }
  const deeper = `${indent}  `;
  const fields = Object.entries(properties).flatMap(([name, schema]) => [
    ...comment(schema.description, deeper),
    `${deeper}readonly ${member(name, schema, required.includes(name), answered, deeper)};`,
  ]);
  return ['{', ...fields, `${indent}}`].join('\n');
}

function member(name, schema, required, answered, indent) {
  const type = typeOf(schema, answered, indent);
  if (required) return `${field(name)}: ${type}`;
  return `${field(name)}?: ${type}${answered ? '' : ' | undefined'}`;
}

const hasParameters = ({ parameters, byManageToken }) => parameters.length > 0 || byManageToken;
const needsParameters = ({ parameters, byManageToken }) => byManageToken || parameters.some(({ required }) => required);

function parametersOf(operation) {
  if (!hasParameters(operation)) return [];
  const { type, id, parameters, byManageToken } = operation;
  const fields = parameters.flatMap(({ field: name, schema, required, description }) => [
    ...comment(description ?? schema.description, '  '),
    `  readonly ${member(name, schema, required === true, false, '  ')};`,
  ]);
  const token = [...comment('As it came with the booking.', '  '), '  readonly manageToken: string;'];
  return [
    `/** What \`${id}\` is asked with. */`,
    `export interface ${type}Parameters {`,
    ...fields,
    ...(byManageToken ? token : []),
    '}',
    '',
  ];
}

const constantName = ({ id }) => id.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase();

function constant(operation) {
  const { id, method, path, query, headers, idempotent, conditional, byManageToken, staff } = operation;
  const authorised = byManageToken ? 'manage-token' : staff ? 'staff' : 'nobody';
  const fields = [
    `id: ${literal(id)}`,
    `method: ${literal(method)}`,
    `path: ${literal(path)}`,
    `query: [${query.map(literal).join(', ')}]`,
    `headers: ${braced(Object.entries(headers).map(([name, header]) => `${name}: ${literal(header)}`))}`,
    `authorisation: ${literal(authorised)}`,
    `idempotent: ${idempotent}`,
    `conditional: ${conditional}`,
  ];
  return `const ${constantName(operation)}: Operation = { ${fields.join(', ')} };`;
}

function argumentsOf(operation) {
  const { type, body, bodyRequired, idempotent } = operation;
  return [
    ...(hasParameters(operation)
      ? [{ name: 'parameters', type: `${type}Parameters`, optional: !needsParameters(operation) }]
      : []),
    ...(body ? [{ name: 'body', type: typeOf(body, false), optional: !bodyRequired }] : []),
    { name: 'options', type: idempotent ? 'IdempotentCallOptions' : 'CallOptions', optional: true },
  ];
}

function signature(operation) {
  return argumentsOf(operation)
    .map(({ name, type, optional }) => `${name}${optional ? '?' : ''}: ${type}`)
    .join(', ');
}

const answerType = ({ answer }) => (answer ? typeOf(answer, true, '  ') : 'void');

function interfaceOf(group, operations) {
  const staff = group === 'Staff';
  const members = operations.flatMap((operation) => {
    const { id, list, summary } = operation;
    const answer = answerType(operation);
    if (!list)
      return [...comment(`${summary}.`, '  '), `  readonly ${id}: (${signature(operation)}) => Promise<${answer}>;`];
    return [
      ...comment(`${summary}: one page. \`${id}.each\` reads page after page.`, '  '),
      `  readonly ${id}: {`,
      `    (${signature(operation)}): Promise<${answer}>;`,
      `    readonly each: (${signature(operation)}) => AsyncIterable<${bracketed(answer)}[${literal(list)}][number]>;`,
      '  };',
    ];
  });
  return [
    `/** ${staff ? 'What staff may do, each operation by its name.' : 'What anybody may do, and the client of an appointment by its manage token, each operation by its name.'} */`,
    `export interface ${group}Operations {`,
    ...members,
    '}',
    '',
  ];
}

function functionsOf(group, operations) {
  const members = operations.map((operation) => {
    const { id, list } = operation;
    const names = argumentsOf(operation).map(({ name }) => name);
    const asked = (parameters) =>
      braced(names.filter((name) => name !== 'options').map((name) => (name === 'parameters' ? parameters : name)));
    const called = (parameters) =>
      `call<${answerType(operation)}>(${constantName(operation)}, ${asked(parameters)}, options)`;
    if (!list) return `    ${id}: (${names.join(', ')}) => ${called('parameters')},`;
    return [
      `    ${id}: Object.assign((${signature(operation)}) => ${called('parameters')}, {`,
      `      each: (${signature(operation)}) =>`,
      `        eachOf(`,
      `          (cursor) => ${called('parameters: { ...parameters, ...cursor }')},`,
      `          (page) => page${/^\w+$/.test(list) ? `.${list}` : `[${literal(list)}]`},`,
      `        ),`,
      `    }),`,
    ].join('\n');
  });
  return [
    `export function ${group.toLowerCase()}Operations(${members.length > 0 ? 'call' : '_call'}: Call): ${group}Operations {`,
    '  return {',
    ...members,
    '  };',
    '}',
    '',
  ];
}
