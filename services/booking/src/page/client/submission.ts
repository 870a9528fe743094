/**
 * One key for one filled form: the same content keeps its key however often it is sent, so a double click or a retry
 * after a lost answer makes one booking; changed content is another request and gets another key.
 */
export function submissionKeys(newKey: () => string): (body: string) => string {
  let last: { body: string; key: string } | undefined;
  return (body) => {
    if (last?.body !== body) last = { body, key: newKey() };
    return last.key;
  };
}

export interface FormValues {
  readonly name: string;
  readonly email: string;
  readonly country: string;
  readonly phone: string;
  readonly notes: string;
  readonly smsConsent: boolean;
}

/** The request's body; what was left empty is left out. */
export function bookingBody(values: FormValues, e164: string, startsAt: string, timeZone: string): string {
  const notes = values.notes.trim();
  return JSON.stringify({
    name: values.name.trim(),
    email: values.email.trim(),
    phone: e164,
    startsAt,
    timeZone,
    ...(notes === '' ? {} : { notes }),
    smsConsent: values.smsConsent,
  });
}
