import { useMemo, useState } from 'preact/hooks';
import { appointmentOf, shortTime, summaryOf, toneOf, type BusEvent } from './view';

const drawn = 300;

/** Events as they happen, the newest on top; each opens to its whole content. */
export function EventsPanel(props: {
  events: readonly BusEvent[];
  filter: string;
  today: string;
  onFilter: (filter: string) => void;
}) {
  const [open, setOpen] = useState<number>();
  const wanted = props.filter.trim().toLowerCase();
  const shown = useMemo(
    () =>
      props.events
        .filter(
          (event) =>
            wanted === '' || `${event.detailType} ${JSON.stringify(event.detail)}`.toLowerCase().includes(wanted),
        )
        .slice(-drawn)
        .toReversed(),
    [props.events, wanted],
  );
  return (
    <section class="panel events" id="events" aria-labelledby="events-title">
      <div class="head">
        <h2 id="events-title">Events</h2>
        <input
          type="search"
          aria-label="Show only events and log lines that contain"
          placeholder="filter: type, id, anything"
          value={props.filter}
          onInput={(event) => props.onFilter(event.currentTarget.value)}
        />
      </div>
      <ol class="scroll" aria-label="Events, newest first">
        {shown.length === 0 && (
          <li class="empty">{props.events.length === 0 ? 'Nothing has happened yet.' : 'No event contains that.'}</li>
        )}
        {shown.map((event) => {
          const id = appointmentOf(event);
          return (
            <li key={event.seq} class="event" data-testid="event" data-type={event.detailType}>
              <div class="line">
                <time dateTime={event.time}>{shortTime(event.time, props.today)}</time>
                <button
                  type="button"
                  class={`what ${toneOf(event.detailType)}`}
                  aria-expanded={open === event.seq}
                  onClick={() => setOpen(open === event.seq ? undefined : event.seq)}
                >
                  {event.detailType}
                </button>
                <span class="from">{event.source.replace(/^appointments\./, '')}</span>
                {id !== '' && (
                  <button
                    type="button"
                    class="id"
                    title={`Only ${id}`}
                    aria-label={`…${id.slice(-6)}, only this appointment`}
                    onClick={() => props.onFilter(props.filter === id ? '' : id)}
                  >
                    …{id.slice(-6)}
                  </button>
                )}
                {id !== '' && (
                  <a
                    class="life"
                    href={`/console/appointments/${id}`}
                    aria-label={`…${id.slice(-6)}, what happened to it`}
                  >
                    life
                  </a>
                )}
              </div>
              <p class="summary">{summaryOf(event)}</p>
              {open === event.seq && <pre tabIndex={0}>{JSON.stringify(event.detail, null, 2)}</pre>}
            </li>
          );
        })}
      </ol>
    </section>
  );
}
