import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GetCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import * as fc from 'fast-check';
import { AppointmentCreated, AppointmentRescheduled, NotificationFailed } from '@appointments/events';
import { eventItem, tableItems } from '@appointments/runtime';
import { engineIsHere, startEngine, type Engine } from '@appointments/runtime/test/database-engine';
import type { ClaimAnswer, Slot } from '../app/deliver';
import { partsOfBooking, partsOfCancellation } from '../domain/projection';
import { withFate, type Fate } from '../domain/fate';
import { addresses } from './addresses';
import { ledger } from './ledger';
import { projections } from './projections';

const now = () => new Date('2026-11-22T12:00:00.000Z');
const minute = (minutes: number) => new Date(now().getTime() + minutes * 60_000);
const booked = AppointmentCreated.example.data;
const { appointmentId } = booked;
const created = partsOfBooking(booked);
const moved = partsOfBooking(AppointmentRescheduled.example.data);
const amended = partsOfBooking({ ...booked, revision: 2, client: { ...booked.client, email: 'new@example.com' } });
const cancelled = partsOfCancellation({ appointmentId, appointmentVersion: 3, cancelledBy: 'client', reason: 'ill' });

(engineIsHere() ? describe : describe.skip)('over the real engine', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startEngine();
  });
  afterAll(() => engine.stop());

  describe('the projection', () => {
    const fresh = async () => projections(tableItems(engine.client, await engine.table()), now);

    it('is empty where nothing was heard', async () => {
      expect(await (await fresh()).read('apt_none')).toEqual({});
    });

    it('takes the state from the highest version and the particulars from the highest revision, in whatever order', async () => {
      const table = await fresh();

      await table.apply(cancelled);
      await table.apply(moved);
      await table.apply(created);
      const known = await table.apply(cancelled);

      expect(known.state).toMatchObject({ version: 3, cancelled: true, cancelledBy: 'client', reason: 'ill' });
      expect(known.particulars).toEqual(moved.particulars);
    });

    it('comes to the same in whatever order and however often a replay brings what was told', async () => {
      const table = await fresh();
      const later = { ...booked, appointmentVersion: 2, startsAt: '2026-12-02T15:00:00.000Z' };
      const told = [
        created,
        partsOfBooking({ ...booked, revision: 2, client: { ...booked.client, phone: '+12025550124' } }),
        partsOfBooking({ ...later, revision: 3 }),
        partsOfBooking({ ...later, revision: 4, client: { ...booked.client, name: 'Ada B.' } }),
      ];
      const replayed = fc
        .tuple(fc.boolean(), fc.array(fc.constantFrom(...told), { maxLength: 4 }))
        .chain(([isCancelled, again]) => {
          const all = [...told, ...again, ...(isCancelled ? [cancelled] : [])];
          return fc.tuple(fc.constant(isCancelled), fc.shuffledSubarray(all, { minLength: all.length }));
        });
      let serial = 0;

      await fc.assert(
        fc.asyncProperty(replayed, async ([isCancelled, shuffled]) => {
          serial += 1;
          const appointmentId = `apt_shuffled_${serial}`;
          for (const parts of shuffled) await table.apply({ ...parts, appointmentId });

          const { state, particulars } = await table.read(appointmentId);

          expect(state).toMatchObject(isCancelled ? { version: 3, cancelled: true } : (told[2]?.state ?? {}));
          expect(particulars).toEqual(told[3]?.particulars);
        }),
        { numRuns: 40 },
      );
    });

    it('takes in new particulars of the same version', async () => {
      const table = await fresh();

      await table.apply(created);
      const known = await table.apply(amended);

      expect(known.particulars?.client.email).toBe('new@example.com');
      expect(known.state?.version).toBe(1);
    });

    it('answers a repeated event with what is known', async () => {
      const table = await fresh();
      const first = await table.apply(created);

      expect(await table.apply(created)).toEqual(first);
      expect(await table.read(appointmentId)).toEqual(first);
    });

    it('keeps the newest word on an agent', async () => {
      const table = await fresh();

      await table.applyAgent({ ...booked.agent, agentVersion: 3, name: 'New' });
      await table.applyAgent({ ...booked.agent, agentVersion: 2, name: 'Old' });

      expect(await table.readAgent(booked.agent.agentId)).toMatchObject({ agentVersion: 3, name: 'New' });
      expect(await table.readAgent('agt_none')).toBeUndefined();
    });
  });

  describe('the ledger', () => {
    const slot: Slot = { appointmentId, version: 1, template: 'confirmation', channel: 'email', recipient: 'client' };
    const fresh = async () => {
      const TableName = await engine.table();
      return { TableName, ...ledger(tableItems(engine.client, TableName)) };
    };
    const claimOf = (answer: ClaimAnswer) => {
      if (answer.is !== 'claimed') throw new Error(`not claimed but ${answer.is}`);
      return answer.claim;
    };

    it('gives a message to one of two who want it', async () => {
      const book = await fresh();

      const answers = await Promise.all([1, 2].map(() => book.claim(slot, now(), minute(-15))));

      expect(answers.map((answer) => answer.is).toSorted()).toEqual(['claimed', 'under-way']);
    });

    it('never gives out again what was sent', async () => {
      const book = await fresh();
      await book.confirm(claimOf(await book.claim(slot, now(), minute(-15))), 'm-1', now());

      expect(await book.claim(slot, minute(600), minute(585))).toEqual({ is: 'sent' });
    });

    it('gives out an unconfirmed claim after fifteen minutes, and not before', async () => {
      const book = await fresh();
      await book.claim(slot, now(), minute(-15));

      expect((await book.claim(slot, minute(14), minute(-1))).is).toBe('under-way');
      expect((await book.claim(slot, minute(15), minute(0))).is).toBe('claimed');
    });

    it('never takes over an unconfirmed claim where it is not to, and tells since when it stands', async () => {
      const book = await fresh();
      await book.claim(slot, now(), undefined);

      expect(await book.claim(slot, minute(600), undefined)).toEqual({ is: 'under-way', since: now().toISOString() });
    });

    it('lets only the holder give a claim back', async () => {
      const book = await fresh();
      const lost = claimOf(await book.claim(slot, now(), minute(-15)));
      const held = claimOf(await book.claim(slot, minute(15), minute(0)));

      await book.release(lost);
      expect((await book.claim(slot, minute(16), minute(1))).is).toBe('under-way');
      await book.release(held);
      expect((await book.claim(slot, minute(16), minute(1))).is).toBe('claimed');
    });

    const failure = () =>
      eventItem(NotificationFailed.create(NotificationFailed.example.data, { occurredAt: now().toISOString() }), now());
    const itemOf = async (TableName: string, Key: Record<string, string>) =>
      (await engine.client.send(new GetCommand({ TableName, Key }))).Item;
    const messageKey = { pk: `appointment#${appointmentId}`, sk: 'message#1#confirmation#email#client' };

    it('keeps why a message failed together with the event that tells of it, and gives it out again', async () => {
      const book = await fresh();
      const claim = claimOf(await book.claim(slot, now(), minute(-15)));
      const event = failure();

      await book.fail(claim, { status: 'failed', reason: 'MessageRejected' }, event, minute(1));

      expect(await itemOf(book.TableName, { pk: event.pk, sk: event.sk })).toEqual(event);
      expect(await itemOf(book.TableName, messageKey)).toMatchObject({
        status: 'failed',
        reason: 'MessageRejected',
        failedAt: minute(1).toISOString(),
      });
      expect((await book.claim(slot, minute(2), undefined)).is).toBe('claimed');
    });

    it('never gives out again what failed for good', async () => {
      const book = await fresh();
      const claim = claimOf(await book.claim(slot, now(), undefined));

      await book.fail(claim, { status: 'failed', reason: 'quiet', isFinal: true }, failure(), minute(1));

      expect(await book.claim(slot, minute(600), minute(585))).toEqual({ is: 'sent' });
      expect(await itemOf(book.TableName, messageKey)).toMatchObject({ status: 'failed', reason: 'quiet' });
    });

    it('never gives out again what nobody knows the fate of', async () => {
      const book = await fresh();
      const claim = claimOf(await book.claim(slot, now(), undefined));

      await book.fail(claim, { status: 'unknown', reason: 'unknown' }, failure(), minute(15));

      expect(await book.claim(slot, minute(600), minute(585))).toEqual({ is: 'sent' });
    });

    it('lets nobody fail what somebody else has taken over', async () => {
      const book = await fresh();
      const lost = claimOf(await book.claim(slot, now(), minute(-15)));
      await book.claim(slot, minute(15), minute(0));
      const event = failure();

      await book.fail(lost, { status: 'failed', reason: 'MessageRejected' }, event, minute(16));

      expect(await itemOf(book.TableName, { pk: event.pk, sk: event.sk })).toBeUndefined();
      expect((await book.claim(slot, minute(16), minute(1))).is).toBe('under-way');
    });

    const fate = (status: Fate['status'], minutes: number, reason?: string): Fate => ({
      status,
      at: minute(minutes).toISOString(),
      providerId: 'm-1',
      ...(reason !== undefined && { reason }),
    });
    const permanent = fate('bounced', 2, 'permanent-general');

    it('takes a message whose answer was lost for sent as soon as its provider tells of it', async () => {
      const book = await fresh();
      await book.claim(slot, now(), minute(-15));

      expect(await book.record(slot, fate('sent', 0), {}, minute(1))).toBe(true);

      expect(await book.claim(slot, minute(600), minute(585))).toEqual({ is: 'sent' });
      expect(await itemOf(book.TableName, messageKey)).toMatchObject({
        status: 'sent',
        providerId: 'm-1',
        claimedAt: now().toISOString(),
      });
    });

    it('takes nothing back that was heard of meanwhile', async () => {
      const book = await fresh();
      const claim = claimOf(await book.claim(slot, now(), minute(-15)));
      await book.record(slot, fate('delivered', 1), {}, minute(1));

      await book.release(claim);
      await book.fail(claim, { status: 'failed', reason: 'throttled' }, failure(), minute(2));
      await book.confirm(claim, 'm-1', minute(3));

      expect(await itemOf(book.TableName, messageKey)).toMatchObject({ status: 'sent', fates: [fate('delivered', 1)] });
    });

    it('keeps a fate of a message that it knows nothing of', async () => {
      const book = await fresh();

      await book.record(slot, fate('sent', 0), {}, minute(1));

      expect(await book.claim(slot, minute(2), undefined)).toEqual({ is: 'sent' });
    });

    it('keeps a fate, the event that tells of it and the mark of its address together, and a second time nothing', async () => {
      const book = await fresh();
      const marks = addresses(tableItems(engine.client, book.TableName));
      const event = failure();
      const then = { event, marked: { address: 'Ada@example.com', mark: 'bounced' as const } };

      const answers = [
        await book.record(slot, permanent, then, minute(3)),
        await book.record(slot, permanent, then, minute(4)),
      ];

      expect(answers).toEqual([true, false]);
      expect(await itemOf(book.TableName, { pk: event.pk, sk: event.sk })).toEqual(event);
      expect(await marks.readMark('ada@example.com ')).toBe('bounced');
      expect(await marks.readMark('bob@example.com')).toBeUndefined();
      const { Items = [] } = await engine.client.send(new ScanCommand({ TableName: book.TableName }));
      expect(JSON.stringify(Items)).not.toMatch(/ada@/i);
    });

    it('never makes less of a mark', async () => {
      const book = await fresh();
      const marks = addresses(tableItems(engine.client, book.TableName));
      const marked = (mark: 'bounced' | 'complained') => ({ marked: { address: 'ada@example.com', mark } });

      await book.record(slot, fate('complained', 3, 'abuse'), marked('complained'), minute(3));
      await book.record(slot, permanent, marked('bounced'), minute(4));

      expect(await marks.readMark('ada@example.com')).toBe('complained');
    });

    it('keeps at the same moment two fates that each have an event and mark the same address', async () => {
      const book = await fresh();
      const marks = addresses(tableItems(engine.client, book.TableName));
      const [first, second] = ['bounced', 'complained'].map((reason) =>
        eventItem(
          NotificationFailed.create(
            { ...NotificationFailed.example.data, reason },
            { occurredAt: now().toISOString() },
          ),
          now(),
        ),
      );
      const address = 'ada@example.com';

      const answers = await Promise.all([
        book.record(slot, permanent, { event: first, marked: { address, mark: 'bounced' } }, minute(3)),
        book.record(
          slot,
          fate('complained', 3, 'abuse'),
          { event: second, marked: { address, mark: 'complained' } },
          minute(3),
        ),
      ]);

      expect(answers).toEqual([true, true]);
      expect(await marks.readMark(address)).toBe('complained');
      for (const event of [first, second])
        expect(await itemOf(book.TableName, { pk: event?.pk ?? '', sk: 'outbox' })).toEqual(event);
    });

    it('loses none of many fates that come at the same moment', async () => {
      const book = await fresh();
      await book.claim(slot, now(), minute(-15));
      const many = [
        fate('sent', 0),
        fate('delayed', 1),
        fate('delivered', 2),
        permanent,
        fate('complained', 3, 'abuse'),
      ];

      await Promise.all([...many, ...many].map((each) => book.record(slot, each, {}, minute(4))));

      const item = await itemOf(book.TableName, messageKey);
      expect(item?.['fates']).toEqual(many.reduce<readonly Fate[]>(withFate, []));
    });
  });
});
