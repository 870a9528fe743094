// Generated from docs/openapi.json by `npm run build`; do not edit.
import type { Call, CallOptions, IdempotentCallOptions, Open, Operation } from './call';
import { eachOf } from './pages';

export interface CreateAppointment {
  /** The name that is said and written to the person. */
  readonly name: string;
  readonly email: string;
  /** E.164: a landline, mobile, VoIP or toll-free number in use in one of the countries that we call. Others are refused with what they are: premium-rate, shared-cost, personal and company-wide numbers, pagers, mailboxes, satellite networks, short codes and emergency services. */
  readonly phone: string;
  /** An instant (`Z`), or a local time with an offset, which must be the offset of `timeZone` at that instant. Without an offset it is refused. */
  readonly startsAt: string;
  /** IANA name of the client's time zone. */
  readonly timeZone: string;
  /** Without it: whoever is free, the one with the fewest appointments first. */
  readonly agentId?: string | undefined;
  readonly notes?: string | undefined;
  /** Whether text messages may be sent. */
  readonly smsConsent?: boolean | undefined;
  /** That the client agrees to be phoned; kept with the time, and with the wording that was agreed to where it is given. */
  readonly callConsent?: boolean | {
    readonly wording: string;
  } | undefined;
  /** BCP 47 language tag. */
  readonly locale?: string | undefined;
  /** From `POST /holds`. */
  readonly holdId?: string | undefined;
  /** What a form knows of who filled it in: `website`, a field that people do not see, and the `seconds` from its opening to its sending. What looks automated is refused. */
  readonly form?: {
    readonly website?: string | undefined;
    readonly seconds?: number | undefined;
  } | undefined;
}

export interface Reschedule {
  /** An instant (`Z`), or a local time with an offset, which must be the offset of `timeZone` at that instant. Without an offset it is refused. */
  readonly startsAt: string;
  /** IANA name of a time zone. */
  readonly timeZone: string;
}

export interface Cancel {
  readonly reason?: string | undefined;
}

export interface Amend {
  /** The name that is said and written to the person. */
  readonly name?: string | undefined;
  readonly email?: string | undefined;
  /** E.164: a landline, mobile, VoIP or toll-free number in use in one of the countries that we call. Others are refused with what they are: premium-rate, shared-cost, personal and company-wide numbers, pagers, mailboxes, satellite networks, short codes and emergency services. */
  readonly phone?: string | undefined;
  readonly notes?: string | undefined;
  /** Whether text messages may be sent. */
  readonly smsConsent?: boolean | undefined;
}

/** One proof at a time: exactly one of the two. */
export interface ConfirmAppointment {
  /** From the link in the mail that asks for the confirmation of an address. */
  readonly emailToken?: string | undefined;
  /** From the text message. */
  readonly phoneCode?: string | undefined;
}

export interface HoldSlot {
  /** An instant (`Z`), or a local time with an offset, which must be the offset of `timeZone` at that instant. Without an offset it is refused. */
  readonly startsAt: string;
  /** IANA name of a time zone. */
  readonly timeZone: string;
  readonly agentId?: string | undefined;
  /** The hold that this one takes the place of; it is given back. */
  readonly replaces?: string | undefined;
}

export interface StaffReschedule {
  /** An instant (`Z`), or a local time with an offset, which must be the offset of `timeZone` at that instant. Without an offset it is refused. */
  readonly startsAt: string;
  /** IANA name of a time zone. */
  readonly timeZone: string;
  /** The agent who takes it over. Without it: the one who has it. */
  readonly agentId?: string | undefined;
}

export interface ReResolve {
  /** Only says what would become of it. */
  readonly dryRun?: boolean | undefined;
}

export interface PutAgent {
  /** The name that is said and written to the person. */
  readonly name: string;
  readonly email: string;
  /** E.164: a landline, mobile, VoIP or toll-free number in use in one of the countries that we call. Others are refused with what they are: premium-rate, shared-cost, personal and company-wide numbers, pagers, mailboxes, satellite networks, short codes and emergency services. */
  readonly phone: string;
  /** IANA name of a time zone. */
  readonly timeZone: string;
  /** As in `WORKING_HOURS`: wall time of the zone, on multiples of five minutes. */
  readonly workingHours?: string | undefined;
  readonly daysOff?: readonly string[] | undefined;
  readonly overrides?: readonly {
    readonly date: string;
    /** The hours of this date in place of those of its weekday. */
    readonly hours: string;
  }[] | undefined;
  readonly slotMinutes?: number | undefined;
  readonly bufferBeforeMinutes?: number | undefined;
  readonly bufferAfterMinutes?: number | undefined;
  readonly minimumNoticeMinutes?: number | undefined;
  readonly horizonDays?: number | undefined;
  /** Whoever is not active takes no new appointments; those that were made stand. */
  readonly active?: boolean | undefined;
}

