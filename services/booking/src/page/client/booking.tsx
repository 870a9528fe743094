import { useEffect, useRef, useState } from 'preact/hooks';
import { AddToCalendar } from './add-to-calendar';
import { PhoneProven, ToConfirm } from './confirm';
import { allAgents, book, releaseHold, takeHold, type AgentChoice, type Booked } from './api';
import { consentWording, DetailsForm, faultsOf, type FormErrors } from './details-form';
import { drafts } from './draft';
import { holder, type Holding } from './hold';
import { isolated, locale, ours, t } from './language';
import { Alert, calledCountries, clock, FocusedHeading, useAnnouncer, When } from './parts';
import { composePhone, readablePhone } from './phone';
import type { Problem } from './problem';
import { SlotButton, SlotPicker } from './slot-picker';
import { bookingWish, secondsOpen, stillToWaitMs, submissions, type FormValues, type Submission } from './submission';
import { dateIn, formatTime, groupByDay, wallTimeIn, type Slot } from './wall-time';
import { visitorZone } from './zones';

const empty = { name: '', email: '', phone: '', notes: '', smsConsent: false, callConsent: false };

/** How long the server wants a form to have been open. */
const minimumSeconds = Number(document.getElementById('app')?.dataset['formMinimumSeconds'] ?? 0);

/** Also where the page is not served over TLS, where `crypto.randomUUID` is missing. */
function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const kept = drafts(() => sessionStorage);

type View = 'time' | 'details' | 'done';

