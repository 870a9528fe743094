import type { LinkKeys } from '@appointments/runtime';
import type { Alert } from '../domain/alert';
import type { Email } from '../domain/compose';
import type { AgentWord, Projection } from '../domain/projection';
import type { DeliverPorts, Sent } from './deliver';
import type { ProjectPorts } from './project-appointment';
import type { TextPorts } from './text-client';

export interface SendPorts extends Pick<ProjectPorts, 'apply'>, DeliverPorts, TextPorts {
  /** Reads what is known of an appointment, strongly consistent. */
  readonly read: (appointmentId: string) => Promise<Projection>;
  readonly readAgent: (agentId: string) => Promise<AgentWord | undefined>;
  readonly linkKeys: () => Promise<LinkKeys>;
  readonly sendEmail: (email: Email, now: Date) => Promise<Sent>;
  readonly raiseAlert: (alert: Alert) => Promise<Sent>;
}