export interface CreatedAppointment {
  readonly appointmentId: string;
  /** Rises on create, reschedule and cancel. */
  readonly version: number;
  readonly status: Open<'scheduled' | 'calling' | 'connected' | 'completed' | 'failed' | 'cancelled'>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly timeZone: string;
  readonly agent: {
    readonly agentId: string;
    readonly name: string;
  };
  /** What the client has yet to confirm before anybody is phoned; absent where there is nothing to confirm. */
  readonly unproven?: readonly (Open<'email' | 'phone'>)[];
  /** Where the client manages the appointment; keep it secret. */
  readonly manageUrl: string;
  /** The bearer token of the calls below. */
  readonly manageToken: string;
}

export interface Appointment {
  readonly appointmentId: string;
  /** Rises on create, reschedule and cancel. */
  readonly version: number;
  readonly status: Open<'scheduled' | 'calling' | 'connected' | 'completed' | 'failed' | 'cancelled'>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly timeZone: string;
  readonly agent: {
    readonly agentId: string;
    readonly name: string;
  };
  /** What the client has yet to confirm before anybody is phoned; absent where there is nothing to confirm. */
  readonly unproven?: readonly (Open<'email' | 'phone'>)[];
  readonly client: {
    readonly name: string;
    readonly email: string;
    readonly phone: string;
  };
  readonly notes?: string;
  readonly call: {
    readonly outcome: Open<'completed' | 'failed'> | null;
    readonly reason?: string;
    readonly attempts: {
      readonly agent: number;
      readonly client: number;
    };
    readonly connectedAt?: string;
    readonly durationSeconds?: number;
  } | null;
  readonly history: readonly {
    readonly at: string;
    readonly type: string;
    readonly version: number;
    readonly text: string;
  }[];
}

export interface ConfirmedAppointment {
  readonly appointmentId: string;
  /** Rises on create, reschedule and cancel. */
  readonly version: number;
  readonly status: Open<'scheduled' | 'calling' | 'connected' | 'completed' | 'failed' | 'cancelled'>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly timeZone: string;
  readonly agent: {
    readonly agentId: string;
    readonly name: string;
  };
  /** What the client has yet to confirm; mostly nothing. */
  readonly unproven: readonly (Open<'email' | 'phone'>)[];
}

export interface Slot {
  readonly startsAt: string;
  readonly endsAt: string;
}

export interface Availability {
  readonly slots: readonly Slot[];
}

export interface Agents {
  readonly agents: readonly {
    readonly agentId: string;
    readonly name: string;
  }[];
  /** The `cursor` of the next page; left out on the last. */
  readonly next?: string;
}

export interface Hold {
  /** From `POST /holds`. */
  readonly holdId: string;
  readonly agent: {
    readonly agentId: string;
    readonly name: string;
  };
  readonly startsAt: string;
  readonly endsAt: string;
  /** Until then nobody else can book this time. */
  readonly expiresAt: string;
}

export interface StaffAgent {
  readonly agentId: string;
  /** Rises by one with every change; 0 is the agent of the configuration, whom nobody has changed yet. */
  readonly agentVersion: number;
  readonly name: string;
  readonly email: string;
  readonly phone: string;
  readonly timeZone: string;
  readonly workingHours: string;
  readonly daysOff: readonly string[];
  readonly overrides: readonly {
    readonly date: string;
    readonly hours: string;
  }[];
  readonly slotMinutes: number;
  readonly bufferBeforeMinutes: number;
  readonly bufferAfterMinutes: number;
  readonly minimumNoticeMinutes: number;
  /** How many days ahead can be booked. */
  readonly horizonDays: number;
  readonly active: boolean;
}

export interface StaffAgents {
  readonly agents: readonly StaffAgent[];
  /** The `cursor` of the next page; left out on the last. */
  readonly next?: string;
}

