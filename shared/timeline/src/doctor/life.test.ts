import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  after,
  agentAnswered,
  attempt,
  booked,
  call,
  callDue,
  CALL_WAKE_UP,
  cancelled,
  completed,
  connected,
  created,
  evidence,
  failed,
  message,
  reminderDue,
  START,
} from '../../test/evidence';
import type { Evidence } from './evidence';
import { lifeOf } from './life';
import { printed } from './print';

const verdict = (more: Partial<Evidence>) => lifeOf(evidence(more)).verdict;
const found = (more: Partial<Evidence>) => lifeOf(evidence(more)).findings.map(({ text }) => text);
const whats = (more: Partial<Evidence>) => lifeOf(evidence(more)).lines.map(({ what }) => what);

const talked: Partial<Evidence> = {
  now: after(3000),
  appointment: booked({ status: 'completed' }),
  events: [created(), callDue(), agentAnswered(9), connected(20), completed(1280)],
  calls: [
    call(
      [
        attempt('agent', 1, { outcome: 'human', ringSeconds: 6, acceptedAt: after(9), endedAt: after(1281) }),
        attempt('client', 1, { outcome: 'human', reservedAt: after(9), placedAt: after(9), ringSeconds: 8 }),
      ],
      { joinedAt: after(20), ended: { at: after(1280), type: 'completed' } },
    ),
  ],
};

