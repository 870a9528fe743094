import { Problem } from '@appointments/runtime';

/** What a form tells of who filled it in. */
export interface FilledForm {
  /** A field that people do not see. */
  readonly website?: string | undefined;
  /** From the opening of the form to its sending. */
  readonly seconds?: number | undefined;
}

/** Refuses what no person filled in. It stops what fills in every form it meets; who writes for this API by hand meets the limits. */
export function refuseAutomated(form: FilledForm | undefined, minimumSeconds: number): void {
  if (!form) return;
  const isTrapped = (form.website ?? '') !== '';
  const isTooFast = minimumSeconds > 0 && (form.seconds ?? 0) < minimumSeconds;
  if (!isTrapped && !isTooFast) return;
  throw new Problem({
    status: 400,
    slug: 'looks-automated',
    title: 'This looks as if no person had filled it in',
    errors: [
      ...(isTrapped ? [{ path: 'form.website', message: 'must be left empty' }] : []),
      ...(isTooFast ? [{ path: 'form.seconds', message: `must be at least ${minimumSeconds}` }] : []),
    ],
  });
}