export interface StaffAppointmentWithHistory {
  readonly appointmentId: string;
  /** Rises on create, reschedule and cancel. */
  readonly version: number;
  readonly status: Open<'scheduled' | 'calling' | 'connected' | 'completed' | 'failed' | 'cancelled'>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly timeZone: string;
  readonly agent: {
    readonly agentId: string;
    readonly name: string;
    readonly email: string;
    readonly phone: string;
    readonly timeZone: string;
  };
  /** What the client has yet to confirm before anybody is phoned; absent where there is nothing to confirm. */
  readonly unproven?: readonly (Open<'email' | 'phone'>)[];
  /** Rises on every change by people, amendments included. */
  readonly revision: number;
  readonly createdAt: string;
  readonly durationMinutes: number;
  /** The start as it was agreed on, in the client's and in the agent's zone. */
  readonly localStart: {
    readonly client: string;
    readonly agent: string;
  };
  /** The version of the zone rules that it was agreed on with. */
  readonly tzdb: string;
  readonly client: {
    readonly name: string;
    readonly email: string;
    readonly phone: string;
    readonly locale: string;
    readonly smsConsent: boolean;
  };
  readonly notes?: string;
  /** That the client agreed to be phoned: when, and to which words. */
  readonly callConsent?: {
    readonly at: string;
    readonly wording: string;
  };
  readonly call: {
    readonly outcome: Open<'completed' | 'failed'> | null;
    readonly reason?: string;
    readonly attempts: {
      readonly agent: number;
      readonly client: number;
    };
    readonly connectedAt?: string;
    readonly durationSeconds?: number;
  } | null;
  readonly history: readonly {
    readonly at: string;
    readonly type: string;
    readonly version: number;
    readonly text: string;
  }[];
}

export interface StaffAppointment {
  readonly appointmentId: string;
  /** Rises on create, reschedule and cancel. */
  readonly version: number;
  readonly status: Open<'scheduled' | 'calling' | 'connected' | 'completed' | 'failed' | 'cancelled'>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly timeZone: string;
  readonly agent: {
    readonly agentId: string;
    readonly name: string;
    readonly email: string;
    readonly phone: string;
    readonly timeZone: string;
  };
  /** What the client has yet to confirm before anybody is phoned; absent where there is nothing to confirm. */
  readonly unproven?: readonly (Open<'email' | 'phone'>)[];
  /** Rises on every change by people, amendments included. */
  readonly revision: number;
  readonly createdAt: string;
  readonly durationMinutes: number;
  /** The start as it was agreed on, in the client's and in the agent's zone. */
  readonly localStart: {
    readonly client: string;
    readonly agent: string;
  };
  /** The version of the zone rules that it was agreed on with. */
  readonly tzdb: string;
  readonly client: {
    readonly name: string;
    readonly email: string;
    readonly phone: string;
    readonly locale: string;
    readonly smsConsent: boolean;
  };
  readonly notes?: string;
  /** That the client agreed to be phoned: when, and to which words. */
  readonly callConsent?: {
    readonly at: string;
    readonly wording: string;
  };
  readonly call: {
    readonly outcome: Open<'completed' | 'failed'> | null;
    readonly reason?: string;
    readonly attempts: {
      readonly agent: number;
      readonly client: number;
    };
    readonly connectedAt?: string;
    readonly durationSeconds?: number;
  } | null;
}

export interface StaffAppointments {
  /** Oldest first, cancelled ones too. */
  readonly appointments: readonly StaffAppointment[];
  /** The `cursor` of the next page; left out on the last. */
  readonly next?: string;
}

export interface ResolvedTime {
  readonly startsAt: string;
  readonly localStart: {
    readonly client: string;
    readonly agent: string;
  };
  readonly tzdb: string;
}

export interface ReResolved {
  /** `amended`: only the client's clocks show another time. `moved`: the agent's wall time is at another instant. `conflict`: it would be, but nothing was changed. */
  readonly outcome: Open<'unchanged' | 'amended' | 'moved' | 'conflict' | 'not-applicable'>;
  /** Of a conflict: the new time is `taken` or `past`. Where it does not apply: the appointment is `past` or of another `status` than `scheduled`, was made with `newer-rules`, or is in an `unknown-zone`. */
  readonly because?: Open<'taken' | 'past' | 'status' | 'newer-rules' | 'unknown-zone'>;
  /** Whether the agent's wall time does not exist any more: the end of the gap is taken. */
  readonly skipped?: boolean;
  /** Whose the new time is: appointments and holds. */
  readonly blockedBy?: readonly string[];
  readonly from: ResolvedTime;
  readonly to: ResolvedTime | null;
  readonly appointment: StaffAppointment;
}

export interface Problem {
  /** Stable; compare its last part. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  /** Every fault of the request; `path` is empty where no field is to blame. */
  readonly errors: readonly {
    readonly path: string;
    readonly message: string;
  }[];
  /** The nearest slots: free ones, or times that exist. */
  readonly nearest?: readonly Slot[];
  /** The state that forbids the change. */
  readonly state?: Open<'scheduled' | 'calling' | 'connected' | 'completed' | 'failed' | 'cancelled'>;
  /** The version that the agent has by now. */
  readonly agentVersion?: number;
  readonly requestId: string;
}

export interface ProblemKind {
  readonly type: string;
  readonly slug: string;
  readonly status: number;
  readonly title: string;
  readonly meaning: string;
  /** What to do about it. */
  readonly remedy: string;
}