describe('the likely reason', () => {
  it('of a call that took place is that nothing went wrong', () => {
    expect(verdict(talked)).toBe('The call took place: nothing went wrong with it.');
    expect(found(talked)).toEqual([]);
  });

  it('of an agent who did not take it is each call with how long it rang', () => {
    const attempts = [
      attempt('agent', 1, { outcome: 'no-answer', ringSeconds: 20 }),
      attempt('agent', 2, { outcome: 'busy' }),
      attempt('agent', 3, { outcome: 'voicemail', ringSeconds: 3 }),
    ];

    expect(verdict({ events: [created(), callDue(), failed('agent-unreachable')], calls: [call(attempts)] })).toBe(
      'The call failed: the agent could not be reached. The agent was phoned 3 times: nobody answered (rang 20 s); busy; a voicemail answered (rang 3 s). The client was not phoned.',
    );
  });

  it('says once what was the same each time', () => {
    const attempts = [1, 2, 3].map((n) => attempt('agent', n, { outcome: 'no-answer', ringSeconds: 20 }));

    expect(verdict({ events: [created(), callDue(), failed('agent-unreachable')], calls: [call(attempts)] })).toMatch(
      /phoned 3 times: nobody answered \(rang 20 s\) each time\. The client/,
    );
  });

  it('is told from the event alone where telephony cannot be asked', () => {
    const event = failed('client-unreachable', [
      { leg: 'agent', n: 1, outcome: 'human', startedAt: START, ringSeconds: 5 },
      { leg: 'client', n: 1, outcome: 'declined', startedAt: after(9), ringSeconds: 2 },
    ]);

    expect(
      verdict({ events: [created(), callDue(), event], unread: [{ what: 'calls', why: 'the service answers 503' }] }),
    ).toMatch(/The agent waited\. The client was phoned once: declined \(rang 2 s\)\.$/);
  });

  it.each<[string, Partial<Evidence>, RegExp]>([
    [
      'the scheduler said so only twenty minutes later',
      { events: [created(), callDue(1200), failed('missed')] },
      /said only 20 min after the start.*“Wake-ups stuck”/,
    ],
    [
      'telephony took the word only twenty minutes later',
      {
        events: [created(), callDue(), failed('missed')],
        calls: [call([], { startedAt: after(1200) })],
      },
      /telephony took the word only 20 min later.*“Calls not started”/,
    ],
    [
      'the carrier took no calls',
      { events: [created(), callDue(), failed('missed')], calls: [call([], { carrierDown: true })] },
      /carrier took no calls.*“Carrier refuses calls”/,
    ],
    [
      'the agent’s phone was in another call of ours',
      {
        events: [created(), callDue(), failed('missed')],
        calls: [call([], { waitsFor: [{ leg: 'agent', since: START }] })],
      },
      /agent’s phone was in another call of ours all the while/,
    ],
  ])('of a call that was missed is that %s', (_, more, expected) => {
    expect(verdict(more)).toMatch(expected);
  });

  it.each<[string, Partial<Evidence>, RegExp]>([
    [
      'its wake-up has not fired',
      { wakeUps: [{ ...CALL_WAKE_UP, state: 'planned' }] },
      /has not fired.*“Wake-ups stuck”/,
    ],
    ['its wake-up is on the way', { wakeUps: [{ ...CALL_WAKE_UP, state: 'handed-over' }] }, /stuck on its way/],
    ['its word has not come to the bus', {}, /has not come to the bus.*“Outbox late”/],
    ['there is no wake-up for it', { wakeUps: [] }, /no wake-up for it.*“Wake-ups not planned”/],
    ['telephony has not started it', { events: [created(), callDue()] }, /has not started it.*“Calls not started”/],
    [
      'the client has not confirmed their number',
      { appointment: booked({ unproven: ['phone'] }) },
      /client has not confirmed their phone/,
    ],
  ])('of a call that has not begun is that %s', (_, more, expected) => {
    expect(verdict(more)).toMatch(expected);
  });

  it('does not name what could not be read as the culprit', () => {
    expect(verdict({ wakeUps: [], unread: [{ what: 'wake-ups', why: 'the service answers 503' }] })).toMatch(
      /what the scheduler knows could not be read/,
    );
  });

  it('of an appointment that was cancelled is who did so', () => {
    const life = {
      appointment: booked({ status: 'cancelled', version: 2 }),
      events: [created(), cancelled('client')],
      wakeUps: [{ ...CALL_WAKE_UP, state: 'withdrawn' }],
    };

    expect(verdict(life)).toBe('It was cancelled by the client, so nobody is phoned.');
    expect(found(life)).toEqual([]);
  });

  it('of one that is to come is when', () => {
    expect(verdict({ now: after(-7200), wakeUps: [{ ...CALL_WAKE_UP, state: 'planned' }] })).toBe(
      'It is still to come: the call is in 2 h.',
    );
  });

  it('of an id that nobody knows is that nobody knows it', () => {
    expect(verdict({ appointment: null, events: [], wakeUps: [], messages: [] })).toMatch(/No appointment of this id/);
  });

  it('of a late call is where the time went', () => {
    const late = {
      ...talked,
      events: [created(), callDue(4), connected(30), completed(1280)],
      calls: [call([attempt('agent', 1, { placedAt: after(9) })], { startedAt: after(5) })],
    };

    expect(verdict(late)).toBe(
      'The call took place, 9 s late: the scheduler said so late (4 s), the word was under way (1 s), telephony waited before it dialled (4 s): nothing went wrong with it.',
    );
  });
});

