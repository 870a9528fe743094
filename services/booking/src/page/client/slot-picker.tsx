import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { freeSlots, type AgentChoice, type Narrowed } from './api';
import { locale, t } from './language';
import { Alert, FocusedHeading, zoneText } from './parts';
import {
  addDays,
  formatDate,
  formatDayAndMonth,
  formatRange,
  formatTime,
  formatWeekday,
  groupByDay,
  offsetLabel,
  offsetsOf,
  type Day,
  type DaySlot,
  type Slot,
} from './wall-time';
import { ZonePicker } from './zone-picker';

const daysShown = 7;
/** The longest range that availability answers in one request. */
const longestRange = 62;

const words = { unreachable: t.timesNotLoaded, other: t.timesNotLoaded };

interface Shown {
  readonly key: string;
  readonly slots: readonly Slot[];
}

/** Seven days of free times, each a real button under its day's heading; leafed through week by week. */
export function SlotPicker(props: {
  today: string;
  zone: string;
  week: string;
  chosen?: string | undefined;
  /** Instead of the usual heading; it then takes the focus. */
  title?: string;
  /** Those who can be chosen; undefined until it is known who they are. */
  agents: readonly AgentChoice[] | undefined;
  narrowed: Narrowed;
  onAgent?: (agentId: string) => void;
  onZone: (zone: string) => void;
  onWeek: (from: string) => void;
  onChoose: (slot: Slot) => void;
  say: (text: string) => void;
}) {
  const { zone, week, say, narrowed } = props;
  const key = `${zone} ${week} ${narrowed.agentId}`;
  const [shown, setShown] = useState<Shown>();
  const [failure, setFailure] = useState('');
  const [nothingAhead, setNothingAhead] = useState(false);
  const [attempt, setAttempt] = useState(0);
  // The first look goes to the first free time, wherever it is; later weeks are the visitor's own choice.
  const looked = useRef(false);
  const lastOffset = useRef<string | undefined>(undefined);
  const range = formatRange(week, addDays(week, daysShown - 1), locale);

  useEffect(() => {
    const abort = new AbortController();
    setFailure('');
    setNothingAhead(false);
    const load = async () => {
      const days = { from: week, to: addDays(week, daysShown - 1), timeZone: zone };
      const answer = await freeSlots(days, narrowed, words, abort.signal);
      if (!answer.ok) return setFailure(answer.problem.message || t.timesNotLoaded);
      if (answer.value.slots.length === 0 && !looked.current) {
        looked.current = true;
        if (await findNext(abort.signal)) return;
      }
      setShown({ key, slots: answer.value.slots });
      if (looked.current) say(t.freeTimes(answer.value.slots.length, range));
      looked.current = true;
    };
    load().catch((error: unknown) => {
      if (!abort.signal.aborted) throw error;
    });
    return () => abort.abort();
  }, [key, attempt]);

  /** Shows the week of the next free time; false when there is none. */
  const findNext = async (signal?: AbortSignal): Promise<boolean> => {
    const from = addDays(week, daysShown);
    const days = { from, to: addDays(from, longestRange - 1), timeZone: zone };
    const answer = await freeSlots(days, narrowed, words, signal);
    if (!answer.ok) {
      setFailure(answer.problem.message || t.timesNotLoaded);
      return true;
    }
    const first = answer.value.slots[0];
    if (first === undefined) {
      setNothingAhead(true);
      say(t.noTimesAtAll);
      return false;
    }
    props.onWeek(first.startsAt.slice(0, 10));
    return true;
  };

  const loading = shown?.key !== key && failure === '';
  const slots = shown?.key === key ? shown.slots : [];
  const days = useMemo(() => groupByDay(slots, week, daysShown), [shown, key]);
  const offsets = useMemo(() => offsetsOf(slots), [shown, key]);
  if (offsets[0] !== undefined) lastOffset.current = offsets[0].offset;
  const offset = offsets[0]?.offset ?? (shown?.key.startsWith(`${zone} `) ? lastOffset.current : undefined);
  const change = offsets[1];
  const hasEarlier = week > props.today;
  const earlier = addDays(week, -daysShown);

  // Whether there is anybody to choose decides what stands above the times: nothing is drawn that would then move.
  if (props.agents === undefined) return <div class="waiting" aria-busy="true" />;
  return (
    <section aria-labelledby="choose-time" class="picker">
      <div class="picker-head">
        <FocusedHeading level={2} id="choose-time" quiet={props.title === undefined}>
          {props.title ?? t.chooseTime}
        </FocusedHeading>
        <ZonePicker
          zone={zone}
          text={zoneText(zone, offset)}
          pending={offset === undefined}
          {...(change && { note: t.clocksChange(formatDate(change.from, locale), offsetLabel(change.offset)) })}
          onChange={props.onZone}
        />
      </div>
      {props.agents.length > 1 && (
        <div class="field agent">
          <label for="agent">{t.consultant}</label>
          <select
            id="agent"
            name="agent"
            value={narrowed.agentId}
            onChange={(event) => props.onAgent?.(event.currentTarget.value)}
          >
            <option value="">{t.anyConsultant}</option>
            {props.agents.map(({ agentId, name }) => (
              <option key={agentId} value={agentId}>
                {name}
              </option>
            ))}
          </select>
        </div>
      )}
      <div class="week">
        <button
          type="button"
          class="arrow"
          data-testid="previous-week"
          aria-disabled={!hasEarlier}
          onClick={() => hasEarlier && props.onWeek(earlier < props.today ? props.today : earlier)}
        >
          <Chevron back />
          <span>{t.previousWeek}</span>
        </button>
        <p class="range">{range}</p>
        <button
          type="button"
          class="arrow"
          data-testid="next-week"
          onClick={() => props.onWeek(addDays(week, daysShown))}
        >
          <span>{t.nextWeek}</span>
          <Chevron />
        </button>
      </div>
      {failure !== '' && (
        <Alert>
          <p>{failure}</p>
          <button type="button" onClick={() => setAttempt(attempt + 1)}>
            {t.tryAgain}
          </button>
        </Alert>
      )}
      {!loading && failure === '' && slots.length === 0 && (
        <div class="nothing">
          <p>{nothingAhead ? t.noTimesAtAll : t.noTimesThisWeek}</p>
          {!nothingAhead && (
            <button type="button" class="primary" onClick={() => void findNext()}>
              {t.findNext}
            </button>
          )}
        </div>
      )}
      {failure === '' && (loading || slots.length > 0) && (
        <>
          <DayJumps days={days} />
          <div class="days" aria-busy={loading} data-testid="days">
            {days.map((day) => (
              <DaySlots
                key={`${day.date}${loading ? ' loading' : ''}`}
                day={day}
                loading={loading}
                chosen={props.chosen}
                onChoose={props.onChoose}
              />
            ))}
          </div>
        </>
      )}
    </section>
  );
}

