import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Slot } from '../app/deliver';
import { SlotTags, tagsOf } from './ses-tags';

const id = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
const anySlot = fc
  .record(
    {
      appointmentId: id,
      version: fc.integer({ min: 1, max: 9999 }),
      template: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
      channel: fc.constantFrom('email' as const, 'sms' as const, 'alert' as const),
      recipient: fc.constantFrom('client' as const, 'agent' as const, 'operators' as const),
      about: id,
    },
    { requiredKeys: ['appointmentId', 'version', 'template', 'channel', 'recipient'] },
  )
  .filter(({ template }) => template.length <= 64);

/** As SES hands them back: each with a list of values, and its own beside them. */
const handedBack = (slot: Slot) =>
  Object.fromEntries([
    ...tagsOf(slot).map(({ Name, Value }) => [Name, [Value]]),
    ['ses:configuration-set', ['appointments']],
    ['ses:source-ip', ['203.0.113.7']],
  ]);

describe('the ledger key in the tags of a mail', () => {
  it('comes back as it went', () => {
    fc.assert(fc.property(anySlot, (slot) => expect(SlotTags.parse(handedBack(slot))).toEqual(slot)));
  });

  it('is written in what SES allows of a tag', () => {
    const names = fc.stringMatching(/^[\x21-\x7e]{1,64}$/);

    fc.assert(
      fc.property(anySlot, names, (slot, template) => {
        for (const { Name, Value } of tagsOf({ ...slot, template })) {
          expect(Name).toMatch(/^[A-Za-z0-9_-]{1,256}$/);
          expect(Value).toMatch(/^[A-Za-z0-9_-]{1,256}$/);
        }
      }),
    );
  });

  it('tells no two messages the same', () => {
    fc.assert(
      fc.property(anySlot, anySlot, (one, other) => {
        fc.pre(JSON.stringify(one) !== JSON.stringify(other));

        expect(tagsOf(one)).not.toEqual(tagsOf(other));
      }),
    );
  });

  it.each([
    ['is missing', { version: undefined }],
    ['is no number', { version: ['x'] }],
    ['has two values', { recipient: ['client', 'agent'] }],
    ['is of somebody else', { recipient: ['everybody'] }],
  ])('is refused where a part %s', (_, change) => {
    const slot: Slot = { appointmentId: 'apt_1', version: 1, template: 'moved', channel: 'email', recipient: 'client' };

    expect(SlotTags.safeParse({ ...handedBack(slot), ...change }).success).toBe(false);
  });
});
