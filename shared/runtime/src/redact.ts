const PERSONAL_KEYS = new Set([
  'name',
  'email',
  'phone',
  'notes',
  'reason_text',
  'to',
  'from',
  'called',
  'caller',
  'subject',
  'text',
  'html',
  'authorization',
  'token',
  'managetoken',
  'manageurl',
  'authtoken',
  'password',
  'secret',
]);
const E164 = /\+[1-9]\d{6,14}\b/g;
const EMAIL = /[^\s@<>"'(),:;]+@[^\s@<>"'(),:;]+\.[^\s@<>"'(),:;]+/g;

/** Masks telephone numbers and e-mail addresses inside a text. */
export function redactText(text: string): string {
  return text.replace(E164, '[phone]').replace(EMAIL, '[email]');
}

/** A copy fit for a log line: fields that hold personal data or secrets by their name are masked, numbers and addresses inside texts too. */
export function redact(value: unknown): unknown {
  if (typeof value === 'string') return redactText(value);
  if (value instanceof Error)
    return {
      name: value.name,
      message: redactText(value.message),
      ...(value.cause === undefined ? {} : { cause: redact(value.cause) }),
    };
  if (Array.isArray(value)) return value.map(redact);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, field]) => [
        key,
        PERSONAL_KEYS.has(key.toLowerCase()) && typeof field === 'string' ? '[redacted]' : redact(field),
      ]),
    );
  }
  return value;
}
