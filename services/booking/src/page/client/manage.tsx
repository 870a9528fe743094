import { useEffect, useRef, useState } from 'preact/hooks';
import { changeAppointment, readAppointment, type Appointment } from './api';
import { Refusal } from './booking';
import { durationParts } from './duration';
import { AddToCalendar } from './add-to-calendar';
import { ToConfirm } from './confirm';
import { isolated, locale, ours, t } from './language';
import { Alert, clock, FocusedHeading, Help, useAnnouncer, When } from './parts';
import { readablePhone } from './phone';
import type { Problem } from './problem';
import { SlotPicker } from './slot-picker';
import { dateIn, formatDayAndMonth, formatTime, wallTimeAt, wallTimeIn, wallTimeOf, type Slot } from './wall-time';

const words = { unreachable: t.notLoaded };

/** What can still change is looked at again: often while phones ring, seldom while all waits, never when it is over. */
function lookAgainAfterMs(status: string): number | undefined {
  if (status === 'calling' || status === 'connected') return 3_000;
  return status === 'scheduled' ? 15_000 : undefined;
}

const told = (table: Readonly<Record<string, string>>, word: string): string => table[word] ?? word;

type Doing = 'nothing' | 'asking-cancel' | 'choosing-time';

export function Manage() {
  const id = decodeURIComponent(location.pathname.split('/').filter(Boolean)[1] ?? '');
  const [token, setToken] = useState(() => location.hash.slice(1));
  const [appointment, setAppointment] = useState<Appointment>();
  const [problem, setProblem] = useState<Problem>();
  const [attempt, setAttempt] = useState(0);
  const { say, region } = useAnnouncer();

  useEffect(() => {
    const onHash = () => setToken(location.hash.slice(1));
    addEventListener('hashchange', onHash);
    return () => removeEventListener('hashchange', onHash);
  }, []);

  const read = async () => {
    const answer = await readAppointment(id, token, words);
    if (answer.ok) {
      setAppointment(answer.value);
      setProblem(undefined);
      return;
    }
    // A later look that failed for want of a network leaves what is already shown.
    if (appointment === undefined || answer.problem.kind === 'not-found') setProblem(answer.problem);
  };

  useEffect(() => {
    if (token !== '') void read();
  }, [token, attempt]);

  const wait = appointment === undefined ? undefined : lookAgainAfterMs(appointment.status);
  useEffect(() => {
    if (wait === undefined) return undefined;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void read();
    }, wait);
    return () => clearInterval(timer);
  }, [wait, token]);

  const lastStatus = useRef<string | undefined>(undefined);
  useEffect(() => {
    if (appointment === undefined) return;
    if (lastStatus.current !== undefined && lastStatus.current !== appointment.status) {
      say(told(t.status, appointment.status));
    }
    lastStatus.current = appointment.status;
  }, [appointment?.status]);

  if (token === '') return <Help title={t.noToken} text={t.noTokenHelp} />;
  if (problem !== undefined) {
    return problem.kind === 'not-found' ? (
      <Help title={t.badToken} text={t.badTokenHelp} />
    ) : (
      <>
        <h1>{t.manageTitle}</h1>
        <Alert>
          <p>{problem.message || t.somethingWrong}</p>
          <button type="button" onClick={() => setAttempt(attempt + 1)}>
            {t.tryAgain}
          </button>
        </Alert>
      </>
    );
  }
  return (
    <>
      <h1>{t.manageTitle}</h1>
      {appointment === undefined ? (
        <div class="card waiting" aria-busy="true">
          <p class="quiet">{t.loading}</p>
        </div>
      ) : (
        <Shown
          appointment={appointment}
          token={token}
          say={say}
          onChange={setAppointment}
          onStale={() => void read()}
        />
      )}
      {region}
    </>
  );
}

