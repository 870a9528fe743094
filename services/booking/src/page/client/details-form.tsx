import type { ComponentChildren, Ref } from 'preact';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { brandName, isolated, locale, t } from './language';
import { composePhone, countryOf, readablePhone } from './phone';
import type { FormValues } from './submission';

/** What a visitor agrees to by ticking the box; it is sent to the letter. */
export const consentWording = t.callConsent(brandName);

export type FormErrors = Readonly<Record<string, string>>;

/** What can be seen to be wrong without asking; the server has the last word. */
export function faultsOf(values: FormValues): Record<string, string> {
  const faults: Record<string, string> = {};
  if (values.name.trim() === '') faults['name'] = t.missingName;
  if (values.email.trim() === '') faults['email'] = t.missingEmail;
  else if (!/^\S+@\S+\.\S+$/.test(values.email.trim())) faults['email'] = t.wrongEmail;
  if (values.phone.trim() === '') faults['phone'] = t.missingPhone;
  else if (composePhone(values.country, values.phone) === undefined) faults['phone'] = t.wrongPhone;
  if (!values.callConsent) faults['callConsent'] = t.missingCallConsent;
  return faults;
}

export function DetailsForm(props: {
  values: FormValues;
  /** Calling codes of the countries whose numbers may be called. */
  called: ReadonlyMap<string, string>;
  errors: FormErrors;
  /** Rises with each refused attempt: the focus then goes to the first faulty field. */
  refusals: number;
  sending: boolean;
  /** The field that no person sees. */
  trap: Ref<HTMLInputElement>;
  onChange: (values: FormValues) => void;
  onSubmit: () => void;
}) {
  const { values, errors, called, onChange } = props;
  const form = useRef<HTMLFormElement>(null);
  const countries = useMemo(() => countryNames(called), [called]);
  const composed = composePhone(values.country, values.phone);
  useLayoutEffect(() => {
    if (props.refusals > 0) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [props.refusals]);
  const described = (field: string, hint: boolean) => ({
    id: field,
    name: field,
    'aria-invalid': errors[field] !== undefined,
    'aria-describedby': `${hint ? `${field}-hint ` : ''}${field}-error`,
  });
  const phoneHint = () => {
    // A number that was refused is not promised a call in the same breath.
    if (composed === undefined || errors['phone'] !== undefined) return t.phoneHint;
    // Said before the form is sent, as far as the calling code tells; several countries may share one.
    if (countryOf(composed, values.country, called) !== undefined) return t.phoneAs(isolated(readablePhone(composed)));
    return t.phoneElsewhere(countries.map(({ name }) => name));
  };

  return (
    <form
      ref={form}
      class="details"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        props.onSubmit();
      }}
    >
      <Field name="name" label={t.name} error={errors['name']}>
        <input
          {...described('name', false)}
          type="text"
          autocomplete="name"
          required
          maxLength={100}
          value={values.name}
          onInput={(event) => onChange({ ...values, name: event.currentTarget.value })}
        />
      </Field>
      <Field name="email" label={t.email} hint={t.emailHint} error={errors['email']}>
        <input
          {...described('email', true)}
          type="email"
          autocomplete="email"
          required
          maxLength={254}
          value={values.email}
          onInput={(event) => onChange({ ...values, email: event.currentTarget.value })}
        />
      </Field>
      <div class="phone">
        <div class="field">
          <label for="country">{t.country}</label>
          <select
            id="country"
            name="country"
            autocomplete="tel-country-code"
            value={values.country}
            onChange={(event) => onChange({ ...values, country: event.currentTarget.value })}
          >
            {countries.map(({ country, name, code }) => (
              <option key={country} value={country}>
                {`${name} (+${code})`}
              </option>
            ))}
          </select>
        </div>
        <Field name="phone" label={t.phone} hint={phoneHint()} error={errors['phone']}>
          <input
            {...described('phone', true)}
            type="tel"
            autocomplete="tel"
            required
            maxLength={40}
            value={values.phone}
            onInput={(event) => {
              const phone = event.currentTarget.value;
              const typed = /^\s*(\+|00)/.test(phone) ? composePhone(values.country, phone) : undefined;
              const country = typed === undefined ? undefined : countryOf(typed, values.country, called);
              onChange({ ...values, phone, country: country ?? values.country });
            }}
          />
        </Field>
      </div>
      <Field name="notes" label={t.notes} optional error={errors['notes']}>
        <textarea
          {...described('notes', false)}
          rows={3}
          maxLength={2000}
          value={values.notes}
          onInput={(event) => onChange({ ...values, notes: event.currentTarget.value })}
        />
      </Field>
      <div class="check">
        <input
          {...described('smsConsent', true)}
          type="checkbox"
          checked={values.smsConsent}
          onChange={(event) => onChange({ ...values, smsConsent: event.currentTarget.checked })}
        />
        <label for="smsConsent">{t.smsConsent}</label>
        <p class="hint" id="smsConsent-hint">
          {t.smsConsentHint}
        </p>
        <ErrorText name="smsConsent" error={errors['smsConsent']} />
      </div>
      <div class="check">
        <input
          {...described('callConsent', false)}
          type="checkbox"
          required
          checked={values.callConsent}
          onChange={(event) => onChange({ ...values, callConsent: event.currentTarget.checked })}
        />
        <label for="callConsent">{consentWording}</label>
        <ErrorText name="callConsent" error={errors['callConsent']} />
      </div>
      <Trap field={props.trap} />
      <button type="submit" class="primary wide" disabled={props.sending}>
        {props.sending ? t.booking : t.book}
      </button>
    </form>
  );
}

/** Machines that fill in every field give themselves away here; neither eyes, screen readers, keys nor autofill get to it. */
function Trap(props: { field: Ref<HTMLInputElement> }) {
  return (
    <div class="unseen" inert aria-hidden="true">
      <label for="website">Website</label>
      <input
        id="website"
        name="website"
        type="text"
        ref={props.field}
        tabIndex={-1}
        autocomplete="off"
        data-1p-ignore
        data-bwignore
        data-lpignore="true"
        data-form-type="other"
      />
    </div>
  );
}

function Field(props: {
  name: string;
  label: string;
  hint?: string;
  error: string | undefined;
  optional?: boolean;
  children: ComponentChildren;
}) {
  return (
    <div class={props.error === undefined ? 'field' : 'field faulty'}>
      <label for={props.name}>
        {props.label} {props.optional === true && <span class="quiet">({t.optional})</span>}
      </label>
      {props.children}
      {props.hint !== undefined && (
        <p class="hint" id={`${props.name}-hint`}>
          {props.hint}
        </p>
      )}
      <ErrorText name={props.name} error={props.error} />
    </div>
  );
}

/** Always there, so that what describes a field is known before there is anything to say. */
function ErrorText(props: { name: string; error: string | undefined }) {
  return (
    <p class="error" id={`${props.name}-error`} data-testid={`error-${props.name}`}>
      {props.error}
    </p>
  );
}

function countryNames(called: ReadonlyMap<string, string>): { country: string; name: string; code: string }[] {
  const names = new Intl.DisplayNames(locale, { type: 'region', fallback: 'code' });
  return [...called]
    .map(([country, code]) => ({ country, code, name: names.of(country) ?? country }))
    .toSorted((a, b) => a.name.localeCompare(b.name, locale));
}
