import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

describe('A log line', () => {
  const level = process.env['POWERTOOLS_LOG_LEVEL'];
  let lines: string[];

  beforeEach(() => {
    process.env['POWERTOOLS_LOG_LEVEL'] = 'INFO';
    lines = [];
    jest.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  });

  afterEach(() => {
    process.env['POWERTOOLS_LOG_LEVEL'] = level;
    jest.restoreAllMocks();
  });

  const written = async (fields: Record<string, unknown>, correlationId?: string) => {
    await jest.isolateModulesAsync(async () => {
      const { log } = await import('./telemetry');
      const { within } = await import('./context');
      within({ correlationId }, () => log.info('Agent call status: ringing', fields));
    });
    return JSON.parse(lines[0] ?? '') as Record<string, unknown>;
  };

  it('carries the correlation id of what is handled', async () => {
    expect(await written({ leg: 'agent' }, 'apt_1')).toMatchObject({ correlation_id: 'apt_1', leg: 'agent' });
  });

  it('is correlated by the appointment it names, where nobody said what is handled', async () => {
    expect(await written({ appointmentId: 'apt_2' })).toMatchObject({ correlation_id: 'apt_2' });
  });

  it('keeps to what is handled, where a line names another appointment too', async () => {
    expect(await written({ appointmentId: 'apt_2' }, 'apt_1')).toMatchObject({ correlation_id: 'apt_1' });
  });

  it('has no correlation id where there is none', async () => {
    expect(await written({ leg: 'agent' })).not.toHaveProperty('correlation_id');
  });
});