function Shown(props: {
  appointment: Appointment;
  token: string;
  say: (text: string) => void;
  onChange: (appointment: Appointment) => void;
  onStale: () => void;
}) {
  const { appointment, token } = props;
  const { status, agent, client, unproven = [] } = appointment;
  const [doing, setDoing] = useState<Doing>('nothing');
  const [notice, setNotice] = useState('');
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<Problem>();
  const [sending, setSending] = useState(false);
  const inFlight = useRef(false);
  const statusLine = useRef<HTMLParagraphElement>(null);
  const opener = useRef<HTMLElement | null>(null);
  const mayCancel = status === 'scheduled' || status === 'calling';
  const mayMove = status === 'scheduled' || status === 'failed';
  const phone = readablePhone(client.phone);
  const explain = Object.entries(t.explain).find(([word]) => word === status)?.[1];

  const tell = (text: string) => {
    setNotice(text);
    props.say(text);
  };
  const open = (what: Doing) => {
    opener.current = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    setProblem(undefined);
    setNotice('');
    setDoing(what);
  };
  const close = () => {
    setDoing('nothing');
    setProblem(undefined);
    // Only once the buttons are drawn again.
    setTimeout(() => document.querySelector<HTMLElement>(`[data-opens="${doing}"]`)?.focus());
  };

  const change = async (what: 'cancel' | 'reschedule', body: Record<string, string>, done: string) => {
    if (inFlight.current) return;
    inFlight.current = true;
    setSending(true);
    setProblem(undefined);
    try {
      const answer = await changeAppointment(appointment.appointmentId, token, what, body, {
        unreachable: t.notReached,
      });
      if (answer.ok) {
        props.onChange(answer.value);
        setDoing('nothing');
        tell(done);
        statusLine.current?.focus();
        return;
      }
      setProblem(answer.problem);
      if (answer.problem.kind === 'conflict') {
        setDoing('nothing');
        tell(t.cannotNow);
        props.onStale();
        statusLine.current?.focus();
      }
    } finally {
      inFlight.current = false;
      setSending(false);
    }
  };

  return (
    <>
      <div class="card">
        <p class={`status ${status}`} data-testid="status" data-status={status} tabIndex={-1} ref={statusLine}>
          {told(t.status, status)}
        </p>
        <dl class="facts">
          <dt>{t.when}</dt>
          <dd class={status === 'cancelled' ? 'struck' : ''}>
            <When startsAt={appointment.startsAt} endsAt={appointment.endsAt} timeZone={appointment.timeZone} />
          </dd>
          <dt>{t.with}</dt>
          <dd>{agent.name}</dd>
          <dt>{t.yourPhone}</dt>
          <dd>
            <bdi>{phone}</bdi>
          </dd>
          {appointment.notes !== undefined && appointment.notes !== '' && (
            <>
              <dt>{t.yourNotes}</dt>
              <dd class="written">{appointment.notes}</dd>
            </>
          )}
        </dl>
        {/* What changes with an answer stands below what does not, so that nothing moves when one comes. */}
        {explain !== undefined && <p class="explained">{explain(isolated(agent.name), isolated(phone))}</p>}
        {notice !== '' && (
          <p class="notice" data-testid="notice">
            {notice}
          </p>
        )}
        {unproven.length > 0 && (mayCancel || mayMove) && (
          <ToConfirm
            appointmentId={appointment.appointmentId}
            unproven={unproven}
            email={client.email}
            phone={phone}
            onProven={() => {
              tell(t.confirm.phoneDone);
              props.onStale();
              statusLine.current?.focus();
            }}
          />
        )}
        {doing === 'nothing' && (mayCancel || mayMove) && (
          <div class="actions">
            {mayMove && (
              <button type="button" data-testid="move" data-opens="choosing-time" onClick={() => open('choosing-time')}>
                {t.move}
              </button>
            )}
            {mayCancel && (
              <button
                type="button"
                class="danger"
                data-testid="cancel"
                data-opens="asking-cancel"
                onClick={() => open('asking-cancel')}
              >
                {t.cancel}
              </button>
            )}
          </div>
        )}
        {doing === 'nothing' && status === 'scheduled' && (
          <AddToCalendar {...appointment} agentName={agent.name} manageUrl={location.href} />
        )}
        {!mayCancel && (
          <p class="after">
            <a href={ours('/')}>{t.bookAgain}</a>
          </p>
        )}
        {doing === 'asking-cancel' && (
          <form
            class="confirm"
            onSubmit={(event) => {
              event.preventDefault();
              const text = reason.trim();
              void change('cancel', text === '' ? {} : { reason: text }, t.cancelled);
            }}
            onKeyDown={(event) => {
              if (event.key === 'Escape') close();
            }}
          >
            <FocusedHeading level={2}>{t.cancelTitle}</FocusedHeading>
            {problem !== undefined && (
              <Alert>
                <p>{problem.message || Object.values(problem.fieldErrors).join(' ')}</p>
              </Alert>
            )}
            <div class="field">
              <label for="reason">
                {t.cancelReason} <span class="quiet">({t.optional})</span>
              </label>
              <textarea
                id="reason"
                name="reason"
                rows={2}
                maxLength={500}
                value={reason}
                onInput={(event) => setReason(event.currentTarget.value)}
              />
            </div>
            <div class="actions">
              <button type="submit" class="danger solid" data-testid="cancel-confirm" disabled={sending}>
                {sending ? t.cancelling : t.cancelConfirm}
              </button>
              <button type="button" onClick={close}>
                {t.keep}
              </button>
            </div>
          </form>
        )}
      </div>
      {doing === 'choosing-time' && (
        <Mover
          timeZone={appointment.timeZone}
          agentId={agent.agentId ?? ''}
          problem={problem}
          sending={sending}
          say={props.say}
          onClose={close}
          onMove={(slot, timeZone) => void change('reschedule', { startsAt: slot.startsAt, timeZone }, t.moved)}
        />
      )}
      {doing === 'nothing' && (
        <>
          <CallReport appointment={appointment} />
          <History appointment={appointment} />
        </>
      )}
    </>
  );
}

