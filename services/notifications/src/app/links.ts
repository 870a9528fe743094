import { confirmUrl, manageUrl, signEmailToken, signManageToken, type LinkKeys } from '@appointments/runtime';
import type { House } from '../domain/compose';
import { endsAtMs, type Particulars } from '../domain/projection';

/** The addresses that a client's mail leads to; each proves what it is for, and goes to nobody else. */
export function linksFor(appointmentId: string, particulars: Particulars, keys: LinkKeys, house: House) {
  const endsAt = new Date(endsAtMs(particulars));
  const emailToken = signEmailToken(keys, appointmentId, particulars.client.email, endsAt);
  return {
    manageUrl: manageUrl(house.publicUrl, appointmentId, signManageToken(keys, appointmentId, endsAt)),
    confirmUrl: confirmUrl(house.publicUrl, appointmentId, emailToken),
  };
}
