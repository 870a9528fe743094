import { createHash } from 'node:crypto';
import { NotYet, PermanentError, putBackDelaySeconds, within, type OutboxItem } from '@appointments/runtime';
import type { QuietHours } from '@appointments/runtime/quiet-hours';
import type { Claim, ClaimAnswer, Sent, Slot } from '../src/app/deliver';
import type { SendPorts } from '../src/app/ports';
import { recordFate, type FateReport, type RecordPorts } from '../src/app/record-fate';
import { sendMessages, TOLD } from '../src/app/send-messages';
import { digestOf } from '../src/app/unreachable';
import { withFate, type Fate, type Mark } from '../src/domain/fate';
import {
  partsOfBooking,
  partsOfCancellation,
  type AgentWord,
  type Parts,
  type Projection,
} from '../src/domain/projection';

type ToldEvent = Parameters<ReturnType<typeof sendMessages>>[0];

export const START = Date.parse('2026-11-22T12:00:00.000Z');
export const at = (ms: number) => new Date(ms).toISOString();
export const APPOINTMENT = TOLD[0].example.data.appointmentId;

/** An event as the consumer gets it. */
export function event(
  detailType: (typeof TOLD)[number]['detailType'],
  data: Record<string, unknown> = {},
  occurredAt = at(START),
): ToldEvent {
  const contract = TOLD.find((candidate) => candidate.detailType === detailType);
  if (!contract) throw new Error(detailType);
  const { detail } = contract.create({ ...contract.example.data, ...data } as never, { occurredAt });
  return { ...contract.parse(JSON.parse(JSON.stringify(detail))), detailType } as ToldEvent;
}

/** What the provider does with the next message. */
export type Answer = 'accepted' | 'throttled' | 'rejected' | 'not-sent' | 'sent-but-lost';

interface LedgerEntry {
  readonly status: 'claimed' | 'sent' | 'failed' | 'unknown';
  readonly claimedAt: string;
  readonly isFinal?: true | undefined;
  readonly fates?: readonly Fate[];
}

interface Timed {
  readonly atMs: number;
  readonly run: () => Promise<void>;
}