/** On a narrow screen the days stand under each other: a row of short cuts saves scrolling past full ones. */
function DayJumps(props: { days: readonly Day[] }) {
  return (
    <nav class="jumps" aria-label={t.jumpToDay}>
      {props.days.map((day) => (
        <button
          type="button"
          key={day.date}
          class={day.slots.length === 0 ? 'without' : ''}
          onClick={() => {
            const heading = document.getElementById(`day-${day.date}`);
            heading?.scrollIntoView({ block: 'start' });
            heading?.focus({ preventScroll: true });
          }}
        >
          <span>{formatWeekday(day.date, locale, 'short')}</span> <b>{Number(day.date.slice(8))}</b>
          <span class="unseen">, {t.freeOnDay(day.slots.length)}</span>
        </button>
      ))}
    </nav>
  );
}

const skeleton = Array.from({ length: 8 }, (_, index) => index);

function DaySlots(props: { day: Day; loading: boolean; chosen: string | undefined; onChoose: (slot: Slot) => void }) {
  const { day } = props;
  return (
    <section class="day" aria-labelledby={`day-${day.date}`}>
      <h3 id={`day-${day.date}`} tabIndex={-1}>
        <span>{formatWeekday(day.date, locale)}</span> <span>{formatDayAndMonth(day.date, locale)}</span>
      </h3>
      {props.loading ? (
        <div class="slots" aria-hidden="true">
          {skeleton.map((index) => (
            <span key={index} class="slot ghost" />
          ))}
        </div>
      ) : day.slots.length === 0 ? (
        <p class="quiet none">{t.noTimes}</p>
      ) : (
        <ul class="slots">
          {day.slots.map((one) => (
            <li key={one.slot.startsAt}>
              <SlotButton one={one} chosen={props.chosen === one.slot.startsAt} onChoose={props.onChoose} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** A free time. What it is called begins with what it shows and goes on with the whole date. */
export function SlotButton(props: {
  one: DaySlot;
  chosen?: boolean;
  withDate?: boolean;
  onChoose: (slot: Slot) => void;
}) {
  const { slot, wall, repeated } = props.one;
  const time = formatTime(wall, locale);
  const offset = repeated ? ` ${offsetLabel(wall.offset)}` : '';
  const date = formatDate(wall.date, locale);
  return (
    <button
      type="button"
      class={props.chosen === true ? 'slot chosen' : 'slot'}
      data-testid="slot"
      data-starts-at={slot.startsAt}
      aria-label={props.withDate === true ? `${date}, ${time}${offset}` : `${time}${offset}, ${date}`}
      onClick={() => props.onChoose(slot)}
    >
      {props.withDate === true && (
        <>
          <span>{date}</span>
          <br />
        </>
      )}
      {time}
      {repeated && <small>{offset}</small>}
    </button>
  );
}

function Chevron(props: { back?: boolean }) {
  return (
    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" class="chevron">
      <path d={props.back === true ? 'M10 3 5 8l5 5' : 'm6 3 5 5-5 5'} />
    </svg>
  );
}
