import { AppointmentCreated } from '@appointments/events';
import { keeping, type FedHandler } from '@appointments/events/gate';
import { PROJECTED, projectAppointment } from '../src/app/project-appointment';
import { TOLD } from '../src/app/send-messages';
import { event, START, world } from './world';

/** Every handler that hears the bus, in a world that holds what it needs to go on. */
export const HANDLERS: Readonly<Record<string, FedHandler>> = {
  'project-appointment': {
    contracts: PROJECTED,
    handler: async () => projectAppointment({ apply: keeping(async () => ({})), applyAgent: keeping(async () => {}) }),
  },
  'send-messages': {
    contracts: TOLD,
    handler: async () => {
      const system = world();
      return async (given: ReturnType<typeof event>) => {
        // What brings no particulars is of something that was booked.
        const { detailType } = given;
        if (!['AppointmentCreated', 'AppointmentRescheduled', 'AppointmentAmended'].includes(detailType))
          system.projectNow(event('AppointmentCreated'));
        const isReminder = detailType === 'ReminderDue';
        const atMs = isReminder ? Date.parse(AppointmentCreated.example.data.startsAt) - 3_600_000 : START;
        system.deliver(atMs, given);
        await system.run();
        if (system.parked.length + system.failures.length > 0)
          throw new Error([...system.parked, ...system.failures].join('; '));
      };
    },
  },
};
