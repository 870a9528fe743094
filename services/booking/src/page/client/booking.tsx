import { useEffect, useRef, useState } from 'preact/hooks';
import { book, type Booked } from './api';
import { DetailsForm, faultsOf, type FormErrors } from './details-form';
import { Alert, calledCountries, FocusedHeading, serverNow, useAnnouncer, When, words } from './parts';
import { composePhone, readablePhone } from './phone';
import type { Problem } from './problem';
import { SlotButton, SlotPicker } from './slot-picker';
import { bookingBody, submissionKeys, type FormValues } from './submission';
import { en as t } from './texts-en';
import { dateIn, groupByDay, type Slot } from './wall-time';
import { visitorZone } from './zones';

const empty = { name: '', email: '', phone: '', notes: '', smsConsent: false };

/** Also where the page is not served over TLS, where `crypto.randomUUID` is missing. */
function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

type View = 'time' | 'details' | 'done';

export function Booking() {
  const now = useRef(serverNow()).current;
  const [zone, setZone] = useState(visitorZone);
  const [week, setWeek] = useState(() => dateIn(zone, now));
  const [view, setView] = useState<View>('time');
  const [slot, setSlot] = useState<Slot>();
  const called = useRef(calledCountries()).current;
  const blank: FormValues = { ...empty, country: called.has('US') ? 'US' : ([...called.keys()][0] ?? '') };
  const [values, setValues] = useState(blank);
  const [errors, setErrors] = useState<FormErrors>({});
  const [problem, setProblem] = useState<Problem>();
  const [refusals, setRefusals] = useState(0);
  const [sending, setSending] = useState(false);
  const [booked, setBooked] = useState<{
    answer: Booked;
    values: FormValues;
    phone: string;
    slot: Slot;
    zone: string;
  }>();
  const inFlight = useRef(false);
  const keyFor = useRef(submissionKeys(newKey)).current;
  const everLeft = useRef(false);
  const { say, region } = useAnnouncer();

  // The browser's Back leads from the form to the times, as one would expect, and loses nothing.
  useEffect(() => {
    const onBack = () => setView(history.state === 'details' ? 'details' : 'time');
    history.replaceState('time', '');
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
      const body = bookingBody(values, phone, slot.startsAt, zone);
      const answer = await book(body, keyFor(body), words);
      if (answer.ok) {
        setBooked({ answer: answer.value, values, phone, slot, zone });
        setValues(blank);
        history.replaceState('time', '');
        setView('done');
        return;
      }
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
        <FocusedHeading level={1}>{t.detailsTitle}</FocusedHeading>
        <div class="two">
          <aside class="card chosen-time" aria-label={t.yourTime}>
            <p>
              <When {...slot} timeZone={zone} />
            </p>
            <button type="button" onClick={() => history.back()} data-testid="change-time">
              {t.changeTime}
            </button>
          </aside>
          <div class="card">
            <Refusal problem={problem} startsAtError={errors['startsAt'] ?? errors['timeZone']} onChoose={choose} />
            <DetailsForm
              values={values}
              called={called}
              errors={errors}
              refusals={refusals}
              sending={sending}
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
      <FocusedHeading level={1} quiet={!everLeft.current}>
        {t.bookTitle}
      </FocusedHeading>
      <p class="lead">{t.bookLead}</p>
      <div class="card">
        <SlotPicker
          today={dateIn(zone, now)}
          zone={zone}
          week={week}
          chosen={slot?.startsAt}
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

/** Why a booking was refused, when it is not one field's fault; with the nearest free times where the time was taken. */
export function Refusal(props: {
  problem: Problem | undefined;
  startsAtError: string | undefined;
  onChoose: (slot: Slot) => void;
}) {
  const { problem, startsAtError } = props;
  if (problem === undefined) return null;
  const taken = problem.kind === 'slot-taken';
  const message = taken ? t.slotTaken : (startsAtError ?? problem.message);
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

function Confirmation(props: {
  answer: Booked;
  values: FormValues;
  phone: string;
  slot: Slot;
  zone: string;
  onAgain: () => void;
}) {
  const { answer, values, phone, slot, zone } = props;
  return (
    <div class="card confirmation" data-testid="confirmation">
      <svg viewBox="0 0 48 48" width="48" height="48" aria-hidden="true" class="tick">
        <circle cx="24" cy="24" r="22" />
        <path d="m15 25 6 6 12-14" />
      </svg>
      <FocusedHeading level={1}>{t.bookedTitle}</FocusedHeading>
      <dl class="facts">
        <dt>{t.when}</dt>
        <dd>
          <When {...slot} timeZone={zone} />
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
        <li>{t.confirmationGoesTo(values.email.trim())}</li>
        <li>
          {t.wePhoneYou(answer.agent.name, readablePhone(phone))} {t.pressOne}
        </li>
        <li>
          {t.planChanged}{' '}
          <a href={answer.manageUrl} data-testid="manage-link">
            {t.manageLink}
          </a>
        </li>
      </ul>
      <button type="button" onClick={props.onAgain}>
        {t.bookAnother}
      </button>
    </div>
  );
}
