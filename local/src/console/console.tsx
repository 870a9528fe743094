import { render } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { ClockPanel } from './clock-panel';
import { endFaults, list, readClock, readFaults } from './control';
import type { AlertNote, Call, Conference, DeadLetter, Email, LogLine, Sms } from './control';
import { EventsPanel } from './events-panel';
import { InboxPanel } from './inbox-panel';
import { LifePage } from './life-page';
import { CallsPanel, DeadLettersPanel, LogsPanel } from './panels';
import { PhonesPanel } from './phones-panel';
import { faultsOf, peopleOf, type BusEvent, type Phone } from './view';

const keptEvents = 2_000;
const keptLogs = 500;
const phonesEveryMs = 1_000;
const restEveryMs = 5_000;

interface Seen {
  readonly phones: readonly Phone[];
  readonly emails: readonly Email[];
  readonly texts: readonly Sms[];
  readonly alerts: readonly AlertNote[];
  readonly calls: readonly Call[];
  readonly conferences: readonly Conference[];
  readonly deadLetters: readonly DeadLetter[];
  /** What misbehaves on purpose; empty where nothing does. */
  readonly faults: string;
}

const nothing: Seen = {
  phones: [],
  emails: [],
  texts: [],
  alerts: [],
  calls: [],
  conferences: [],
  deadLetters: [],
  faults: '',
};

/** Runs `work` again and again, never twice at once, and not while nobody looks. */
function useRepeatedly(work: () => Promise<void>, everyMs: number, wanted: number) {
  const running = useRef(false);
  const latest = useRef(work);
  latest.current = work;
  useEffect(() => {
    const run = () => {
      if (running.current || document.hidden) return;
      running.current = true;
      void latest.current().finally(() => {
        running.current = false;
      });
    };
    run();
    const timer = setInterval(run, everyMs);
    document.addEventListener('visibilitychange', run);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', run);
    };
  }, [wanted]);
}