export interface ProblemKinds {
  readonly problems: readonly ProblemKind[];
}

export interface StaffMessages {
  /** Oldest first. */
  readonly messages: readonly {
    /** The version of the appointment that it tells of. */
    readonly version: number;
    readonly template: string;
    readonly channel: Open<'email' | 'sms' | 'alert'>;
    readonly recipient: Open<'client' | 'agent' | 'operators'>;
    /** `sending`: not answered for yet. `sent`: taken by the provider. `failed`: not sent, and why is in the history. `unknown`: a text whose answer was lost. The others are what the provider told of an e-mail. */
    readonly status: Open<'sending' | 'sent' | 'delayed' | 'delivered' | 'bounced' | 'rejected' | 'complained' | 'failed' | 'unknown'>;
    /** Since when it has this status. */
    readonly at: string;
    /** Oldest first. */
    readonly history: readonly {
      readonly at: string;
      /** `sending`: not answered for yet. `sent`: taken by the provider. `failed`: not sent, and why is in the history. `unknown`: a text whose answer was lost. The others are what the provider told of an e-mail. */
      readonly status: Open<'sending' | 'sent' | 'delayed' | 'delivered' | 'bounced' | 'rejected' | 'complained' | 'failed' | 'unknown'>;
      /** Why it failed, or the kind of the bounce, the delay or the complaint in the words of the provider. */
      readonly reason?: string;
    }[];
    /** The id by which the provider knows it. */
    readonly providerId?: string;
  }[];
  /** The `cursor` of the next page; left out on the last. */
  readonly next?: string;
}

export interface StaffWakeUps {
  /** Soonest first; none where nothing was ever planned. */
  readonly wakeUps: readonly {
    /** The version of the appointment that it was planned for. */
    readonly version: number;
    /** `call`, or `reminder-` and the reminder: `reminder-24h`. */
    readonly purpose: string;
    readonly dueAt: string;
    /** `planned`, `handed-over` to the delay queue, `said` on the bus, `withdrawn` by a later version, or `dropped` because its time had passed. */
    readonly state: string;
  }[];
}

export interface StaffCalls {
  /** One for each version that was called for, oldest first; none where nobody was ever phoned. */
  readonly calls: readonly {
    readonly callSessionId: string;
    /** The version of the appointment that was called for. */
    readonly version: number;
    readonly startsAt: string;
    readonly startedAt: string;
    /** Every call to a phone, in the order in which they were decided. */
    readonly attempts: readonly {
      /** `agent` or `client`. */
      readonly leg: string;
      /** Counts from 1 within the leg. */
      readonly n: number;
      /** `reserved`, `submitted`, `live`, `ringing`, `answered`, `human` (pressed 1) or `ended`. */
      readonly stage: string;
      readonly reservedAt: string;
      readonly placedAt?: string;
      readonly rangAt?: string;
      readonly answeredAt?: string;
      readonly acceptedAt?: string;
      /** `key` or `amd`. */
      readonly acceptedBy?: string;
      readonly endedAt?: string;
      readonly ringSeconds?: number;
      readonly wrongKeys?: number;
      /** The carrier's last word on the call. */
      readonly carrierStatus?: string;
      readonly sipCode?: number;
      readonly outcome?: string;
    }[];
    /** The legs whose phone another call of ours held when it was last looked. */
    readonly waitsFor: readonly {
      /** `agent` or `client`. */
      readonly leg: string;
      readonly since: string;
    }[];
    /** The carrier took no call of the account. */
    readonly carrierDown: boolean;
    /** Since when both were on the line. */
    readonly joinedAt?: string;
    readonly ended?: {
      readonly at: string;
      /** `completed` or `failed`. */
      readonly type: string;
      readonly leg?: string | null;
      readonly reason?: string;
    };
  }[];
}

/** The last part of the `type` of a problem. */
export type ProblemSlug = Open<'invalid-request' | 'no-such-local-time' | 'looks-automated' | 'not-json' | 'too-large' | 'unsupported-media-type' | 'token-missing' | 'no-such-appointment' | 'no-such-hold' | 'slot-taken' | 'state-forbids' | 'agent-changed' | 'idempotency-key-reused' | 'too-many-bookings' | 'busy' | 'wrong-code' | 'too-many-attempts' | 'too-many-numbers' | 'no-such-problem' | 'internal-error'>;

/** What `getAvailability` is asked with. */
export interface GetAvailabilityParameters {
  /** The first day, in the zone asked for. */
  readonly from: string;
  /** The last day, included; at most 62 days in all. */
  readonly to: string;
  /** IANA name of a time zone. */
  readonly timeZone: string;
  readonly agentId?: string | undefined;
  /** From `POST /holds`. */
  readonly holdId?: string | undefined;
}

