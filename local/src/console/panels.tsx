import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Call, Conference, DeadLetter, LogLine } from './control';
import { shortTime, type Person } from './view';

const live = new Set(['queued', 'initiated', 'ringing', 'in-progress']);

/** The carrier's own view: what is live first, then what was. */
export function CallsPanel(props: {
  calls: readonly Call[];
  conferences: readonly Conference[];
  today: string;
  people: ReadonlyMap<string, Person>;
}) {
  const nameOf = (number: string) => props.people.get(number)?.name ?? number;
  return (
    <section class="panel calls" id="calls" aria-labelledby="calls-title">
      <h2 id="calls-title">Calls and conferences</h2>
      <div class="scroll" tabIndex={0} role="region" aria-label="List of calls">
        {props.calls.length === 0 && <p class="empty">No call yet.</p>}
        {props.conferences.toReversed().map((conference) => (
          <p key={conference.sid} class={conference.status === 'completed' ? 'conference' : 'conference live'}>
            <b>Conference</b> <span class="badge">{conference.status}</span>{' '}
            {conference.participants
              .map((one) => `${nameOf(one.number)}${one.leftAt == null ? '' : ' (left)'}`)
              .join(' · ')}
          </p>
        ))}
        {props.calls.length > 0 && (
          <table>
            <thead>
              <tr>
                <th scope="col">Began</th>
                <th scope="col">To</th>
                <th scope="col">Status</th>
                <th scope="col">Answered</th>
                <th scope="col">Ended</th>
              </tr>
            </thead>
            <tbody>
              {props.calls.toReversed().map((call) => (
                <tr key={call.sid} class={live.has(call.status) ? 'live' : ''} title={call.sid}>
                  <td>{shortTime(call.createdAt, props.today)}</td>
                  <td>{nameOf(call.to)}</td>
                  <td>
                    <span class={`badge ${call.status}`}>{call.status}</span>
                    {call.answeredBy != null && call.answeredBy !== '' && <small> {call.answeredBy}</small>}
                  </td>
                  <td>{call.answeredAt == null ? '–' : shortTime(call.answeredAt, call.createdAt)}</td>
                  <td>{call.endedAt == null ? '–' : shortTime(call.endedAt, call.createdAt)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </section>
  );
}

export function DeadLettersPanel(props: { letters: readonly DeadLetter[] }) {
  return (
    <section
      class={props.letters.length > 0 ? 'panel letters bad' : 'panel letters'}
      id="dead-letters"
      aria-labelledby="dead-title"
    >
      <h2 id="dead-title">Dead letters</h2>
      <ul class="scroll">
        {props.letters.length === 0 && <li class="empty">None. Nothing was given up on.</li>}
        {props.letters.toReversed().map((letter) => (
          <li key={`${letter.queue}${letter.id}`}>
            <details>
              <summary>
                <time dateTime={letter.at}>{shortTime(letter.at)}</time> <b>{letter.queue}</b>
                <span class="reason">{letter.reason ?? 'no reason given'}</span>
                <small>received {letter.receiveCount}×</small>
              </summary>
              <pre tabIndex={0}>{pretty(letter.body)}</pre>
            </details>
          </li>
        ))}
      </ul>
    </section>
  );
}

function pretty(body: unknown): string {
  if (typeof body !== 'string') return JSON.stringify(body, null, 2);
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    // Parked because it is no JSON: shown as it came.
    return body;
  }
}

const bad = /error|critical|fatal/i;
const worth = /warn/i;

/** The tail of every function's log; stays at its end unless somebody scrolls up to read. */
export function LogsPanel(props: {
  logs: readonly LogLine[];
  filter: string;
  today: string;
  onFilter: (filter: string) => void;
}) {
  const [only, setOnly] = useState('all');
  const wanted = props.filter.trim().toLowerCase();
  const shown = useMemo(
    () =>
      props.logs.filter(
        (line) =>
          // Metrics travel in the log as lines of their own; they are for machines.
          !line.message.startsWith('{"_aws"') &&
          (only === 'all' || bad.test(line.level) || worth.test(line.level)) &&
          (wanted === '' || JSON.stringify(line).toLowerCase().includes(wanted)),
      ),
    [props.logs, only, wanted],
  );
  const box = useRef<HTMLOListElement>(null);
  const follow = useRef(true);
  useEffect(() => {
    if (follow.current) box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [shown]);
  return (
    <section class="panel logs" id="logs" aria-labelledby="logs-title">
      <div class="head">
        <h2 id="logs-title">Logs</h2>
        <div class="tabs" role="group" aria-label="Which lines">
          <button type="button" aria-pressed={only === 'all'} onClick={() => setOnly('all')}>
            All
          </button>
          <button type="button" aria-pressed={only !== 'all'} onClick={() => setOnly('bad')}>
            Warnings and errors
          </button>
        </div>
      </div>
      <ol
        class="scroll lines"
        ref={box}
        tabIndex={0}
        aria-label="Log lines, newest last"
        onScroll={(event) => {
          const { scrollTop, clientHeight, scrollHeight } = event.currentTarget;
          follow.current = scrollTop + clientHeight > scrollHeight - 24;
        }}
      >
        {shown.length === 0 && <li class="empty">No line.</li>}
        {shown.map((line) => (
          <li key={line.seq} class={bad.test(line.level) ? 'bad' : worth.test(line.level) ? 'warn' : ''}>
            {line.at !== undefined && <time dateTime={line.at}>{shortTime(line.at, props.today)}</time>}
            <span class="level">{line.level.toLowerCase()}</span>
            <span class="fn">
              {line.service}/{line.function}
            </span>
            <span class="text">{line.message}</span>
            {line.correlationId !== undefined && (
              <button
                type="button"
                class="id"
                title={`Only ${line.correlationId}`}
                aria-label={`…${line.correlationId.slice(-6)}, only this appointment`}
                onClick={() => props.onFilter(props.filter === line.correlationId ? '' : (line.correlationId ?? ''))}
              >
                …{line.correlationId.slice(-6)}
              </button>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
