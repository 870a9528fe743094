import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { drafts, type Draft } from './draft';

const draft: Draft = {
  view: 'details',
  zone: 'Europe/Berlin',
  agentId: '',
  slot: { startsAt: '2026-12-01T10:00:00+01:00', endsAt: '2026-12-01T10:30:00+01:00' },
  hold: { holdId: 'hld_1', startsAt: '2026-12-01T10:00:00+01:00', expiresAt: '2026-12-01T08:10:00Z' },
  values: {
    name: 'Ada',
    email: 'ada@example.com',
    country: 'US',
    phone: '202',
    notes: '',
    smsConsent: false,
    callConsent: true,
  },
  sent: { asked: '{}', key: 'k', body: '{}' },
};

function storage() {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
}

describe('a draft', () => {
  it('is read as it was written, with and without what is optional', () => {
    const one = drafts(storage);
    expect(one.read()).toBeUndefined();
    const store = storage();
    const two = drafts(() => store);
    two.write(draft);
    expect(two.read()).toEqual(draft);

    const { slot, hold, sent, ...least } = draft;
    two.write(least);

    expect([slot, hold, sent]).not.toContain(undefined);
    expect(two.read()).toEqual(least);
  });

  it('leaves nothing behind when it is cleared', () => {
    const store = storage();
    const one = drafts(() => store);
    one.write(draft);

    one.clear();

    expect([...store.kept]).toEqual([]);
  });

  it('is no matter where the browser keeps nothing', () => {
    const one = drafts(() => {
      throw new Error('storage is switched off');
    });

    one.write(draft);
    one.clear();

    expect(one.read()).toBeUndefined();
  });

  it('of a zone that this browser does not know is none', () => {
    const store = storage();
    drafts(() => store).write({ ...draft, zone: 'Mars/Base' });

    expect(drafts(() => store).read()).toBeUndefined();
  });

  it('is a draft or none, whatever stands in the storage', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        const store = storage();
        store.kept.set('booking', text);
        const read = drafts(() => store).read();
        if (read !== undefined) expect(typeof read.values.name).toBe('string');
      }),
    );
  });
});