/** Whom an appointment is with stays as it is. */
const nobody: readonly [] = [];

function Mover(props: {
  timeZone: string;
  agentId: string;
  problem: Problem | undefined;
  sending: boolean;
  say: (text: string) => void;
  onClose: () => void;
  onMove: (slot: Slot, timeZone: string) => void;
}) {
  const now = useRef(clock.now()).current;
  const [zone, setZone] = useState(props.timeZone);
  const [week, setWeek] = useState(() => dateIn(zone, now));
  const [slot, setSlot] = useState<Slot>();
  return (
    <div class="card">
      {slot === undefined ? (
        <>
          <SlotPicker
            title={t.moveTitle}
            agents={nobody}
            narrowed={{ agentId: props.agentId }}
            today={dateIn(zone, now)}
            zone={zone}
            week={week}
            say={props.say}
            onZone={setZone}
            onWeek={setWeek}
            onChoose={setSlot}
          />
          <div class="actions">
            <button type="button" onClick={props.onClose}>
              {t.keepTime}
            </button>
          </div>
        </>
      ) : (
        <div class="choice">
          <Refusal problem={props.problem} startsAtError={props.problem?.fieldErrors['startsAt']} onChoose={setSlot} />
          <FocusedHeading level={2}>{t.moveTo}</FocusedHeading>
          <p>
            <When {...slot} timeZone={zone} />
          </p>
          <div class="actions">
            <button
              type="button"
              class="primary"
              data-testid="move-confirm"
              disabled={props.sending}
              onClick={() => props.onMove(slot, zone)}
            >
              {props.sending ? t.moving : t.moveConfirm}
            </button>
            <button type="button" onClick={() => setSlot(undefined)}>
              {t.changeTime}
            </button>
            <button type="button" onClick={props.onClose}>
              {t.keepTime}
            </button>
          </div>
        </div>
      )}
    </div>
  );
}

function CallReport(props: { appointment: Appointment }) {
  const { call, agent } = props.appointment;
  if (call === null) return null;
  // A call keeps to its appointment's hour, so the offset the server wrote there holds for it as well.
  const offset = wallTimeOf(props.appointment.startsAt)?.offset;
  const connected =
    call.connectedAt === undefined || offset === undefined ? undefined : wallTimeAt(call.connectedAt, offset);
  return (
    <section class="card" aria-labelledby="call-title" data-testid="call">
      <h2 id="call-title">{t.callTitle}</h2>
      <dl class="facts">
        {call.outcome !== null && (
          <>
            <dt>{t.result}</dt>
            <dd data-testid="call-outcome" data-outcome={call.outcome}>
              {told(t.outcome, call.outcome)}
            </dd>
          </>
        )}
        {call.reason !== undefined && (
          <>
            <dt>{t.reason}</dt>
            <dd>{told(t.reasons, call.reason)}</dd>
          </>
        )}
        {connected !== undefined && (
          <>
            <dt>{t.connectedAt}</dt>
            <dd>{formatTime(connected, locale)}</dd>
          </>
        )}
        {call.durationSeconds !== undefined && (
          <>
            <dt>{t.duration}</dt>
            <dd>
              {durationParts(call.durationSeconds)
                .map(([count, unit]) => t[unit](count))
                .join(' ')}
            </dd>
          </>
        )}
        {call.attempts !== undefined && (
          <>
            <dt>{t.attempts}</dt>
            <dd>{t.attemptsOf(agent.name, call.attempts.agent, call.attempts.client)}</dd>
          </>
        )}
      </dl>
    </section>
  );
}

function History(props: { appointment: Appointment }) {
  const { history, timeZone } = props.appointment;
  const words: Readonly<Record<string, string>> = t.history;
  return (
    <section class="card" aria-labelledby="history-title">
      <h2 id="history-title">{t.historyTitle}</h2>
      <ol class="history" data-testid="history">
        {history.toReversed().map((entry, index) => {
          const at = wallTimeIn(timeZone, entry.at);
          return (
            <li key={index}>
              <span>{words[entry.type] ?? entry.text}</span>
              {at !== undefined && (
                <time dateTime={entry.at}>
                  {formatDayAndMonth(at.date, locale)}, {formatTime(at, locale)}
                </time>
              )}
            </li>
          );
        })}
      </ol>
    </section>
  );
}