describe('what is not as it should be', () => {
  it('is a booking that still reads scheduled after its call', () => {
    expect(found({ ...talked, appointment: booked() })).toContain(
      'The call is over, but the booking still reads “scheduled”.',
    );
  });

  it('is a call without a wake-up, long before it is due', () => {
    expect(lifeOf(evidence({ now: after(-86_400), wakeUps: [] })).findings).toContainEqual({
      text: 'No wake-up is planned for the call.',
      runbook: 'Wake-ups not planned',
    });
  });

  it('is not yet a wake-up that a booking of this moment has not got', () => {
    expect(found({ now: '2026-11-28T09:00:05.000Z', wakeUps: [], messages: [] })).toEqual([]);
  });

  it('is a message that bounced, with its reason', () => {
    const bounced = message({
      status: 'bounced',
      history: [
        { at: '2026-11-28T09:00:02.000Z', status: 'sent' },
        { at: '2026-11-28T09:00:04.000Z', status: 'bounced', reason: 'General' },
      ],
    });

    expect(found({ ...talked, messages: [bounced] })).toEqual([
      'The confirmation e-mail to the client did not arrive: bounced (General).',
    ]);
  });

  it('is a message that was not sent to an address that bounced before, and what to do is the same', () => {
    const withheld = message({
      status: 'failed',
      history: [{ at: '2026-11-28T09:00:02.000Z', status: 'failed', reason: 'address-bounced' }],
    });

    expect(lifeOf(evidence({ ...talked, messages: [withheld] })).findings).toEqual([
      {
        text: 'The confirmation e-mail to the client did not arrive: failed (address-bounced).',
        runbook: 'An address takes no mail',
      },
    ]);
    expect(whats({ ...talked, messages: [withheld] })).toContain(
      'The confirmation e-mail to the client failed: address-bounced',
    );
  });

  it('is no text that was withheld for quiet hours or after a STOP', () => {
    const withheld = (reason: string) =>
      message({
        channel: 'sms',
        status: 'failed',
        history: [{ at: '2026-11-28T09:00:02.000Z', status: 'failed', reason }],
      });

    expect(found({ ...talked, messages: [withheld('suppressed-quiet-hours'), withheld('opted-out')] })).toEqual([]);
  });

  it('is a dead letter that speaks of it', () => {
    const letter = { queue: 'DialDeadLetters', at: after(5), reason: 'not JSON', receiveCount: 1, what: 'CallDue' };

    expect(found({ ...talked, deadLetters: [letter] })).toEqual([
      'CallDue was given up and lies in DialDeadLetters: not JSON.',
    ]);
    expect(whats({ ...talked, deadLetters: [letter] })).toContain('Given up (CallDue) in DialDeadLetters: not JSON');
  });
});

