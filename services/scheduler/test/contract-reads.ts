import { AppointmentCreated } from '@appointments/events';
import { keeping, type FedHandler } from '@appointments/events/gate';
import { QuietHoursSetting } from '@appointments/runtime/quiet-hours';
import { planWakeUps, PLANNED_BY } from '../src/app/plan-wake-ups';
import { parseReminders } from '../src/domain/reminders';

const now = () => new Date(AppointmentCreated.example.metadata.occurredAt);

/** Every handler that hears the bus, over ports that hold what it needs to go on. */
export const HANDLERS: Readonly<Record<string, FedHandler>> = {
  'plan-wake-ups': {
    contracts: PLANNED_BY,
    handler: async () =>
      planWakeUps(
        {
          record: keeping(async () => true),
          read: keeping(async () => ({ intents: [] })),
          schedule: keeping(async () => true),
          unschedule: keeping(async () => true),
          delay: keeping(async () => {}),
          mark: keeping(async () => {}),
          now,
        },
        { reminders: parseReminders('24h,1d@wall'), quietHours: QuietHoursSetting.parse('21:00-08:00') },
      ),
  },
};
