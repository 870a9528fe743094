import { createHash } from 'node:crypto';
import { log } from '@appointments/runtime';
import { alertOnDeadAddress, type Alert } from '../domain/alert';
import type { House } from '../domain/compose';
import type { Mark } from '../domain/fate';
import { endsAtMs, type AgentWord, type Projection } from '../domain/projection';
import { wantsTexts } from '../domain/text-message';
import { deliverOnce, type DeliverPorts, type Sent, type Slot } from './deliver';

export interface UnreachablePorts extends DeliverPorts {
  /** Reads what is known of an appointment, strongly consistent. */
  readonly read: (appointmentId: string) => Promise<Projection>;
  readonly readAgent: (agentId: string) => Promise<AgentWord | undefined>;
  /** Whether the owner of a number is known to want no texts. */
  readonly isKnownToWantNone: (phone: string) => Promise<boolean>;
  readonly raiseAlert: (alert: Alert) => Promise<Sent>;
}

/** The name of an address where it must not stand itself: the same however its letters are written. */
export function digestOf(address: string): string {
  return createHash('sha256').update(address.trim().toLowerCase()).digest('base64url');
}

/**
 * Tells the operators, once for each appointment and address, that a party of an appointment that is still ahead can be
 * reached in no way any more.
 */
export async function tellIfUnreachable(
  ports: UnreachablePorts,
  house: Pick<House, 'brandName'>,
  { appointmentId, version, recipient }: Slot,
  address: string,
  mark: Mark,
): Promise<void> {
  if (recipient === 'operators') return;
  const slot: Slot = {
    appointmentId,
    version,
    template: 'address-dead',
    channel: 'alert',
    recipient: 'operators',
    about: `${recipient}-${digestOf(address).slice(0, 16)}`,
  };
  if (!(await isOnlyWay(ports, appointmentId, recipient, address))) return;
  log.warn('A party of an appointment takes no mail and no text', { appointmentId, recipient, mark });
  await deliverOnce(
    ports,
    [slot],
    () =>
      Promise.resolve({
        deliveries: () => ({
          send: () =>
            ports.raiseAlert(alertOnDeadAddress({ appointmentId, version, party: recipient, mark }, house.brandName)),
        }),
      }),
    false,
  );
}

/** Whether the address is what this party is written to today, for an appointment that is still ahead, and no text can reach them. */
async function isOnlyWay(
  ports: UnreachablePorts,
  appointmentId: string,
  party: 'client' | 'agent',
  address: string,
): Promise<boolean> {
  const { state, particulars } = await ports.read(appointmentId);
  if (!particulars || state?.cancelled || endsAtMs(particulars) <= ports.now().getTime()) return false;
  if (party === 'client') {
    const { email, phone } = particulars.client;
    if (digestOf(email) !== digestOf(address)) return false;
    return !wantsTexts(particulars) || ports.isKnownToWantNone(phone);
  }
  const agent = (await ports.readAgent(particulars.agent.agentId)) ?? particulars.agent;
  return digestOf(agent.email) === digestOf(address);
}