/** What `listAgents` is asked with. */
export interface ListAgentsParameters {
  readonly limit?: number | undefined;
  /** `next` of the page before. */
  readonly cursor?: string | undefined;
}

/** What `releaseHold` is asked with. */
export interface ReleaseHoldParameters {
  readonly holdId: string;
}

/** What `getAppointment` is asked with. */
export interface GetAppointmentParameters {
  readonly appointmentId: string;
  /** As it came with the booking. */
  readonly manageToken: string;
}

/** What `rescheduleAppointment` is asked with. */
export interface RescheduleAppointmentParameters {
  readonly appointmentId: string;
  /** As it came with the booking. */
  readonly manageToken: string;
}

/** What `cancelAppointment` is asked with. */
export interface CancelAppointmentParameters {
  readonly appointmentId: string;
  /** As it came with the booking. */
  readonly manageToken: string;
}

/** What `amendAppointment` is asked with. */
export interface AmendAppointmentParameters {
  readonly appointmentId: string;
  /** As it came with the booking. */
  readonly manageToken: string;
}

/** What `confirmAppointment` is asked with. */
export interface ConfirmAppointmentParameters {
  readonly appointmentId: string;
}

/** What `listStaffAgents` is asked with. */
export interface ListStaffAgentsParameters {
  readonly limit?: number | undefined;
  /** `next` of the page before. */
  readonly cursor?: string | undefined;
}

/** What `putAgent` is asked with. */
export interface PutAgentParameters {
  readonly agentId: string;
  /** Checks everything, answers what would be, and writes nothing. */
  readonly dryRun?: boolean | undefined;
  /** Writes only over this `agentVersion`; `"0"` only where nobody has written the agent yet. */
  readonly ifMatch?: string | undefined;
}

/** What `listStaffAppointments` is asked with. */
export interface ListStaffAppointmentsParameters {
  readonly limit?: number | undefined;
  /** `next` of the page before. */
  readonly cursor?: string | undefined;
  /** The first day, in the zone asked for. */
  readonly from: string;
  /** The last day, included; at most 62 days in all. */
  readonly to: string;
  /** Whose days are meant; without it UTC. */
  readonly timeZone?: string | undefined;
  readonly agentId?: string | undefined;
}

/** What `getStaffAppointment` is asked with. */
export interface GetStaffAppointmentParameters {
  readonly appointmentId: string;
}

/** What `rescheduleStaffAppointment` is asked with. */
export interface RescheduleStaffAppointmentParameters {
  readonly appointmentId: string;
}

/** What `cancelStaffAppointment` is asked with. */
export interface CancelStaffAppointmentParameters {
  readonly appointmentId: string;
}

/** What `reResolveStaffAppointment` is asked with. */
export interface ReResolveStaffAppointmentParameters {
  readonly appointmentId: string;
}

/** What `getProblem` is asked with. */
export interface GetProblemParameters {
  readonly slug: string;
}

/** What `listStaffMessages` is asked with. */
export interface ListStaffMessagesParameters {
  readonly appointmentId: string;
  readonly limit?: number | undefined;
  /** `next` of the page before. */
  readonly cursor?: string | undefined;
}

/** What `getStaffWakeUps` is asked with. */
export interface GetStaffWakeUpsParameters {
  readonly appointmentId: string;
}

/** What `getStaffCalls` is asked with. */
export interface GetStaffCallsParameters {
  readonly appointmentId: string;
}

