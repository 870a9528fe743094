import { useEffect, useMemo, useState } from 'preact/hooks';
import { moveClock } from './control';
import { ahead, nextAppointment, shortTime, typedInstant, type BusEvent } from './view';

const steps = [
  ['+1 min', 'PT1M'],
  ['+10 min', 'PT10M'],
  ['+1 h', 'PT1H'],
] as const;

/** Virtual time, ticking, and the ways to move it. */
export function ClockPanel(props: {
  clock: { virtualMs: number; readAt: number } | undefined;
  events: readonly BusEvent[];
  moving: boolean;
  onMove: (what: string, work: () => Promise<unknown>) => void;
}) {
  const { clock, moving, onMove } = props;
  const [, tick] = useState(0);
  const [typed, setTyped] = useState('');
  const [wrong, setWrong] = useState(false);
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), 250);
    return () => clearInterval(timer);
  }, []);
  // While it is moved, time stands still between the steps: what was read last is the truth.
  const now = clock === undefined ? undefined : clock.virtualMs + (moving ? 0 : performance.now() - clock.readAt);
  const iso = now === undefined ? '' : new Date(now).toISOString();
  const next = useMemo(
    () => (now === undefined ? undefined : nextAppointment(props.events, now)),
    [props.events, now === undefined ? 0 : Math.floor(now / 1000)],
  );
  return (
    <section class="clock" aria-label="Clock">
      <p class="now" data-testid="now">
        <span class="date">{iso === '' ? '' : `${weekday(iso)} ${iso.slice(0, 10)}`}</span>
        <time dateTime={iso}>{iso === '' ? '--:--:--' : iso.slice(11, 19)}</time>
        <abbr title="Coordinated Universal Time">UTC</abbr>
      </p>
      <div class="row" role="group" aria-labelledby="move-the-clock">
        <span class="quiet" id="move-the-clock">
          Move the clock
        </span>
        {steps.map(([label, duration]) => (
          <button
            type="button"
            key={label}
            disabled={moving}
            onClick={() => onMove(`Clock ${label}`, () => moveClock({ advanceBy: duration }))}
          >
            {label}
          </button>
        ))}
        <button
          type="button"
          disabled={moving}
          data-testid="next-wake-up"
          onClick={() => onMove('To the next wake-up', () => moveClock({ toNextWakeUp: true }))}
        >
          to next wake-up
        </button>
        {next !== undefined && now !== undefined && (
          <button
            type="button"
            class="primary"
            disabled={moving}
            data-testid="next-appointment"
            title={`${next.appointmentId}, ${next.startsAt}`}
            onClick={() =>
              onMove('To the next appointment', () => moveClock({ advanceTo: new Date(next.startsAt).toISOString() }))
            }
          >
            to next appointment, {shortTime(new Date(next.startsAt).toISOString(), iso).slice(0, -3)}
            <small>, in {ahead(Date.parse(next.startsAt) - now)}</small>
          </button>
        )}
        <form
          class="row"
          onSubmit={(event) => {
            event.preventDefault();
            const instant = typedInstant(typed);
            setWrong(instant === undefined);
            if (instant !== undefined) onMove(`Clock to ${instant}`, () => moveClock({ advanceTo: instant }));
          }}
        >
          <input
            aria-label="Advance to, in UTC"
            aria-invalid={wrong}
            placeholder={iso === '' ? '' : `${iso.slice(0, 10)} ${iso.slice(11, 16)}`}
            size={20}
            value={typed}
            onInput={(event) => {
              setTyped(event.currentTarget.value);
              setWrong(false);
            }}
          />
          <button type="submit" disabled={moving}>
            Go
          </button>
          {wrong && (
            <span class="wrong" role="alert">
              Type it like {iso.slice(0, 10)} {iso.slice(11, 16)}
            </span>
          )}
        </form>
      </div>
    </section>
  );
}

const weekday = (iso: string): string =>
  new Intl.DateTimeFormat('en', { weekday: 'short', timeZone: 'UTC' }).format(new Date(iso));
