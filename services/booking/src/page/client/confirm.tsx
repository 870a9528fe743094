import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { confirmAppointment, type Confirmed } from './api';
import { isolated, t } from './language';
import { Alert, FocusedHeading, Help, When } from './parts';
import type { Problem } from './problem';

/** The page behind the link in the mail. Mail scanners open links too, so nothing is confirmed before a button is pressed. */
export function Confirm() {
  const id = decodeURIComponent(location.pathname.split('/').filter(Boolean)[1] ?? '');
  const token = location.hash.slice(1);
  const [confirmed, setConfirmed] = useState<Confirmed>();
  const [problem, setProblem] = useState<Problem>();
  const [sending, setSending] = useState(false);

  const send = async () => {
    if (sending) return;
    setSending(true);
    setProblem(undefined);
    const answer = await confirmAppointment(id, { emailToken: token });
    setSending(false);
    if (answer.ok) setConfirmed(answer.value);
    else setProblem(answer.problem);
  };

  if (confirmed !== undefined) return <Done confirmed={confirmed} />;
  if (token === '') return <Help key="no-token" title={t.noToken} text={t.noTokenHelp} />;
  if (problem?.kind === 'not-found')
    return <Help key="bad-token" title={t.confirm.badToken} text={t.confirm.badTokenHelp} />;
  return (
    <>
      <h1>{t.confirm.title}</h1>
      <p class="lead">{t.confirm.lead}</p>
      <div class="card">
        {problem !== undefined && (
          <Alert>
            <p>{problem.kind === 'conflict' ? t.confirm.cannot : problem.message || t.somethingWrong}</p>
          </Alert>
        )}
        <button
          type="button"
          class="primary"
          data-testid="confirm-email"
          aria-disabled={sending}
          onClick={() => void send()}
        >
          {sending ? t.confirm.sending : t.confirm.button}
        </button>
      </div>
    </>
  );
}

function Done({ confirmed }: { confirmed: Confirmed }) {
  const [unproven, setUnproven] = useState(confirmed.unproven);
  const [isPhoneProven, setPhoneProven] = useState(false);
  return (
    <>
      <FocusedHeading level={1}>{t.confirm.done}</FocusedHeading>
      <div class="card" data-testid="confirmed">
        {unproven.includes('phone') && (
          <ToConfirm
            appointmentId={confirmed.appointmentId}
            unproven={unproven}
            onProven={(left) => {
              setUnproven(left);
              setPhoneProven(true);
            }}
          />
        )}
        {isPhoneProven && <PhoneProven />}
        {unproven.length === 0 && <p>{t.confirm.all}</p>}
        <dl class="facts">
          <dt>{t.when}</dt>
          <dd>
            <When startsAt={confirmed.startsAt} endsAt={confirmed.endsAt} timeZone={confirmed.timeZone} />
          </dd>
          <dt>{t.with}</dt>
          <dd>{confirmed.agent.name}</dd>
        </dl>
      </div>
    </>
  );
}

/** What is left to confirm of an appointment, and how. */
export function ToConfirm(props: {
  appointmentId: string;
  unproven: readonly string[];
  /** Left out where the visitor is not known to be the client. */
  email?: string;
  phone?: string;
  onProven: (unproven: readonly string[]) => void;
}) {
  const { unproven } = props;
  return (
    <section class="to-confirm" data-testid="to-confirm">
      <p>
        <strong>{t.confirm.left}</strong>
      </p>
      {unproven.includes('email') && props.email !== undefined && <p>{t.confirm.emailLeft(isolated(props.email))}</p>}
      {unproven.includes('phone') && <PhoneCode {...props} />}
    </section>
  );
}

/** Takes the focus, because the field that had it is gone. */
export function PhoneProven() {
  const notice = useRef<HTMLParagraphElement>(null);
  useLayoutEffect(() => notice.current?.focus(), []);
  return (
    <p class="notice" role="status" tabIndex={-1} ref={notice} data-testid="phone-confirmed">
      {t.confirm.phoneDone}
    </p>
  );
}

/** The field for the texted code. What it says of the code stays where it was typed. */
function PhoneCode(props: { appointmentId: string; phone?: string; onProven: (unproven: readonly string[]) => void }) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [code, setCode] = useState('');
  const [error, setError] = useState('');
  const [sending, setSending] = useState(false);

  const refuse = (text: string) => {
    setError(text);
    input.current?.focus();
  };
  const send = async () => {
    if (sending) return;
    const phoneCode = code.replace(/[\s-]/g, '');
    if (!/^\d{6}$/.test(phoneCode)) return refuse(t.confirm.codeMissing);
    setSending(true);
    setError('');
    const answer = await confirmAppointment(props.appointmentId, { phoneCode });
    setSending(false);
    if (answer.ok) return props.onProven(answer.value.unproven);
    return refuse(saidOf(answer.problem));
  };

  return (
    <form
      class="code"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <p>{props.phone === undefined ? t.confirm.codeSentToYou : t.confirm.codeSent(isolated(props.phone))}</p>
      <div class={error === '' ? 'field' : 'field faulty'}>
        <label for={id}>{t.confirm.code}</label>
        <input
          ref={input}
          id={id}
          name="phoneCode"
          type="text"
          inputMode="numeric"
          autocomplete="one-time-code"
          dir="ltr"
          maxLength={12}
          required
          aria-invalid={error !== ''}
          aria-describedby={`${id}-hint ${id}-error`}
          value={code}
          onInput={(event) => setCode(event.currentTarget.value)}
        />
        <p class="hint" id={`${id}-hint`}>
          {t.confirm.codeHint}
        </p>
        <p class="error" id={`${id}-error`} role="alert" data-testid="error-phoneCode">
          {error}
        </p>
      </div>
      <div class="actions">
        <button type="submit" class="primary" data-testid="confirm-phone" aria-disabled={sending}>
          {sending ? t.confirm.sending : t.confirm.codeButton}
        </button>
      </div>
    </form>
  );
}

function saidOf(problem: Problem): string {
  if (problem.slug === 'wrong-code') return t.confirm.codeWrong;
  if (problem.slug === 'too-many-attempts') return t.confirm.codeDead;
  if (problem.kind === 'conflict') return t.confirm.cannot;
  return problem.message || Object.values(problem.fieldErrors).join(' ') || t.somethingWrong;
}
