import type { Email, House } from '../domain/compose';
import type { Claim, Delivery } from './deliver';
import type { SendPorts } from './ports';
import { tellIfUnreachable } from './unreachable';

/** A mail on its way: withheld where its address is known to take none. */
export function mailing(
  ports: SendPorts,
  house: House,
  claim: Claim,
  email: Email,
  now: Date,
): Pick<Delivery, 'send' | 'whenWithheld'> {
  const { address } = email.to;
  let mark: Awaited<ReturnType<SendPorts['readMark']>>;
  return {
    send: async () => {
      try {
        mark = await ports.readMark(address);
      } catch (cause) {
        return { is: 'not-sent', cause };
      }
      return mark ? { is: 'withheld', reason: `address-${mark}` } : ports.sendEmail(email, now, claim);
    },
    whenWithheld: async () => {
      if (mark) await tellIfUnreachable(ports, house, claim, address, mark);
    },
  };
}