describe('the runbook', () => {
  const headings = [
    ...readFileSync(join(__dirname, '../../../../docs/runbook.md'), 'utf8').matchAll(/^## (.+)$/gm),
  ].map(([, heading]) => heading);
  const named = [
    ...readFileSync(join(__dirname, 'reason.ts'), 'utf8').matchAll(
      /unbook[^'“\n]*(?:'([^']+)'|“([^”]+)”)|\? '([^']+)' : '([^']+)',\n/g,
    ),
  ].flatMap((match) => match.slice(1).filter((heading) => heading !== undefined));

  it.each([...new Set(named)])('has the heading “%s” that the doctor names', (heading) => {
    expect(headings).toContain(heading);
  });

  it('is named at all', () => {
    expect(named.length).toBeGreaterThan(8);
  });
});

describe('what happened', () => {
  it('is told in its order, on both parties’ clocks', () => {
    const { lines } = lifeOf(evidence(talked));

    expect(lines.map(({ what }) => what)).toEqual([
      'Booked for 2026-12-01 15:00 UTC',
      'The confirmation e-mail to the client was sent',
      'The call is due',
      'Call 1 to the agent: taken: 1 was pressed, rang 6 s, on the line for 21 min 12 s',
      'The agent took call 1 and waits; the client is phoned next',
      'Call 1 to the client: taken: 1 was pressed, rang 8 s',
      'Both are joined',
      'Agent and client are talking',
      'The conversation is over after 21 min, ended by the client',
    ]);
    expect(lines.find(({ what }) => what === 'The call is due')?.local).toEqual({
      client: '2026-12-01T16:00:00+01:00',
      agent: '2026-12-01T10:00:00-05:00',
    });
  });

  it('tells causes before what they cause where both have the same second', () => {
    const atOnce = {
      now: after(60),
      events: [agentAnswered(0), callDue(), created(), connected(0)],
      calls: [call([attempt('agent', 1), attempt('client', 1)].toReversed(), { joinedAt: START })],
    };

    expect(
      lifeOf(evidence(atOnce))
        .lines.filter(({ at }) => at === START)
        .map(({ what }) => what.slice(0, 18)),
    ).toEqual([
      'The call is due',
      'Call 1 to the agen',
      'The agent took cal',
      'Call 1 to the clie',
      'Both are joined',
      'Agent and client a',
    ]);
  });

  it('tells that a call is over where no event of it has come', () => {
    const silent = { events: [created(), callDue()], calls: [call([], { ended: { at: after(9), type: 'failed' } })] };

    expect(whats(silent)).toContain('The call of version 1 is over');
  });

  it('says by how much a reminder was late', () => {
    const { lines } = lifeOf(
      evidence({
        events: [created(), reminderDue('2026-11-30T15:05:00.000Z')],
        wakeUps: [
          CALL_WAKE_UP,
          { version: 1, purpose: 'reminder-24h', dueAt: '2026-11-30T15:00:00.000Z', state: 'said' },
        ],
      }),
    );

    expect(lines.find(({ what }) => what.includes('reminder'))?.lateSeconds).toBe(300);
  });

  it('says by how much a confirmation was late', () => {
    const late = message({ history: [{ at: '2026-11-28T09:10:00.000Z', status: 'sent' }] });

    expect(lifeOf(evidence({ messages: [late] })).lines.find(({ kind }) => kind === 'message')?.lateSeconds).toBe(600);
  });

  it('tells of wake-ups that are still to come, and not twice of those that were said', () => {
    expect(whats({ now: after(-7200), wakeUps: [{ ...CALL_WAKE_UP, state: 'planned' }] })).toContain(
      'The wake-up for the call is planned (version 1)',
    );
    expect(whats(talked).filter((what) => what.includes('wake-up'))).toEqual([]);
  });

  it('says how long an event was on its way where that took more than a moment', () => {
    expect(whats({ events: [created('2026-11-28T09:00:00.000Z', 40)] })[0]).toMatch(/\(told 40 s later\)$/);
  });

  it('is a page that shows another day where a party’s calendar does', () => {
    const text = printed(
      lifeOf(evidence({ ...talked, appointment: booked({ status: 'completed', timeZone: 'Pacific/Auckland' }) })),
    );

    expect(text).toContain('15:00:00  04:00:00 +1  10:00:00     The call is due');
  });

  it('is told of any evidence whatever, each thing once and oldest first', () => {
    const moment = fc.integer({ min: -1_000_000, max: 1_000_000 }).map(after);
    const some = fc.record({
      now: moment,
      appointment: fc.constantFrom(null, undefined, booked(), booked({ status: 'calling' }), booked({ version: 3 })),
      events: fc.subarray([
        created(),
        callDue(),
        callDue(700),
        agentAnswered(5),
        connected(9),
        completed(60),
        failed('missed'),
        failed('timeout'),
        cancelled('agent'),
      ]),
      wakeUps: fc.array(
        fc.record({
          version: fc.integer({ min: 1, max: 3 }),
          purpose: fc.constantFrom('call', 'reminder-24h'),
          dueAt: moment,
          state: fc.constantFrom('planned', 'handed-over', 'said', 'withdrawn', 'dropped', 'new-word'),
        }),
        { maxLength: 4 },
      ),
      calls: fc.subarray([
        call([]),
        call([attempt('agent', 1)], { carrierDown: true }),
        call([attempt('agent', 1, { stage: 'ringing' })], { version: 3 }),
      ]),
      messages: fc.subarray([message(), message({ status: 'sending', history: [] }), message({ status: 'new-word' })]),
      unread: fc.subarray([
        { what: 'calls', why: 'x' },
        { what: 'events', why: 'y' },
      ]),
    });

    fc.assert(
      fc.property(some, (more) => {
        const life = lifeOf({ ...evidence(), ...more, appointment: more.appointment });

        const times = life.lines.map(({ at }) => Date.parse(at));
        expect(times).toEqual(times.toSorted((a, b) => a - b));
        expect(life.lines.filter(({ kind }) => kind === 'event')).toHaveLength(more.events.length);
        expect(life.verdict).toMatch(/\S.*\.$|\?$/);
        expect(printed(life)).not.toMatch(/undefined|NaN|\[object/);
      }),
    );
  });
});