/** The service with everything around it in memory, on a clock of its own. */
export function world(
  options: {
    /** What becomes of the first messages; the rest are accepted. */
    readonly fates?: readonly Answer[];
    /** After how long SES tells that it took the n-th of the mails, each time it tells so; without a list it tells nothing of that mail. */
    readonly sendEvents?: readonly (readonly number[])[];
    /** Effects, by number, before or after which an error comes, or the process dies: then nothing more happens in this handling. */
    readonly faults?: readonly {
      readonly effect: number;
      readonly when: 'before' | 'after';
      readonly dies: boolean;
    }[];
    /** When clients are not texted, by their own clocks. @default never */
    readonly quietHours?: QuietHours;
    /** Whether both are written to once they have talked to each other. */
    readonly followUp?: boolean;
  } = {},
) {
  let nowMs = START;
  let effects = 0;
  let dead = false;
  let claimHook: (() => void) | undefined;
  const fates = [...(options.fates ?? [])];
  const projections = new Map<string, Projection>();
  const agents = new Map<string, AgentWord>();
  const ledger = new Map<string, LedgerEntry>();
  const marks = new Map<string, Mark>();
  let mails = 0;
  const queue: Timed[] = [];
  const accepted: { what: string; version?: number; address: string; text: string; atMs: number }[] = [];
  const published: Record<string, unknown>[] = [];
  const outbox = new Set<string>();
  const parked: string[] = [];
  const failures: string[] = [];
  const optedOut = new Set<string>();
  let lastText: Slot | undefined;
  const putBackAt: number[] = [];
  /** When the acting service took in each version. */
  const heard = new Map<number, number>();

  const effect = async <T>(work: () => T): Promise<T> => {
    if (dead) throw new Error('the process is dead');
    const fault = options.faults?.find((candidate) => candidate.effect === effects);
    effects += 1;
    dead = fault?.dies ?? false;
    if (fault?.when === 'before') throw new Error('before the effect');
    const result = work();
    if (fault?.when === 'after') throw new Error('after the effect');
    return result;
  };

  const takeIn = ({ appointmentId, state, particulars }: Parts): Projection => {
    const known = projections.get(appointmentId) ?? {};
    const next: Projection = {
      state: known.state && known.state.version >= state.version ? known.state : state,
      particulars:
        particulars && (known.particulars?.revision ?? 0) < particulars.revision ? particulars : known.particulars,
    };
    projections.set(appointmentId, next);
    return next;
  };

  /** As the outbox does: the same fact goes once. */
  const publish = (item: OutboxItem) => {
    if (outbox.has(item.pk)) return;
    outbox.add(item.pk);
    published.push((JSON.parse(item.body) as { detail: { data: Record<string, unknown> } }).detail.data);
  };

  const key = (slot: Slot) =>
    [
      ...(slot.appointmentId === APPOINTMENT ? [] : [slot.appointmentId]),
      slot.about ?? slot.version,
      slot.template,
      slot.channel,
      slot.recipient,
    ].join(' ');
  const holds = (claim: Claim) => {
    const entry = ledger.get(key(claim));
    return entry?.status === 'claimed' && entry.claimedAt === claim.claimedAt;
  };
  const send = (
    what: string,
    version: number | undefined,
    address: string,
    text: string,
    onAccepted?: () => void,
  ): Promise<Sent> =>
    effect(() => {
      const fate = fates.shift() ?? 'accepted';
      if (fate === 'throttled') return { is: 'throttled' };
      if (fate === 'rejected') return { is: 'rejected', reason: 'MessageRejected' };
      if (fate === 'not-sent') return { is: 'not-sent', cause: new Error('paused') };
      accepted.push({ what, ...(version !== undefined && { version }), address, text, atMs: nowMs });
      onAccepted?.();
      if (fate === 'sent-but-lost') throw new Error('the answer was lost');
      return { is: 'accepted', providerId: createHash('md5').update(what).digest('hex') };
    });

  const house = {
    brandName: 'Appointments',
    senderEmail: 'appointments@example.com',
    publicUrl: 'https://book.example.com',
  };
  const ports: SendPorts & RecordPorts = {
    now: () => new Date(nowMs),
    apply: (parts) =>
      effect(() => {
        const { version } = parts.state;
        heard.set(version, Math.min(nowMs, heard.get(version) ?? Infinity));
        return takeIn(parts);
      }),
    read: (appointmentId) => effect(() => projections.get(appointmentId) ?? {}),
    readAgent: (agentId) => effect(() => agents.get(agentId)),
    linkKeys: () => effect(() => ({ kid: 'k1', key: 'k'.repeat(64) })),
    claim: (slot, now, staleBefore): Promise<ClaimAnswer> =>
      effect(() => {
        const entry = ledger.get(key(slot));
        if (entry?.status === 'sent' || entry?.status === 'unknown' || entry?.isFinal) return { is: 'sent' };
        if (entry?.status === 'claimed' && (!staleBefore || entry.claimedAt > staleBefore.toISOString()))
          return { is: 'under-way', since: entry.claimedAt };
        const claim: Claim = { ...slot, claimedAt: now.toISOString() };
        ledger.set(key(slot), { ...entry, status: 'claimed', claimedAt: claim.claimedAt });
        if (slot.channel === 'sms') lastText = slot;
        claimHook?.();
        claimHook = undefined;
        return { is: 'claimed', claim };
      }),
    confirm: (claim) =>
      effect(
        () => void ledger.set(key(claim), { ...ledger.get(key(claim)), status: 'sent', claimedAt: claim.claimedAt }),
      ),
    release: (claim) => effect(() => void (holds(claim) && ledger.delete(key(claim)))),
    fail: (claim, { status, isFinal }, item) =>
      effect(() => {
        if (!holds(claim)) return;
        ledger.set(key(claim), { status, claimedAt: claim.claimedAt, isFinal });
        publish(item);
      }),
    record: (slot, fate, { event: item, marked }) =>
      effect(() => {
        const { fates = [], claimedAt = fate.at } = ledger.get(key(slot)) ?? {};
        const more = withFate(fates, fate);
        if (more === fates) return false;
        ledger.set(key(slot), { status: 'sent', claimedAt, fates: more });
        if (item) publish(item);
        if (marked && marks.get(digestOf(marked.address)) !== 'complained')
          marks.set(digestOf(marked.address), marked.mark);
        return true;
      }),
    readMark: (address) => effect(() => marks.get(digestOf(address))),
    sendEmail: ({ id, to, text }, _now, slot) => {
      const [, version = '', template = '', recipient = ''] = /\.(\d+)\.([a-z0-9-]+)\.([a-z]+)$/.exec(id) ?? [];
      return send(`${version} ${template} to ${recipient}`, Number(version), to.address, text, () => {
        const providerId = `m-${mails}`;
        for (const delayMs of options.sendEvents?.[mails] ?? [])
          report(nowMs + delayMs, { slot, address: to.address, fate: { status: 'sent', at: at(nowMs), providerId } });
        mails += 1;
      });
    },
    isKnownToWantNone: (phone) => effect(() => optedOut.has(phone)),
    hasOptedOut: (phone) => effect(() => optedOut.has(phone)),
    sendText: ({ to, text }) => {
      const { template = '', version = 0 } = lastText ?? {};
      return template === 'phone-code'
        ? send('code', undefined, to, text)
        : send(`${version} ${template} to client by text`, version, to, text);
    },
    raiseAlert: ({ subject, message }) => send('alert', undefined, 'operators', `${subject}\n${message}`),
  };
  const handle = sendMessages(ports, house, {
    followUp: options.followUp ?? false,
    quietHours: options.quietHours,
  });
  const record = recordFate(ports, house);

  /** An event of SES's on its way to the function that keeps it, which is tried until it went well. */
  const report = (atMs: number, given: FateReport): void => {
    queue.push({
      atMs,
      run: async () => {
        dead = false;
        try {
          await within({}, () => record(given));
        } catch (error) {
          if (error instanceof PermanentError) parked.push(error.message);
          else {
            failures.push(error instanceof Error ? error.message : 'unknown');
            report(nowMs + 60_000, given);
          }
        }
      },
    });
  };

  const deliver = (atMs: number, given: ToldEvent, replayName?: string, firstSeenMs = atMs, putBacks = 0) => {
    const told = replayName === undefined ? given : { ...given, replayName };
    queue.push({
      atMs,
      run: async () => {
        dead = false;
        try {
          await within({ replayName }, () => handle(told));
        } catch (error) {
          if (error instanceof PermanentError) parked.push(error.message);
          else if (error instanceof NotYet) {
            if (nowMs - firstSeenMs >= error.limitMs) parked.push(error.message);
            else {
              const delayMs = (error.delaySeconds ?? putBackDelaySeconds(putBacks)) * 1000;
              putBackAt.push(nowMs);
              deliver(nowMs + delayMs, given, replayName, firstSeenMs, putBacks + 1);
            }
          } else {
            failures.push(error instanceof Error ? error.message : 'unknown');
            // The visibility time-out; who was put back keeps when it was first seen.
            deliver(nowMs + 120_000, given, replayName, firstSeenMs, putBacks);
          }
        }
      },
    });
  };

  const runUntil = async (untilMs: number) => {
    for (;;) {
      queue.sort((a, b) => a.atMs - b.atMs);
      const next = queue[0];
      if (!next || next.atMs > untilMs) break;
      queue.shift();
      nowMs = Math.max(nowMs, next.atMs);
      await next.run();
    }
  };

  return {
    accepted,
    published,
    parked,
    failures,
    /** Numbers whose owners want no texts. */
    optedOut,
    putBackAt,
    heard,
    deliver: (atMs: number, given: ToldEvent, replayName?: string) => deliver(atMs, given, replayName),
    /** SES tells what became of a mail. */
    report,
    /** What is kept of each message. */
    kept: () =>
      Object.fromEntries(
        [...ledger].map(([name, { status, fates = [] }]) => [name, [status, ...fates.map((fate) => fate.status)]]),
      ),
    marks,
    agent: (word: Partial<AgentWord> & { agentId: string }) =>
      agents.set(word.agentId, {
        agentVersion: 2,
        name: 'Alex Morgan',
        email: 'alex@example.com',
        phone: '+12025550100',
        timeZone: 'America/New_York',
        ...word,
      }),
    /** Runs once, right after the next claim. */
    afterClaims: (hook: () => void) => {
      claimHook = hook;
    },
    /** What the rebuilding function would do with the event now. */
    projectNow: (given: ToldEvent) => {
      switch (given.detailType) {
        case 'CallFailed':
        case 'CallCompleted':
        case 'ReminderDue':
          return;
        case 'AppointmentCancelled':
          takeIn(partsOfCancellation(given.data));
          return;
        case 'AppointmentCreated':
        case 'AppointmentRescheduled':
        case 'AppointmentAmended':
          takeIn(partsOfBooking(given.data));
          return;
        default:
          given satisfies never;
      }
    },
    underWay: () => [...ledger].filter(([, entry]) => entry.status === 'claimed').map(([name]) => name),
    runUntil,
    run: () => runUntil(START + 60 * 86_400_000),
  };
}
