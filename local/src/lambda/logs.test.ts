import { describe, expect, it } from '@jest/globals';
import { createLogs } from './logs';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const line = (text: string, stream: 'stdout' | 'stderr' = 'stdout') => {
  const logs = createLogs(() => NOW);
  logs.write({ service: 'booking', function: 'take-order', stream, text });
  return logs.after(0)[0];
};

describe('the lines of functions', () => {
  it('are taken apart when Powertools wrote them', () => {
    const text = JSON.stringify({
      level: 'WARN',
      message: 'Late',
      service: 'telephony',
      correlation_id: 'apt_1',
      timestamp: '2026-11-22T11:59:59.500Z',
      seconds: 3,
    });

    expect(line(text)).toEqual({
      seq: 1,
      at: '2026-11-22T11:59:59.500Z',
      service: 'telephony',
      function: 'take-order',
      level: 'WARN',
      message: 'Late',
      correlationId: 'apt_1',
      fields: { seconds: 3 },
    });
  });

  it.each(['plain text', '{not json', '["a"]'])('are kept as they are otherwise: %s', (text) => {
    expect(line(text)).toEqual({
      seq: 1,
      at: '2026-11-22T12:00:00.000Z',
      service: 'booking',
      function: 'take-order',
      level: 'INFO',
      message: text,
      fields: {},
    });
  });

  it('are errors when they come by standard error', () => {
    expect(line('boom', 'stderr')).toMatchObject({ level: 'ERROR', message: 'boom' });
  });

  it('are given from a number on, oldest first, and the number is never used again', () => {
    const logs = createLogs(() => NOW);
    for (let n = 1; n <= 60_000; n++) logs.write({ service: 's', function: 'f', stream: 'stdout', text: `${n}` });

    expect(logs.after(59_998).map(({ seq, message }) => [seq, message])).toEqual([
      [59_999, '59999'],
      [60_000, '60000'],
    ]);
    expect(logs.after(0).length).toBeLessThanOrEqual(55_000);
    expect(logs.after(60_000)).toEqual([]);
  });
});
