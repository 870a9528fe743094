import type { Interpreter } from './interpreter';
import type { Conferences } from './conferences';
import { isoOrNull } from './format';
import type { Phones } from './phones';
import type { CallRecord, ConferenceRecord, Store } from './records';
import { earshotOf, partnersOf } from './rooms';

export interface PhoneView {
  readonly number: string;
  readonly state: 'idle' | 'ringing' | 'in-call';
  readonly callSid: string | null;
  readonly with: readonly string[];
  readonly heard: readonly string[];
}
export interface CallView {
  readonly sid: string;
  readonly to: string;
  readonly from: string;
  readonly status: string;
  readonly url: string | null;
  readonly statusCallback: string | null;
  readonly answeredBy: string | null;
  readonly createdAt: string;
  readonly answeredAt: string | null;
  readonly endedAt: string | null;
}
export interface ConferenceView {
  readonly sid: string;
  readonly name: string;
  readonly status: 'init' | 'in-progress' | 'completed';
  readonly participants: readonly {
    readonly callSid: string;
    readonly number: string;
    readonly label: string | null;
    readonly joinedAt: string;
    readonly leftAt?: string;
  }[];
}
export interface WarningView {
  readonly at: string;
  readonly code: number;
  readonly message: string;
  readonly callSid: string | null;
}

export interface Shown {
  readonly phone: (number: string) => PhoneView;
  readonly phones: () => readonly PhoneView[];
  /** The calls that hear what is said in one. */
  readonly earshotOf: (callSid: string) => readonly string[];
  readonly earshot: () => Readonly<Record<string, readonly string[]>>;
}

/** What can be seen of the world outside. */
export function createShown(
  store: Store,
  phones: Phones,
  conferences: Pick<Conferences, 'of'>,
  interpreter: Pick<Interpreter, 'partnerOf'>,
): Shown {
  const numberOf = (callSid: string): string => store.calls.get(callSid)?.to ?? callSid;
  const hearersOf = (callSid: string): readonly string[] => {
    const partner = interpreter.partnerOf(callSid);
    return partner === null ? earshotOf(conferences.of(callSid), callSid) : [partner];
  };
  const withWhom = (callSid: string): readonly string[] => {
    const partner = interpreter.partnerOf(callSid);
    return partner === null ? partnersOf(conferences.of(callSid), callSid) : [numberOf(partner)];
  };
  const phone = (number: string): PhoneView => {
    const callSid = phones.callOf(number);
    const status = callSid === null ? undefined : store.calls.get(callSid)?.status;
    return {
      number,
      state: status === 'ringing' ? 'ringing' : status === 'in-progress' ? 'in-call' : 'idle',
      callSid,
      with: callSid === null ? [] : withWhom(callSid),
      heard: [...phones.heardBy(number)],
    };
  };
  return {
    phone,
    phones: () => phones.all().map(({ number }) => phone(number)),
    earshotOf: hearersOf,
    earshot: () =>
      Object.fromEntries(
        phones.all().flatMap(({ number }) => {
          const callSid = phones.callOf(number);
          const hearers = callSid === null ? [] : hearersOf(callSid).map(numberOf);
          return hearers.length === 0 ? [] : [[number, hearers]];
        }),
      ),
  };
}

export function showCall(call: CallRecord): CallView {
  return {
    sid: call.sid,
    to: call.to,
    from: call.from,
    status: call.status,
    url: call.voice?.url ?? null,
    statusCallback: call.statusCallback?.url ?? null,
    answeredBy: call.answeredBy,
    createdAt: new Date(call.createdAt).toISOString(),
    answeredAt: isoOrNull(call.answeredAt),
    endedAt: isoOrNull(call.endedAt),
  };
}

export function showConference({ sid, name, status, participants }: ConferenceRecord): ConferenceView {
  return {
    sid,
    name,
    status,
    participants: participants.map(({ callSid, number, label, joinedAt, leftAt }) => ({
      callSid,
      number,
      label,
      joinedAt: new Date(joinedAt).toISOString(),
      ...(leftAt === null ? {} : { leftAt: new Date(leftAt).toISOString() }),
    })),
  };
}
