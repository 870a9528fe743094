import { CallDue, ReminderDue } from '@appointments/events';
import {
  count,
  delaySecondsUntil,
  eventItem,
  handlingContext,
  log,
  measure,
  NotYet,
  type OutboxItem,
} from '@appointments/runtime';
import { verdictOn } from '../domain/verdict';
import { isByText, reminderOf, type WakeUp } from '../domain/wake-up';
import type { PlanPorts } from './plan-wake-ups';

export interface WakeUpPorts extends Pick<PlanPorts, 'read' | 'delay' | 'mark' | 'now'> {
  /**
   * Writes, in one transaction, that the wake-up was said and the event that says it; resolves `false`, with nothing written,
   * when the appointment was moved or called off meanwhile, or the wake-up was said before.
   */
  readonly say: (wakeUp: WakeUp, event: OutboxItem) => Promise<boolean>;
}

/** The time has come: says so on the bus, unless the table knows better. */
export function wakeUp(ports: WakeUpPorts) {
  return async (woken: WakeUp): Promise<void> => {
    const { appointmentId, version, purpose } = woken;
    const fields = { appointmentId, version, purpose, dueAt: woken.dueAt };
    const { state, intents } = await ports.read(appointmentId);
    const now = ports.now();
    const verdict = verdictOn(woken, state, intents, now);
    switch (verdict.is) {
      case 'early':
        return ports.delay(woken, delaySecondsUntil(new Date(woken.dueAt), now));
      case 'unknown':
        throw new NotYet(`version ${version} of the appointment is not known here`);
      case 'settled':
        // The usual fate of a schedule's wake-up: a sweep's came before it.
        log.debug('Wake-up changes nothing', { ...fields, verdict: verdict.is });
        return;
      case 'stale':
        count('WakeUpsStale');
        log.info('Wake-up changes nothing', { ...fields, verdict: verdict.is });
        return ports.mark(woken, 'withdrawn');
      case 'too-late':
        count('RemindersDropped');
        log.warn('Reminder dropped', { ...fields, reason: verdict.because });
        return ports.mark(woken, 'dropped');
      case 'history':
        count('CallsTooOld');
        log.error('Wake-up older than a day, only logged', fields);
        return ports.mark(woken, 'dropped');
      case 'due': {
        const said = await ports.say(woken, eventItem(dueEvent(woken, verdict.startsAt, now), now));
        if (!said) {
          count('WakeUpsStale');
          log.info('Wake-up overtaken', fields);
          return;
        }
        measure('WakeUpLateness', Math.max(0, now.getTime() - Date.parse(woken.dueAt)));
        log.info(purpose === 'call' ? 'Call due' : 'Reminder due', fields);
      }
    }
  };
}

function dueEvent(woken: WakeUp, startsAt: string, now: Date) {
  const about = { appointmentId: woken.appointmentId, appointmentVersion: woken.version, startsAt };
  const facts = { occurredAt: now.toISOString(), cause: handlingContext().cause };
  const reminder = reminderOf(woken.purpose);
  if (reminder === undefined) return CallDue.create(about, facts);
  return ReminderDue.create({ ...about, reminder, ...(isByText(woken.purpose) && { channels: ['sms'] }) }, facts);
}
