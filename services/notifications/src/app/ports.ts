import type { LinkKeys } from '@appointments/runtime';
import type { Email } from '../domain/compose';
import type { Mark } from '../domain/fate';
import type { Sent, Slot } from './deliver';
import type { ProjectPorts } from './project-appointment';
import type { TextPorts } from './text-client';
import type { UnreachablePorts } from './unreachable';

export interface SendPorts extends Pick<ProjectPorts, 'apply'>, UnreachablePorts, TextPorts {
  readonly linkKeys: () => Promise<LinkKeys>;
  /** What an address is known to have done with a mail of ours, if it takes none any more. */
  readonly readMark: (address: string) => Promise<Mark | undefined>;
  /** Sends the mail that is of `slot`: what becomes of it is told with that. */
  readonly sendEmail: (email: Email, now: Date, slot: Slot) => Promise<Sent>;
}