const CREATE_APPOINTMENT: Operation = { id: 'createAppointment', method: 'POST', path: '/appointments', query: [], headers: {}, authorisation: 'nobody', idempotent: true, conditional: false };
const GET_AVAILABILITY: Operation = { id: 'getAvailability', method: 'GET', path: '/availability', query: ['from', 'to', 'timeZone', 'agentId', 'holdId'], headers: {}, authorisation: 'nobody', idempotent: false, conditional: true };
const LIST_AGENTS: Operation = { id: 'listAgents', method: 'GET', path: '/agents', query: ['limit', 'cursor'], headers: {}, authorisation: 'nobody', idempotent: false, conditional: false };
const HOLD_SLOT: Operation = { id: 'holdSlot', method: 'POST', path: '/holds', query: [], headers: {}, authorisation: 'nobody', idempotent: false, conditional: false };
const RELEASE_HOLD: Operation = { id: 'releaseHold', method: 'POST', path: '/holds/{holdId}/release', query: [], headers: {}, authorisation: 'nobody', idempotent: false, conditional: false };
const GET_APPOINTMENT: Operation = { id: 'getAppointment', method: 'GET', path: '/appointments/{appointmentId}', query: [], headers: {}, authorisation: 'manage-token', idempotent: false, conditional: false };
const RESCHEDULE_APPOINTMENT: Operation = { id: 'rescheduleAppointment', method: 'POST', path: '/appointments/{appointmentId}/reschedule', query: [], headers: {}, authorisation: 'manage-token', idempotent: false, conditional: false };
const CANCEL_APPOINTMENT: Operation = { id: 'cancelAppointment', method: 'POST', path: '/appointments/{appointmentId}/cancel', query: [], headers: {}, authorisation: 'manage-token', idempotent: false, conditional: false };
const AMEND_APPOINTMENT: Operation = { id: 'amendAppointment', method: 'POST', path: '/appointments/{appointmentId}/amend', query: [], headers: {}, authorisation: 'manage-token', idempotent: false, conditional: false };
const CONFIRM_APPOINTMENT: Operation = { id: 'confirmAppointment', method: 'POST', path: '/appointments/{appointmentId}/confirm', query: [], headers: {}, authorisation: 'nobody', idempotent: false, conditional: false };
const LIST_STAFF_AGENTS: Operation = { id: 'listStaffAgents', method: 'GET', path: '/staff/agents', query: ['limit', 'cursor'], headers: {}, authorisation: 'staff', idempotent: false, conditional: false };
const PUT_AGENT: Operation = { id: 'putAgent', method: 'PUT', path: '/staff/agents/{agentId}', query: ['dryRun'], headers: { ifMatch: 'if-match' }, authorisation: 'staff', idempotent: false, conditional: false };
const LIST_STAFF_APPOINTMENTS: Operation = { id: 'listStaffAppointments', method: 'GET', path: '/staff/appointments', query: ['limit', 'cursor', 'from', 'to', 'timeZone', 'agentId'], headers: {}, authorisation: 'staff', idempotent: false, conditional: false };
const GET_STAFF_APPOINTMENT: Operation = { id: 'getStaffAppointment', method: 'GET', path: '/staff/appointments/{appointmentId}', query: [], headers: {}, authorisation: 'staff', idempotent: false, conditional: false };
const RESCHEDULE_STAFF_APPOINTMENT: Operation = { id: 'rescheduleStaffAppointment', method: 'POST', path: '/staff/appointments/{appointmentId}/reschedule', query: [], headers: {}, authorisation: 'staff', idempotent: false, conditional: false };
const CANCEL_STAFF_APPOINTMENT: Operation = { id: 'cancelStaffAppointment', method: 'POST', path: '/staff/appointments/{appointmentId}/cancel', query: [], headers: {}, authorisation: 'staff', idempotent: false, conditional: false };
const RE_RESOLVE_STAFF_APPOINTMENT: Operation = { id: 'reResolveStaffAppointment', method: 'POST', path: '/staff/appointments/{appointmentId}/re-resolve', query: [], headers: {}, authorisation: 'staff', idempotent: false, conditional: false };
const GET_OPEN_API: Operation = { id: 'getOpenApi', method: 'GET', path: '/openapi.json', query: [], headers: {}, authorisation: 'nobody', idempotent: false, conditional: false };
const GET_PROBLEMS: Operation = { id: 'getProblems', method: 'GET', path: '/problems', query: [], headers: {}, authorisation: 'nobody', idempotent: false, conditional: false };
const GET_PROBLEM: Operation = { id: 'getProblem', method: 'GET', path: '/problems/{slug}', query: [], headers: {}, authorisation: 'nobody', idempotent: false, conditional: false };
const LIST_STAFF_MESSAGES: Operation = { id: 'listStaffMessages', method: 'GET', path: '/staff/appointments/{appointmentId}/messages', query: ['limit', 'cursor'], headers: {}, authorisation: 'staff', idempotent: false, conditional: false };
const GET_STAFF_WAKE_UPS: Operation = { id: 'getStaffWakeUps', method: 'GET', path: '/staff/appointments/{appointmentId}/wake-ups', query: [], headers: {}, authorisation: 'staff', idempotent: false, conditional: false };
const GET_STAFF_CALLS: Operation = { id: 'getStaffCalls', method: 'GET', path: '/staff/appointments/{appointmentId}/calls', query: [], headers: {}, authorisation: 'staff', idempotent: false, conditional: false };

