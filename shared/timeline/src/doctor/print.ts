import { clockOf, dayOf, daysAhead } from './clock';
import type { Life, Line } from './life';
import { span } from './words';

/** The life as a page of text: what came of it first, then what happened, on both parties' clocks. */
export function printed(life: Life): string {
  const { appointmentId, status, version, startsAt, zones, verdict, findings, lines, unread, asOf } = life;
  const parts = [
    `${appointmentId}: ${status}${version === null ? '' : `, version ${version}`}${startsAt === null ? '' : `, ${dayOf(startsAt)} ${clockOf(startsAt)} UTC`}`,
    '',
    verdict,
    ...section(
      'Not as it should be',
      findings.map(({ text, runbook }) => `${text}${runbook === undefined ? '' : ` Runbook: “${runbook}”.`}`),
    ),
    ...section(
      'Could not be read',
      unread.map(({ what, why }) => `${what}: ${why}`),
    ),
    ...(lines.length === 0 ? [] : ['', ...table(life)]),
    '',
    `As of ${asOf}. The client’s zone: ${zones.client ?? 'not known'}; the agent’s: ${zones.agent ?? 'not known'}.`,
  ];
  return parts.join('\n');
}

function section(title: string, entries: readonly string[]): readonly string[] {
  return entries.length === 0 ? [] : ['', `${title}:`, ...entries.map((entry) => `  - ${entry}`)];
}

const CLOCK = '00:00:00'.length;

function table({ lines }: Life): readonly string[] {
  let today = '';
  return [
    `${'UTC'.padEnd(CLOCK)}  ${'client'.padEnd(CLOCK + 3)}  ${'agent'.padEnd(CLOCK + 3)}`,
    ...lines.flatMap((line) => {
      const date = dayOf(line.at);
      const heading = date === today ? [] : [date];
      today = date;
      const clocks = [clockOf(line.at), local(line, line.local.client), local(line, line.local.agent)].join('  ');
      const late = line.lateSeconds === undefined ? '' : ` [${span(line.lateSeconds * 1000)} late]`;
      return [...heading, `${clocks}  ${line.what}${late}`];
    }),
  ];
}

/** The party's clock; where their calendar shows another day than the UTC one, by how many. */
function local(line: Line, at: string | undefined): string {
  if (at === undefined) return ''.padEnd(CLOCK + 3);
  const days = daysAhead(at, line.at);
  return `${clockOf(at)}${days === 0 ? '' : ` ${days > 0 ? '+' : '-'}1`}`.padEnd(CLOCK + 3);
}
