import { useEffect, useState } from 'preact/hooks';
import { readLife, type Life } from './control';
import { dayOf } from '@appointments/timeline/clock';
import { clockIn, late } from './life-view';
import { appointmentOf, type BusEvent } from './view';

/** Soon after an event, and once more when what it set going has come to rest: a mail's fate is on no bus of ours. */
const AFTER_MS = [300, 2_000];

/** One appointment's life: what came of it and why, then everything that happened on three clocks. */
export function LifePage({ appointmentId }: { readonly appointmentId: string }) {
  const [life, setLife] = useState<Life>();
  const [failed, setFailed] = useState('');

  useEffect(() => {
    let gone = false;
    const read = async () => {
      if (document.hidden) return;
      try {
        const fresh = await readLife(appointmentId);
        if (gone) return;
        setLife(fresh);
        setFailed('');
      } catch (error) {
        if (!gone) setFailed(error instanceof Error ? error.message : String(error));
      }
    };
    const look = () => void read();
    look();
    let timers: number[] = [];
    // Nothing is asked while nothing happens: each answer costs four functions a call.
    const source = new EventSource('/_local/events');
    source.addEventListener('message', (message: MessageEvent<string>) => {
      if (appointmentOf(JSON.parse(message.data) as BusEvent) !== appointmentId) return;
      for (const timer of timers) clearTimeout(timer);
      timers = AFTER_MS.map((wait) => window.setTimeout(look, wait));
    });
    document.addEventListener('visibilitychange', look);
    document.title = `…${appointmentId.slice(-6)} · Console · Appointments`;
    return () => {
      gone = true;
      source.close();
      for (const timer of timers) clearTimeout(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, [appointmentId]);

  return (
    <>
      <header class="top">
        <h1>
          Appointment <code>{appointmentId}</code>
          {life && <span class={`status ${life.status}`}>{life.status}</span>}
        </h1>
        <a href="/console">Console</a>
      </header>
      {failed !== '' && (
        <p class="faults" role="alert">
          It cannot be read: {failed}
        </p>
      )}
      {life && (
        <main class="whole">
          <section class="panel verdict" aria-labelledby="why">
            <h2 id="why">What came of it</h2>
            <p>{life.verdict}</p>
            {life.findings.length > 0 && (
              <>
                <h3>Not as it should be</h3>
                <ul>
                  {life.findings.map(({ text, runbook }) => (
                    <li key={text}>
                      {text}
                      {runbook !== undefined && <span class="quiet"> Runbook: “{runbook}”.</span>}
                    </li>
                  ))}
                </ul>
              </>
            )}
            {life.unread.length > 0 && (
              <>
                <h3>Could not be read</h3>
                <ul>
                  {life.unread.map(({ what, why }) => (
                    <li key={what}>
                      {what}: {why}
                    </li>
                  ))}
                </ul>
              </>
            )}
          </section>
          {life.lines.length > 0 && <Lines life={life} />}
        </main>
      )}
    </>
  );
}

function Lines({ life }: { readonly life: Life }) {
  const { client, agent } = life.zones;
  return (
    <section class="panel whole-life" aria-labelledby="lines">
      <h2 id="lines">What happened</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">UTC</th>
            <th scope="col">
              Client<small>{client ?? 'zone not known'}</small>
            </th>
            <th scope="col">
              Agent<small>{agent ?? 'zone not known'}</small>
            </th>
            <th scope="col">What</th>
          </tr>
        </thead>
        {days(life).map(({ day, lines }) => (
          <tbody key={day}>
            <tr class="day">
              <th scope="rowgroup" colSpan={4}>
                {day}
              </th>
            </tr>
            {lines.map((line, index) => (
              <tr key={index} class={`of-${line.kind}`} data-testid="life-line">
                <td>
                  <time dateTime={line.at}>{clockIn(line.at)}</time>
                </td>
                <td>{line.local.client !== undefined && clockIn(line.local.client, line.at)}</td>
                <td>{line.local.agent !== undefined && clockIn(line.local.agent, line.at)}</td>
                <td>
                  {line.what}
                  {line.lateSeconds !== undefined && <span class="late">{late(line.lateSeconds)}</span>}
                </td>
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </section>
  );
}

function days({ lines }: Life) {
  const found: { day: string; lines: Life['lines'][number][] }[] = [];
  for (const line of lines) {
    const day = dayOf(line.at);
    const last = found.at(-1);
    if (last?.day === day) last.lines.push(line);
    else found.push({ day, lines: [line] });
  }
  return found;
}
