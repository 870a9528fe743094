/** One line of one function, as `/_local/logs` shows it. */
export interface LogLine {
  readonly seq: number;
  readonly at: string;
  readonly service: string;
  readonly function: string;
  readonly level: string;
  readonly message: string;
  readonly correlationId?: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface Logs {
  readonly write: (line: {
    readonly service: string;
    readonly function: string;
    readonly stream: 'stdout' | 'stderr';
    readonly text: string;
  }) => void;
  readonly after: (seq: number) => readonly LogLine[];
}

/** Lines kept in memory; older ones are forgotten, their numbers are not used again. */
const KEPT_LINES = 50_000;

/** Takes lines of functions: a Powertools line is taken apart, anything else is kept as it is. */
export function createLogs(now: () => number): Logs {
  let lines: LogLine[] = [];
  let seq = 0;
  return {
    write: ({ service, function: name, stream, text }) => {
      seq += 1;
      lines.push({ seq, ...parseLine(text, stream, new Date(now()).toISOString(), service), function: name });
      if (lines.length > KEPT_LINES * 1.1) lines = lines.slice(-KEPT_LINES);
    },
    after: (after) => {
      const first = lines[0];
      if (first === undefined) return [];
      return lines.slice(Math.max(0, after - first.seq + 1));
    },
  };
}

function parseLine(
  text: string,
  stream: 'stdout' | 'stderr',
  at: string,
  service: string,
): Omit<LogLine, 'seq' | 'function'> {
  const parsed = text.startsWith('{') ? parseObject(text) : undefined;
  if (parsed === undefined || typeof parsed['message'] !== 'string') {
    return { at, service, level: stream === 'stderr' ? 'ERROR' : 'INFO', message: text, fields: parsed ?? {} };
  }
  const { level, message, service: own, correlation_id: correlationId, timestamp, ...fields } = parsed;
  return {
    at: typeof timestamp === 'string' && !Number.isNaN(Date.parse(timestamp)) ? new Date(timestamp).toISOString() : at,
    service: typeof own === 'string' && own !== 'service_undefined' ? own : service,
    level: typeof level === 'string' ? level : 'INFO',
    message: typeof message === 'string' ? message : text,
    ...(typeof correlationId === 'string' ? { correlationId } : {}),
    fields,
  };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? { ...parsed } : undefined;
  } catch {
    return undefined;
  }
}
