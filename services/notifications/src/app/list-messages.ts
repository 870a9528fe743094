import {
  appointmentIdIn,
  checked,
  cursorAt,
  pageOf,
  PageQuery,
  Problem,
  type HttpAnswer,
  type HttpRequest,
} from '@appointments/runtime';
import { outcome, type Fate } from '../domain/fate';
import type { Slot } from './deliver';
import type { Message, MessagesAnswer } from './message-schemas';

/** A message as the ledger has it. */
export interface LedgerEntry extends Omit<Slot, 'about'> {
  readonly about?: string | undefined;
  readonly status: 'claimed' | 'sent' | 'failed' | 'unknown';
  readonly claimedAt: string;
  readonly sentAt?: string | undefined;
  readonly providerId?: string | undefined;
  readonly failedAt?: string | undefined;
  readonly reason?: string | undefined;
  readonly fates: readonly Fate[];
}

export interface ListMessagesPorts {
  /** What the ledger has of an appointment; `undefined` where nothing is known of the appointment at all. */
  readonly messagesOf: (appointmentId: string) => Promise<readonly LedgerEntry[] | undefined>;
}

/** Tells staff, whom the API's authorizer has let in, every message of an appointment and what became of it: oldest first. */
export function listMessages({ messagesOf }: ListMessagesPorts) {
  return async (request: HttpRequest): Promise<HttpAnswer> => {
    const { limit, cursor } = checked(PageQuery, request.query);
    const after = cursorAt(cursor);
    const appointmentId = appointmentIdIn(request);
    const entries = appointmentId === undefined ? undefined : await messagesOf(appointmentId);
    if (!entries)
      throw new Problem({ status: 404, slug: 'no-such-appointment', title: 'There is no such appointment' });
    const sorted = entries.toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
    const { items, next } = pageOf(sorted, placeOf, limit, after);
    const body: MessagesAnswer = { messages: items.map(messageOf), ...(next !== undefined && { next }) };
    return { status: 200, headers: { 'cache-control': 'no-store' }, body };
  };
}

/** By when it was first thought of; where that is the same, by what tells messages apart. */
function placeOf({ claimedAt, version, template, channel, recipient, about = '' }: LedgerEntry): string {
  return [claimedAt, String(version).padStart(6, '0'), template, channel, recipient, about].join(' ');
}

function messageOf(entry: LedgerEntry): Message {
  const { version, template, channel, recipient, providerId } = entry;
  const history = historyOf(entry);
  const status = statusOf(entry);
  const since = history.findLast((step) => step.status === status)?.at ?? entry.claimedAt;
  return {
    version,
    template,
    channel,
    recipient,
    status,
    at: since,
    history,
    ...(providerId !== undefined && { providerId }),
  };
}

function statusOf({ status, fates }: LedgerEntry): Message['status'] {
  if (status === 'claimed') return 'sending';
  return status === 'sent' ? (outcome(fates)?.status ?? 'sent') : status;
}

/** What happened to it, oldest first. That it was sent is told once for each mail: by its provider, or else by our own word. */
function historyOf({
  status,
  claimedAt,
  sentAt,
  providerId,
  failedAt,
  reason,
  fates,
}: LedgerEntry): Message['history'] {
  const isTold = fates.some((fate) => fate.status === 'sent' && fate.providerId === providerId);
  const steps: Message['history'] = [
    ...(status === 'claimed' ? [{ at: claimedAt, status: 'sending' as const }] : []),
    ...(failedAt === undefined
      ? []
      : [{ at: failedAt, status: status === 'unknown' ? ('unknown' as const) : ('failed' as const), reason }]),
    ...(sentAt === undefined || isTold ? [] : [{ at: sentAt, status: 'sent' as const }]),
    ...fates.map(({ at, status, reason }) => ({ at, status, reason })),
  ];
  return steps
    .toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))
    .map(({ at, status, reason }) => ({ at, status, ...(reason !== undefined && { reason }) }));
}