function Console() {
  const [seen, setSeen] = useState(nothing);
  const [events, setEvents] = useState<readonly BusEvent[]>([]);
  const [logs, setLogs] = useState<readonly LogLine[]>([]);
  const [clock, setClock] = useState<{ virtualMs: number; readAt: number }>();
  const [connected, setConnected] = useState(true);
  const [refused, setRefused] = useState<readonly string[]>([]);
  const [moving, setMoving] = useState(false);
  const [filter, setFilter] = useState('');
  // Raised by every event and action: look at the rest soon, and once more when what it set going has come to rest.
  const [stir, setStir] = useState(0);
  const lastEvent = useRef(0);
  const lastLog = useRef(0);

  const take = (fresh: readonly BusEvent[]) => {
    const unseen = fresh.filter((event) => event.seq > lastEvent.current);
    const newest = unseen.at(-1);
    if (newest === undefined) return;
    lastEvent.current = newest.seq;
    setEvents((before) => [...before, ...unseen].slice(-keptEvents));
    setStir((count) => count + 1);
  };

  // Events come by themselves; where they do not, they are asked for with the phones.
  const streaming = useRef(false);
  useEffect(() => {
    let waiting: BusEvent[] = [];
    let drawing = 0;
    const source = new EventSource('/_local/events');
    source.addEventListener('open', () => {
      streaming.current = true;
    });
    source.addEventListener('error', () => {
      streaming.current = false;
    });
    source.addEventListener('message', (message: MessageEvent<string>) => {
      waiting.push(JSON.parse(message.data) as BusEvent);
      if (drawing === 0) {
        // A thousand events at once are drawn once.
        drawing = window.setTimeout(() => {
          drawing = 0;
          take(waiting);
          waiting = [];
        }, 30);
      }
    });
    return () => source.close();
  }, []);

  useRepeatedly(
    async () => {
      try {
        const [phones, { now }] = await Promise.all([list('/_local/phones'), readClock()]);
        setClock({ virtualMs: Date.parse(now), readAt: performance.now() });
        setSeen((before) => ({ ...before, phones }));
        if (!streaming.current) take(await list('/_local/events', `?after=${lastEvent.current}`));
        setConnected(true);
      } catch {
        // Said on the page by the light; it keeps asking.
        setConnected(false);
      }
    },
    phonesEveryMs,
    stir,
  );

  const readRest = async () => {
    try {
      const [emails, texts, alerts, calls, conferences, deadLetters, fresh, faults] = await Promise.all([
        list('/_local/emails'),
        list('/_local/sms').catch(() => []),
        list('/_local/alerts'),
        list('/_local/calls'),
        list('/_local/conferences'),
        list('/_local/dead-letters'),
        list('/_local/logs', `?after=${lastLog.current}`),
        readFaults(),
      ]);
      setSeen((before) => ({
        ...before,
        emails,
        texts,
        alerts,
        calls,
        conferences,
        deadLetters,
        faults: faultsOf(faults),
      }));
      const newest = fresh.at(-1);
      if (newest !== undefined) {
        lastLog.current = newest.seq;
        setLogs((before) => [...before, ...fresh].slice(-keptLogs));
      }
    } catch {
      setConnected(false);
    }
  };
  useRepeatedly(readRest, restEveryMs, 0);
  useEffect(() => {
    if (stir === 0) return undefined;
    const soon = setTimeout(() => void readRest(), 300);
    const later = setTimeout(() => void readRest(), 1_500);
    return () => {
      clearTimeout(soon);
      clearTimeout(later);
    };
  }, [stir]);

  /** Does what was asked, and shows why when it was refused. */
  const act = async (what: string, work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      setRefused((before) => [...before.slice(-2), `${what}: ${why}`]);
    } finally {
      setStir((count) => count + 1);
    }
  };

  const today = clock === undefined ? '' : new Date(clock.virtualMs).toISOString().slice(0, 10);
  const people = useMemo(() => peopleOf(events), [events]);
  const ringing = seen.phones.filter((phone) => phone.state === 'ringing');
  const talking = seen.phones.filter((phone) => phone.state === 'in-call');
  const errors = logs.filter((line) => /error|critical/i.test(line.level)).length;

  useEffect(() => {
    document.title = `${ringing.length > 0 ? '☎ Ringing · ' : talking.length > 0 ? '● In call · ' : ''}Console · Appointments`;
  }, [ringing.length, talking.length]);

  return (
    <>
      <header class="top">
        <h1>
          <span class={connected ? 'light on' : 'light off'} aria-hidden="true" />
          Console
          <span class="state" role="status">
            {connected ? (moving ? 'the clock is moving…' : '') : 'not reachable: is npm start still running?'}
          </span>
        </h1>
        <a href="/" target="_blank" rel="noreferrer">
          Booking page
        </a>
        <a href="/console/templates">Messages</a>
        <ClockPanel
          clock={clock}
          events={events}
          moving={moving}
          onMove={(what, work) => {
            setMoving(true);
            void act(what, work).finally(() => setMoving(false));
          }}
        />
      </header>
      <div class="refusals" role="alert">
        {refused.map((text, index) => (
          <p key={`${index}${text}`}>
            {text}
            <button
              type="button"
              aria-label="Dismiss"
              onClick={() => setRefused(refused.filter((_, other) => other !== index))}
            >
              ✕
            </button>
          </p>
        ))}
      </div>
      {seen.faults !== '' && (
        <p class="faults" role="status">
          <b>Faults on:</b> {seen.faults}
          <button type="button" onClick={() => void act('End the faults', endFaults)}>
            End them
          </button>
        </p>
      )}
      <nav class="glance" aria-label="At a glance">
        <Glance to="phones" count={ringing.length} what="ringing" tone={ringing.length > 0 ? 'warn' : ''} />
        <Glance to="phones" count={talking.length} what="in call" tone={talking.length > 0 ? 'good' : ''} />
        <Glance to="events" count={events.length} what="events" />
        <Glance to="inbox" count={seen.emails.length} what="e-mails" />
        <Glance to="inbox" count={seen.texts.length} what="texts" />
        <Glance to="inbox" count={seen.alerts.length} what="alerts" tone={seen.alerts.length > 0 ? 'bad' : ''} />
        <Glance
          to="dead-letters"
          count={seen.deadLetters.length}
          what="dead letters"
          tone={seen.deadLetters.length > 0 ? 'bad' : ''}
        />
        <Glance to="logs" count={errors} what="errors logged" tone={errors > 0 ? 'bad' : ''} />
      </nav>
      <main>
        <PhonesPanel phones={seen.phones} people={people} act={act} />
        <EventsPanel today={today} events={events} filter={filter} onFilter={setFilter} />
        <InboxPanel today={today} emails={seen.emails} texts={seen.texts} alerts={seen.alerts} act={act} />
        <CallsPanel today={today} calls={seen.calls} conferences={seen.conferences} people={people} />
        <LogsPanel today={today} logs={logs} filter={filter} onFilter={setFilter} />
        <DeadLettersPanel letters={seen.deadLetters} />
      </main>
    </>
  );
}

function Glance(props: { to: string; count: number; what: string; tone?: string }) {
  return (
    <a href={`#${props.to}`} class={`tile ${props.tone ?? ''}`}>
      <b>{props.count}</b> {props.what}
    </a>
  );
}

const appointmentId = /^\/console\/appointments\/([A-Za-z0-9_-]+)$/.exec(location.pathname)?.[1];
render(appointmentId === undefined ? <Console /> : <LifePage appointmentId={appointmentId} />, document.body);