/** What anybody may do, and the client of an appointment by its manage token, each operation by its name. */
export interface PublicOperations {
  /** Books an appointment. */
  readonly createAppointment: (body: CreateAppointment, options?: IdempotentCallOptions) => Promise<CreatedAppointment>;
  /** The free slots of some days. */
  readonly getAvailability: (parameters: GetAvailabilityParameters, options?: CallOptions) => Promise<Availability>;
  /** With whom appointments can be made: one page. `listAgents.each` reads page after page. */
  readonly listAgents: {
    (parameters?: ListAgentsParameters, options?: CallOptions): Promise<Agents>;
    readonly each: (parameters?: ListAgentsParameters, options?: CallOptions) => AsyncIterable<Agents['agents'][number]>;
  };
  /** Keeps a time for a few minutes, while its client fills in the form. */
  readonly holdSlot: (body: HoldSlot, options?: CallOptions) => Promise<Hold>;
  /** Gives a hold back. */
  readonly releaseHold: (parameters: ReleaseHoldParameters, options?: CallOptions) => Promise<void>;
  /** An appointment, its call and its history. */
  readonly getAppointment: (parameters: GetAppointmentParameters, options?: CallOptions) => Promise<Appointment>;
  /** Moves an appointment; from `scheduled` and `failed`. */
  readonly rescheduleAppointment: (parameters: RescheduleAppointmentParameters, body: Reschedule, options?: CallOptions) => Promise<Appointment>;
  /** Calls an appointment off; from `scheduled` and `calling`. */
  readonly cancelAppointment: (parameters: CancelAppointmentParameters, body?: Cancel, options?: CallOptions) => Promise<Appointment>;
  /** Changes particulars of an appointment, not its time; `version` stays. */
  readonly amendAppointment: (parameters: AmendAppointmentParameters, body: Amend, options?: CallOptions) => Promise<Appointment>;
  /** Proves that an e-mail address or a number is the client’s, where that is asked for. */
  readonly confirmAppointment: (parameters: ConfirmAppointmentParameters, body: ConfirmAppointment, options?: CallOptions) => Promise<ConfirmedAppointment>;
  /** This document. */
  readonly getOpenApi: (options?: CallOptions) => Promise<{ readonly [name: string]: unknown }>;
  /** All types of problems that the API answers with; as a page where HTML is asked for. */
  readonly getProblems: (options?: CallOptions) => Promise<ProblemKinds>;
  /** What a problem type means and what to do about it; as a page where HTML is asked for. */
  readonly getProblem: (parameters: GetProblemParameters, options?: CallOptions) => Promise<ProblemKind>;
}

export function publicOperations(call: Call): PublicOperations {
  return {
    createAppointment: (body, options) => call<CreatedAppointment>(CREATE_APPOINTMENT, { body }, options),
    getAvailability: (parameters, options) => call<Availability>(GET_AVAILABILITY, { parameters }, options),
    listAgents: Object.assign((parameters?: ListAgentsParameters, options?: CallOptions) => call<Agents>(LIST_AGENTS, { parameters }, options), {
      each: (parameters?: ListAgentsParameters, options?: CallOptions) =>
        eachOf(
          (cursor) => call<Agents>(LIST_AGENTS, { parameters: { ...parameters, ...cursor } }, options),
          (page) => page.agents,
        ),
    }),
    holdSlot: (body, options) => call<Hold>(HOLD_SLOT, { body }, options),
    releaseHold: (parameters, options) => call<void>(RELEASE_HOLD, { parameters }, options),
    getAppointment: (parameters, options) => call<Appointment>(GET_APPOINTMENT, { parameters }, options),
    rescheduleAppointment: (parameters, body, options) => call<Appointment>(RESCHEDULE_APPOINTMENT, { parameters, body }, options),
    cancelAppointment: (parameters, body, options) => call<Appointment>(CANCEL_APPOINTMENT, { parameters, body }, options),
    amendAppointment: (parameters, body, options) => call<Appointment>(AMEND_APPOINTMENT, { parameters, body }, options),
    confirmAppointment: (parameters, body, options) => call<ConfirmedAppointment>(CONFIRM_APPOINTMENT, { parameters, body }, options),
    getOpenApi: (options) => call<{ readonly [name: string]: unknown }>(GET_OPEN_API, {}, options),
    getProblems: (options) => call<ProblemKinds>(GET_PROBLEMS, {}, options),
    getProblem: (parameters, options) => call<ProblemKind>(GET_PROBLEM, { parameters }, options),
  };
}

