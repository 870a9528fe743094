import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { consequenceOf, FATES, outcome, withFate, type Fate } from './fate';

const at = (seconds: number) => new Date(Date.parse('2026-11-22T12:00:00.000Z') + seconds * 1000).toISOString();
const fate = (status: Fate['status'], seconds = 0, more: Partial<Fate> = {}): Fate => ({
  status,
  at: at(seconds),
  providerId: 'm-1',
  ...more,
});
const kept = (fates: readonly Fate[]) => fates.reduce<readonly Fate[]>(withFate, []);

const anyFate = fc.record({
  status: fc.constantFrom(...FATES),
  at: fc.integer({ min: 0, max: 5 }).map(at),
  providerId: fc.constantFrom('m-1', 'm-2'),
  reason: fc.constantFrom(undefined, 'permanent-general', 'transient-general', 'abuse', 'not-spam'),
});

describe('the fates of a message', () => {
  it('are the same in whatever order they come, and however often each', () => {
    fc.assert(
      fc.property(fc.array(anyFate, { maxLength: 8 }), fc.array(fc.nat(), { maxLength: 8 }), (fates, picks) => {
        const again = picks.flatMap((pick) => fates[pick % Math.max(1, fates.length)] ?? []);
        const shuffled = [...again, ...fates.toReversed(), ...again];

        expect(kept(shuffled)).toEqual(kept(fates));
      }),
    );
  });

  it('never say less by one more', () => {
    // What says more stands further on; of a bounce and a complaint it depends on their kind.
    const scale = [
      ['sent'],
      ['delayed'],
      ['bounced transient-general', 'bounced abuse', 'bounced not-spam', 'complained not-spam'],
      ['delivered'],
      ['bounced permanent-general', 'bounced'],
      ['rejected'],
      ['complained'],
    ];
    const says = (fates: readonly Fate[]) => {
      const { status = '', reason = '' } = outcome(fates) ?? {};
      const step = (name: string) => scale.findIndex((names) => names.includes(name));
      const byKind = step(`${status} ${reason}`.trim());
      return byKind === -1 ? step(status) : byKind;
    };

    fc.assert(
      fc.property(fc.array(anyFate, { maxLength: 8 }), anyFate, (fates, next) => {
        const before = kept(fates);

        expect(says(withFate(before, next))).toBeGreaterThanOrEqual(says(before));
      }),
    );
  });

  it('are unchanged by what is known', () => {
    const known = kept([fate('sent'), fate('delivered', 1)]);

    expect(withFate(known, fate('delivered', 1))).toBe(known);
    expect(withFate(known, fate('sent', 2))).toBe(known);
  });

  it.each([
    [['sent'], 'sent'],
    [['delivered', 'sent'], 'delivered'],
    [['delayed', 'sent'], 'delayed'],
    [['delayed', 'delivered'], 'delivered'],
    [['complained', 'delivered', 'sent'], 'complained'],
    [['bounced', 'delivered'], 'bounced'],
  ] as const)('of which %j are known come to %s', (statuses, most) => {
    expect(outcome(kept(statuses.map((status) => fate(status))))?.status).toBe(most);
  });

  it('come to delivered where an automatic reply came back, and to bounced where nothing else is known', () => {
    const reply = fate('bounced', 9, { reason: 'transient-general' });

    expect(outcome(kept([fate('sent'), fate('delivered', 1), reply]))?.status).toBe('delivered');
    expect(outcome(kept([fate('sent'), reply]))?.status).toBe('bounced');
  });

  it('come to delivered where the complaint was taken back before it was made', () => {
    const back = fate('complained', 9, { reason: 'not-spam' });

    expect(outcome(kept([fate('delivered', 1), back]))?.status).toBe('delivered');
    expect(outcome(kept([back, fate('delivered', 1), fate('complained', 10, { reason: 'abuse' })]))?.reason).toBe(
      'abuse',
    );
  });

  it('come to nothing where there are none', () => {
    expect(outcome([])).toBeUndefined();
  });
});

describe('what follows', () => {
  it.each([
    ['bounced', 'permanent-general', { reason: 'bounced', mark: 'bounced' }],
    ['bounced', 'permanent-suppressed', { reason: 'bounced', mark: 'bounced' }],
    ['bounced', 'transient-mailboxfull', { reason: 'bounced-for-now' }],
    ['bounced', 'undetermined-undetermined', { reason: 'bounced-for-now' }],
    ['complained', 'abuse', { reason: 'complained', mark: 'complained' }],
    ['complained', undefined, { reason: 'complained', mark: 'complained' }],
    ['complained', 'not-spam', undefined],
    ['rejected', 'bad content', { reason: 'rejected' }],
    ['sent', undefined, undefined],
    ['delayed', 'mailboxfull', undefined],
    ['delivered', undefined, undefined],
  ] as const)('from %s (%s) is %j', (status, reason, consequence) => {
    expect(consequenceOf({ status, reason })).toEqual(consequence);
  });
});