export function Booking() {
  const now = useRef(clock.now()).current;
  const draft = useRef(kept.read()).current;
  const resumes =
    draft?.view === 'details' && draft.slot !== undefined && Date.parse(draft.slot.startsAt) > now.getTime();
  const [zone, setZone] = useState(() => draft?.zone || visitorZone());
  const [week, setWeek] = useState(() => dateIn(zone, now));
  const [agents, setAgents] = useState<readonly AgentChoice[]>();
  const [agentId, setAgentId] = useState(draft?.agentId ?? '');
  const [view, setView] = useState<View>(resumes ? 'details' : 'time');
  const [slot, setSlot] = useState<Slot | undefined>(draft?.slot);
  const called = useRef(calledCountries()).current;
  const blank: FormValues = { ...empty, country: called.has('US') ? 'US' : ([...called.keys()][0] ?? '') };
  const [values, setValues] = useState(() =>
    draft === undefined || !called.has(draft.values.country)
      ? { ...blank, ...draft?.values, country: blank.country }
      : draft.values,
  );
  const [errors, setErrors] = useState<FormErrors>({});
  const [problem, setProblem] = useState<Problem>();
  const [refusals, setRefusals] = useState(0);
  const [sending, setSending] = useState(false);
  const [sent, setSent] = useState<Submission | undefined>(draft?.sent);
  const [holding, setHolding] = useState<Holding>({ kind: 'none' });
  const [booked, setBooked] = useState<{ answer: Booked; values: FormValues; phone: string }>();
  const inFlight = useRef(false);
  const requests = useRef(submissions(newKey, draft?.sent)).current;
  const everLeft = useRef(resumes);
  const openedAtMs = useRef(0);
  const trap = useRef<HTMLInputElement>(null);
  const { say, region } = useAnnouncer();

  const held = useRef(
    holder({
      take: takeHold,
      release: releaseHold,
      now: clock.now,
      later: (run, ms) => {
        const timer = setTimeout(run, ms);
        return () => clearTimeout(timer);
      },
      onChange: setHolding,
    }),
  ).current;
  /** Kept by the hold before, until its release has come through: still free for this visitor. */
  const holdId = useRef(draft?.hold?.holdId);

  useEffect(() => {
    void allAgents().then((found) => {
      setAgents(found);
      // Whoever was chosen before the page was loaded again may be gone.
      setAgentId((before) => (found.some((one) => one.agentId === before) ? before : ''));
    });
    if (resumes && draft?.hold !== undefined) held.resume(draft.hold);
    const onSight = () => {
      if (document.visibilityState === 'visible') held.look();
    };
    document.addEventListener('visibilitychange', onSight);
    return () => document.removeEventListener('visibilitychange', onSight);
  }, []);

  useEffect(() => {
    if (view === 'details') openedAtMs.current = performance.now();
  }, [view]);

  const hold = holding.kind === 'kept' || holding.kind === 'over' ? holding.hold : undefined;
  if (hold !== undefined) holdId.current = hold.holdId;
  const isOver = holding.kind === 'over';
  useEffect(() => {
    if (isOver) say(t.holdOver(keptUntil(hold?.expiresAt, zone)));
  }, [isOver]);

  useEffect(() => {
    if (view !== 'done') kept.write({ view, zone, agentId, slot, hold, values, sent });
  }, [view, zone, agentId, slot, hold, values, sent]);

  // The browser's Back leads from the form to the times, as one would expect, and loses nothing.
  useEffect(() => {
    const onBack = () => {
      const next = history.state === 'details' ? 'details' : 'time';
      setView(next);
      if (next === 'time') void held.release();
    };
    if (history.state !== 'details' || !resumes) {
      history.replaceState('time', '');
      if (resumes) history.pushState('details', '');
    }
    addEventListener('popstate', onBack);
    return () => removeEventListener('popstate', onBack);
  }, []);

  const choose = (chosen: Slot) => {
    setSlot(chosen);
    setProblem(undefined);
    setErrors((before) => Object.fromEntries(Object.entries(before).filter(([field]) => field !== 'startsAt')));
    everLeft.current = true;
    if (view === 'time') {
      history.pushState('details', '');
      setView('details');
    }
    void held.take({ slot: chosen, timeZone: zone, agentId }).then((gone) => {
      // Told at once that it is gone, nobody fills in a form in vain.
      if (gone !== undefined && !inFlight.current) setProblem(gone);
    });
  };

  const submit = async () => {
    // A second press in the same tick comes before the button is drawn disabled.
    if (inFlight.current || slot === undefined) return;
    const faults = faultsOf(values);
    const phone = composePhone(values.country, values.phone);
    setErrors(faults);
    setProblem(undefined);
    if (Object.keys(faults).length > 0 || phone === undefined) {
      setRefusals(refusals + 1);
      say(t.toCorrect(Object.keys(faults).length));
      return;
    }
    inFlight.current = true;
    setSending(true);
    try {
      const wish = bookingWish(values, {
        e164: phone,
        startsAt: slot.startsAt,
        timeZone: zone,
        agentId,
        locale,
        consented: consentWording,
      });
      const keptBy = await held.idFor(slot);
      await wait(stillToWaitMs(performance.now() - openedAtMs.current, minimumSeconds));
      const request = requests.next(wish, {
        holdId: keptBy,
        website: trap.current?.value ?? '',
        seconds: secondsOpen(performance.now() - openedAtMs.current, minimumSeconds),
      });
      setSent(request);
      const answer = await book(request.body, request.key);
      if (answer.ok) {
        held.forget();
        requests.forget();
        kept.clear();
        setSent(undefined);
        setBooked({ answer: answer.value, values, phone });
        setValues(blank);
        history.replaceState('time', '');
        setView('done');
        return;
      }
      if (answer.problem.status >= 400 && answer.problem.status < 500 && answer.problem.status !== 429) {
        // It was refused, so nothing came of it; after anything else it may have been booked all the same.
        requests.forget();
        setSent(undefined);
      }
      if (answer.problem.kind === 'slot-taken') held.withdraw();
      setErrors(answer.problem.fieldErrors);
      setProblem(answer.problem);
      setRefusals(refusals + 1);
      const count = Object.keys(answer.problem.fieldErrors).length;
      if (count > 0) say(t.toCorrect(count));
    } finally {
      inFlight.current = false;
      setSending(false);
    }
  };

  const again = () => {
    setBooked(undefined);
    holdId.current = undefined;
    setSlot(undefined);
    setProblem(undefined);
    setErrors({});
    setView('time');
  };

  if (view === 'done' && booked !== undefined) {
    return (
      <>
        <Confirmation {...booked} onAgain={again} />
        {region}
      </>
    );
  }
  if (view === 'details' && slot !== undefined) {
    return (
      <>
        <p class="step">{t.step(2)}</p>
        <FocusedHeading key="details" level={1}>
          {t.detailsTitle}
        </FocusedHeading>
        <div class="two">
          <aside class="card chosen-time" aria-label={t.yourTime}>
            <p>
              <When {...slot} timeZone={zone} />
            </p>
            <button type="button" onClick={() => history.back()} data-testid="change-time">
              {t.changeTime}
            </button>
            <HoldLine holding={holding} zone={zone} />
          </aside>
          <div class="card">
            <Refusal problem={problem} startsAtError={errors['startsAt'] ?? errors['timeZone']} onChoose={choose} />
            <DetailsForm
              values={values}
              called={called}
              errors={errors}
              refusals={refusals}
              sending={sending}
              trap={trap}
              onChange={setValues}
              onSubmit={() => void submit()}
            />
          </div>
        </div>
        {region}
      </>
    );
  }
  return (
    <>
      <p class="step">{t.step(1)}</p>
      <FocusedHeading key="time" level={1} quiet={!everLeft.current}>
        {t.bookTitle}
      </FocusedHeading>
      <p class="lead">{t.bookLead}</p>
      <div class="card">
        <SlotPicker
          today={dateIn(zone, now)}
          zone={zone}
          week={week}
          chosen={slot?.startsAt}
          agents={agents}
          narrowed={{ agentId, holdId: holdId.current }}
          onAgent={(next) => {
            setSlot(undefined);
            setAgentId(next);
          }}
          say={say}
          onZone={(next) => {
            // The same week, or today where the new zone is a day ahead of the old one's first.
            setWeek(week <= dateIn(zone, now) ? dateIn(next, now) : week);
            setSlot(undefined);
            setZone(next);
          }}
          onWeek={setWeek}
          onChoose={choose}
        />
      </div>
      {region}
    </>
  );
}

