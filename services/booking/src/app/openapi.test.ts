import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { validate } from '@readme/openapi-parser';
import { describe, expect, it } from '@jest/globals';
import { document, OPERATIONS, schemaFaults, served } from '../../test/document';

interface Found {
  readonly where: string;
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly node: any;
}

/** Every object in the document, with the way to it. */
function everything(node: unknown = served(), where = ''): Found[] {
  if (typeof node !== 'object' || node === null) return [];
  return [
    { where, node },
    ...Object.entries(node).flatMap(([name, value]) => everything(value, `${where}/${name.replaceAll('/', '~1')}`)),
  ];
}

describe('the OpenAPI document', () => {
  it('is the committed one: run the build after a change of the schemas', () => {
    const committed: unknown = JSON.parse(readFileSync(join(__dirname, '../../../../docs/openapi.json'), 'utf8'));

    expect(committed).toEqual(served());
  });

  it('is a valid OpenAPI 3.1 document', async () => {
    const result = await validate(served('https://book.example.com') as never);

    expect(document.openapi).toBe('3.1.0');
    expect(result).toEqual({ valid: true, warnings: [], specification: 'OpenAPI' });
  });

  it.each([
    ['a path parameter that is not described', () => ({ parameters: [] })],
    ['an answer without words', () => ({ responses: { '200': {} } })],
    ['a member that OpenAPI does not know', () => ({ answers: {} })],
  ])('would not be valid with %s', async (_, change) => {
    const broken = served() as { paths: Record<string, { get: object }> };
    const operation = broken.paths['/appointments/{appointmentId}'];
    if (operation) Object.assign(operation.get, change());

    const result = await validate(broken as never);

    expect(result.valid).toBe(false);
  });

  it('describes every route of the API', () => {
    expect(OPERATIONS.map(({ route }) => route)).toEqual([
      'POST /appointments',
      'GET /availability',
      'GET /agents',
      'POST /holds',
      'POST /holds/{holdId}/release',
      'GET /appointments/{appointmentId}',
      'POST /appointments/{appointmentId}/reschedule',
      'POST /appointments/{appointmentId}/cancel',
      'POST /appointments/{appointmentId}/amend',
      'POST /appointments/{appointmentId}/confirm',
      'GET /staff/agents',
      'PUT /staff/agents/{agentId}',
      'GET /staff/appointments',
      'GET /staff/appointments/{appointmentId}',
      'POST /staff/appointments/{appointmentId}/reschedule',
      'POST /staff/appointments/{appointmentId}/cancel',
      'POST /staff/appointments/{appointmentId}/re-resolve',
      'GET /openapi.json',
      'GET /problems',
      'GET /problems/{slug}',
    ]);
  });

  it('names no way of authorising that it does not describe', () => {
    const described = Object.keys(document.components.securitySchemes);

    for (const { security } of OPERATIONS) for (const name of security) expect(described).toContain(name);
  });

  it('has schemas that are schemas, all their references within the document', () => {
    const schemas = [
      ...Object.values(document.components.schemas),
      ...everything().flatMap(({ node }) => (node.schema === undefined ? [] : [node.schema])),
    ];

    for (const schema of schemas) expect(() => schemaFaults(schema, null)).not.toThrow();
    expect(JSON.stringify(document)).not.toContain('$defs');
  });

  it('has examples that its own schemas take', () => {
    const faults = everything().flatMap(({ where, node }) => {
      const isSchema = /\/(schemas|properties)\/\w+$|\/schema$|\/items$/.test(where);
      const values = isSchema ? [node.example, ...(node.examples ?? [])].filter((value) => value !== undefined) : [];
      return values.flatMap((value) => schemaFaults(node, value).map((fault) => `${where} ${fault}`));
    });
    const problems = Object.entries(document.components.examples).flatMap(([slug, { value }]) =>
      schemaFaults({ $ref: '#/components/schemas/Problem' }, value).map((fault) => `${slug} ${fault}`),
    );

    expect(everything().filter(({ node }) => node.example !== undefined).length).toBeGreaterThan(10);
    expect([...faults, ...problems]).toEqual([]);
  });

  it('says what may be said of an agent, and that nothing else may', () => {
    const text = { type: 'string' };

    expect(document.components.schemas['PutAgent']).toMatchObject({
      type: 'object',
      required: ['name', 'email', 'phone', 'timeZone'],
      additionalProperties: false,
      properties: {
        timeZone: text,
        workingHours: text,
        daysOff: { type: 'array', maxItems: 200, items: text },
        overrides: {
          type: 'array',
          items: { type: 'object', required: ['date', 'hours'], properties: { hours: text } },
        },
        slotMinutes: { type: 'integer', minimum: 5, maximum: 240, multipleOf: 5 },
        active: { type: 'boolean' },
      },
    });
    expect(document.components.schemas['StaffAgent']).toMatchObject({
      properties: { agentVersion: { type: 'integer', minimum: 0 } },
    });
  });

  it('asks for a token of the staff on their routes, and on no other', () => {
    for (const { route, security, responses } of OPERATIONS) {
      const isStaffs = route.includes(' /staff/');
      expect([route, security.includes('staffToken')]).toEqual([route, isStaffs]);
      if (isStaffs) expect(responses).toMatchObject({ '401': {}, '403': {} });
    }
  });

  it('describes the pages of a list: how many, from where, and where the next begins', () => {
    const list = document.paths['/staff/appointments']?.['get']?.['parameters'] as { name: string; schema: object }[];
    const parameter = (name: string) => list.find((one) => one.name === name);

    expect(parameter('limit')?.schema).toMatchObject({ type: 'integer', minimum: 1, maximum: 100, default: 50 });
    expect(parameter('cursor')).toMatchObject({ in: 'query', required: false, schema: { type: 'string' } });
    expect(document.components.schemas['StaffAppointments']).toMatchObject({
      required: ['appointments'],
      properties: { appointments: { type: 'array' }, next: { type: 'string' } },
    });
  });

  it('says what a body may have: lengths, patterns, and no unknown field', () => {
    expect(document.components.schemas['CreateAppointment']).toMatchObject({
      type: 'object',
      required: ['name', 'email', 'phone', 'startsAt', 'timeZone'],
      additionalProperties: false,
      properties: {
        name: { type: 'string', minLength: 1, maxLength: 100 },
        email: { type: 'string', maxLength: 254, format: 'email' },
        phone: { type: 'string', pattern: '^\\+[1-9]\\d{6,14}$' },
        startsAt: { type: 'string', format: 'date-time' },
        notes: { type: 'string', maxLength: 2000 },
      },
    });
  });
});
