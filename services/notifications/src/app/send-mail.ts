import type { Email, House } from '../domain/compose';
import type { Mark } from '../domain/fate';
import type { Claim, Delivery } from './deliver';
import type { SendPorts } from './ports';
import { tellIfUnreachable } from './unreachable';

/** What is known of addresses that mails will probably go to: read together with what else is read before a mail is written. */
export type Marks = ReadonlyMap<string, Mark | undefined>;

/** Reads the marks of these addresses. */
export async function marksOf(ports: Pick<SendPorts, 'readMark'>, addresses: readonly string[]): Promise<Marks> {
  const marks = await Promise.all(addresses.map((address) => ports.readMark(address)));
  return new Map(addresses.map((address, place) => [address, marks[place]]));
}

/** A mail on its way: withheld where its address is known to take none. */
export function mailing(
  ports: SendPorts,
  house: House,
  claim: Claim,
  email: Email,
  { marks, now }: { readonly marks: Marks; readonly now: Date },
): Pick<Delivery, 'send' | 'whenWithheld'> {
  const { address } = email.to;
  let mark = marks.get(address);
  return {
    send: async () => {
      try {
        // Another address than was thought: amended meanwhile, or the agent's newest.
        if (!marks.has(address)) mark = await ports.readMark(address);
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