const keptUntil = (expiresAt: string | undefined, zone: string): string => {
  const wall = wallTimeIn(zone, expiresAt ?? '');
  return wall === undefined ? '' : formatTime(wall, locale);
};

/** Until when the time is kept; the line has its place before there is anything to say. */
function HoldLine(props: { holding: Holding; zone: string }) {
  const { holding, zone } = props;
  return (
    <p class="hold" data-testid="hold" data-hold={holding.kind}>
      {holding.kind === 'asking' && t.holdPending}
      {holding.kind === 'kept' && t.holdUntil(keptUntil(holding.hold.expiresAt, zone))}
      {holding.kind === 'over' && t.holdOver(keptUntil(holding.hold.expiresAt, zone))}
    </p>
  );
}

/** Why a booking was refused, when it is not one field's fault; with the nearest free times where the time was taken. */
export function Refusal(props: {
  problem: Problem | undefined;
  startsAtError: string | undefined;
  onChoose: (slot: Slot) => void;
}) {
  const { problem, startsAtError } = props;
  if (problem === undefined) return null;
  const taken = problem.kind === 'slot-taken';
  const message = taken ? t.slotTaken : problem.message || (startsAtError ?? '');
  if (message === '' && problem.nearest.length === 0) return null;
  return (
    <Alert>
      <p>{message}</p>
      {startsAtError !== undefined && !taken && <p>{t.timeGone}</p>}
      {problem.nearest.length > 0 && (
        <>
          <p>{t.slotTakenChoose}</p>
          <ul class="nearest">
            {problem.nearest.flatMap((near) =>
              groupByDay([near], near.startsAt.slice(0, 10), 1).flatMap((day) =>
                day.slots.map((one) => (
                  <li key={near.startsAt}>
                    <SlotButton one={one} withDate onChoose={props.onChoose} />
                  </li>
                )),
              ),
            )}
          </ul>
        </>
      )}
    </Alert>
  );
}

function Confirmation(props: { answer: Booked; values: FormValues; phone: string; onAgain: () => void }) {
  const { answer, values, phone } = props;
  const manageUrl = ours(answer.manageUrl);
  const [unproven, setUnproven] = useState(answer.unproven ?? []);
  const [isPhoneProven, setPhoneProven] = useState(false);
  return (
    <div class="card confirmation" data-testid="confirmation">
      {unproven.length === 0 && (
        <svg viewBox="0 0 48 48" width="48" height="48" aria-hidden="true" class="tick">
          <circle cx="24" cy="24" r="22" />
          <path d="m15 25 6 6 12-14" />
        </svg>
      )}
      <FocusedHeading level={1}>{unproven.length > 0 ? t.confirm.almost : t.bookedTitle}</FocusedHeading>
      {unproven.length > 0 && (
        <ToConfirm
          appointmentId={answer.appointmentId}
          unproven={unproven}
          email={values.email.trim()}
          phone={readablePhone(phone)}
          onProven={(left) => {
            setUnproven(left);
            setPhoneProven(true);
          }}
        />
      )}
      {isPhoneProven && <PhoneProven />}
      <dl class="facts">
        <dt>{t.when}</dt>
        <dd>
          <When startsAt={answer.startsAt} endsAt={answer.endsAt} timeZone={answer.timeZone} />
        </dd>
        <dt>{t.with}</dt>
        <dd>{answer.agent.name}</dd>
        <dt>{t.yourPhone}</dt>
        <dd>
          <bdi>{readablePhone(phone)}</bdi>
        </dd>
      </dl>
      <h2>{t.whatHappens}</h2>
      <ul class="next">
        <li>{t.confirmationGoesTo(isolated(values.email.trim()))}</li>
        <li>
          {t.wePhoneYou(isolated(answer.agent.name), isolated(readablePhone(phone)))} {t.pressOne}
        </li>
        <li>
          {t.planChanged}{' '}
          <a href={manageUrl} data-testid="manage-link">
            {t.manageLink}
          </a>
        </li>
      </ul>
      <AddToCalendar {...answer} agentName={answer.agent.name} />
      <button type="button" onClick={props.onAgain}>
        {t.bookAnother}
      </button>
    </div>
  );
}