/** What staff may do, each operation by its name. */
export interface StaffOperations {
  /** The roster, whoever is not active included: one page. `listStaffAgents.each` reads page after page. */
  readonly listStaffAgents: {
    (parameters?: ListStaffAgentsParameters, options?: CallOptions): Promise<StaffAgents>;
    readonly each: (parameters?: ListStaffAgentsParameters, options?: CallOptions) => AsyncIterable<StaffAgents['agents'][number]>;
  };
  /** Writes an agent whole, new or not. */
  readonly putAgent: (parameters: PutAgentParameters, body: PutAgent, options?: CallOptions) => Promise<StaffAgent>;
  /** The appointments of some days, of one agent or of all, cancelled ones included: one page. `listStaffAppointments.each` reads page after page. */
  readonly listStaffAppointments: {
    (parameters: ListStaffAppointmentsParameters, options?: CallOptions): Promise<StaffAppointments>;
    readonly each: (parameters: ListStaffAppointmentsParameters, options?: CallOptions) => AsyncIterable<StaffAppointments['appointments'][number]>;
  };
  /** An appointment with both parties, its call and its history. */
  readonly getStaffAppointment: (parameters: GetStaffAppointmentParameters, options?: CallOptions) => Promise<StaffAppointmentWithHistory>;
  /** Moves an appointment for its agent, or to another agent, within the agent's hours; from `scheduled` and `failed`. */
  readonly rescheduleStaffAppointment: (parameters: RescheduleStaffAppointmentParameters, body: StaffReschedule, options?: CallOptions) => Promise<StaffAppointmentWithHistory>;
  /** Calls an appointment off for its agent; from `scheduled` and `calling`. */
  readonly cancelStaffAppointment: (parameters: CancelStaffAppointmentParameters, body?: Cancel, options?: CallOptions) => Promise<StaffAppointmentWithHistory>;
  /** Resolves an appointment's local times again after a change of the zone rules. */
  readonly reResolveStaffAppointment: (parameters: ReResolveStaffAppointmentParameters, body?: ReResolve, options?: CallOptions) => Promise<ReResolved>;
  /** Every message of an appointment and what became of it: one page. `listStaffMessages.each` reads page after page. */
  readonly listStaffMessages: {
    (parameters: ListStaffMessagesParameters, options?: CallOptions): Promise<StaffMessages>;
    readonly each: (parameters: ListStaffMessagesParameters, options?: CallOptions) => AsyncIterable<StaffMessages['messages'][number]>;
  };
  /** When the call and the reminders of an appointment are, or were, due. */
  readonly getStaffWakeUps: (parameters: GetStaffWakeUpsParameters, options?: CallOptions) => Promise<StaffWakeUps>;
  /** What became of the calls of an appointment, attempt by attempt, without numbers. */
  readonly getStaffCalls: (parameters: GetStaffCallsParameters, options?: CallOptions) => Promise<StaffCalls>;
}

export function staffOperations(call: Call): StaffOperations {
  return {
    listStaffAgents: Object.assign((parameters?: ListStaffAgentsParameters, options?: CallOptions) => call<StaffAgents>(LIST_STAFF_AGENTS, { parameters }, options), {
      each: (parameters?: ListStaffAgentsParameters, options?: CallOptions) =>
        eachOf(
          (cursor) => call<StaffAgents>(LIST_STAFF_AGENTS, { parameters: { ...parameters, ...cursor } }, options),
          (page) => page.agents,
        ),
    }),
    putAgent: (parameters, body, options) => call<StaffAgent>(PUT_AGENT, { parameters, body }, options),
    listStaffAppointments: Object.assign((parameters: ListStaffAppointmentsParameters, options?: CallOptions) => call<StaffAppointments>(LIST_STAFF_APPOINTMENTS, { parameters }, options), {
      each: (parameters: ListStaffAppointmentsParameters, options?: CallOptions) =>
        eachOf(
          (cursor) => call<StaffAppointments>(LIST_STAFF_APPOINTMENTS, { parameters: { ...parameters, ...cursor } }, options),
          (page) => page.appointments,
        ),
    }),
    getStaffAppointment: (parameters, options) => call<StaffAppointmentWithHistory>(GET_STAFF_APPOINTMENT, { parameters }, options),
    rescheduleStaffAppointment: (parameters, body, options) => call<StaffAppointmentWithHistory>(RESCHEDULE_STAFF_APPOINTMENT, { parameters, body }, options),
    cancelStaffAppointment: (parameters, body, options) => call<StaffAppointmentWithHistory>(CANCEL_STAFF_APPOINTMENT, { parameters, body }, options),
    reResolveStaffAppointment: (parameters, body, options) => call<ReResolved>(RE_RESOLVE_STAFF_APPOINTMENT, { parameters, body }, options),
    listStaffMessages: Object.assign((parameters: ListStaffMessagesParameters, options?: CallOptions) => call<StaffMessages>(LIST_STAFF_MESSAGES, { parameters }, options), {
      each: (parameters: ListStaffMessagesParameters, options?: CallOptions) =>
        eachOf(
          (cursor) => call<StaffMessages>(LIST_STAFF_MESSAGES, { parameters: { ...parameters, ...cursor } }, options),
          (page) => page.messages,
        ),
    }),
    getStaffWakeUps: (parameters, options) => call<StaffWakeUps>(GET_STAFF_WAKE_UPS, { parameters }, options),
    getStaffCalls: (parameters, options) => call<StaffCalls>(GET_STAFF_CALLS, { parameters }, options),
  };
}
