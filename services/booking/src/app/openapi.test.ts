import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { openApiDocument } from './openapi';

const document = JSON.parse(JSON.stringify(openApiDocument('/'))) as {
  openapi: string;
  paths: Record<string, Record<string, unknown>>;
  components: { schemas: Record<string, Record<string, unknown>> };
};

function values(node: unknown, key: string): unknown[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([name, value]) => [...(name === key ? [value] : []), ...values(value, key)]);
}

describe('the OpenAPI document', () => {
  it('is the committed one: run the build after a change of the schemas', () => {
    const committed: unknown = JSON.parse(readFileSync(join(__dirname, '../../../../docs/openapi.json'), 'utf8'));

    expect(committed).toEqual(document);
  });

  it('describes every route of the public API', () => {
    const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );

    expect(document.openapi).toBe('3.1.0');
    expect(routes).toEqual([
      'POST /appointments',
      'GET /availability',
      'GET /agents',
      'POST /holds',
      'POST /holds/{holdId}/release',
      'GET /appointments/{appointmentId}',
      'POST /appointments/{appointmentId}/reschedule',
      'POST /appointments/{appointmentId}/cancel',
      'POST /appointments/{appointmentId}/amend',
      'GET /staff/agents',
      'PUT /staff/agents/{agentId}',
      'GET /staff/appointments',
      'GET /staff/appointments/{appointmentId}',
      'POST /staff/appointments/{appointmentId}/reschedule',
      'POST /staff/appointments/{appointmentId}/cancel',
      'GET /openapi.json',
    ]);
  });

  it('refers only to schemas that it has', () => {
    const names = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`);

    for (const reference of values(document, '$ref')) expect(names).toContain(reference);
    expect(JSON.stringify(document)).not.toContain('$defs');
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
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const operation of Object.values(operations)) {
        const { security = [], responses } = operation as { security?: object[]; responses: object };
        expect([path, security.some((scheme) => 'staffToken' in scheme)]).toEqual([path, path.startsWith('/staff/')]);
        if (path.startsWith('/staff/')) expect(responses).toMatchObject({ '401': {}, '403': {} });
      }
    }
  });

  it('describes the pages of a list: how many, from where, and where the next begins', () => {
    const list = document.paths['/staff/appointments']?.['get'] as { parameters: { name: string; schema: object }[] };
    const parameter = (name: string) => list.parameters.find((one) => one.name === name);

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
