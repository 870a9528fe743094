import type { AppointmentRescheduled } from '@appointments/events';
import type { ReceivedEvent } from '@appointments/runtime';
import { composeHandOver, type House } from '../domain/compose';
import { endsAtMs, partsOfBooking, type Particulars, type Projection } from '../domain/projection';
import { deliverOnce, type Prepared } from './deliver';
import { linksFor } from './links';
import type { SendPorts } from './ports';
import { mailing, marksOf } from './send-mail';

/** Tells an agent whom an appointment was taken from: whatever became of it since, it is in their calendar no more. */
export function handOver(ports: SendPorts, house: House) {
  return async (event: ReceivedEvent<typeof AppointmentRescheduled>): Promise<void> => {
    const { appointmentId, appointmentVersion: version, previousAgent, previousStartsAt } = event.data;
    const { particulars } = partsOfBooking(event.data);
    if (!previousAgent || !particulars) return;
    const { localStart, ...former } = previousAgent;
    const theirs: Particulars = {
      ...particulars,
      startsAt: previousStartsAt,
      localStart: { ...particulars.localStart, agent: localStart },
      agent: former,
    };
    await deliverOnce<Projection>(
      ports,
      [
        {
          appointmentId,
          version,
          template: 'handed-over',
          channel: 'email',
          recipient: 'agent',
          about: `${version}-${former.agentId}`,
        },
      ],
      async (): Promise<Prepared<Projection>> => {
        const [known, newest, keys, marks] = await Promise.all([
          ports.read(appointmentId),
          ports.readAgent(former.agentId),
          ports.linkKeys(),
          marksOf(ports, [former.email]),
        ]);
        const now = ports.now();
        const isTheirsAgain = known.particulars?.agent.agentId === former.agentId;
        const isOver = now.getTime() >= endsAtMs(theirs);
        if (isTheirsAgain || isOver) return { overtakenBy: known };
        const word = { appointmentId, version, kind: 'moved' as const };
        const letter = { word, particulars: theirs, agent: newest, ...linksFor(appointmentId, theirs, keys, house) };
        const email = composeHandOver(letter, house, now);
        return { deliveries: (claim) => mailing(ports, house, claim, email, { marks, now }) };
      },
      event.replayName !== undefined,
    );
  };
}
