import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { problemOf } from './problem';

const fields = ['name', 'email', 'phone', 'startsAt'];
const telling = { other: 'Try later.', problems: {}, faults: [] };
const read = (status: number, body: unknown) => problemOf(status, body, fields, telling);

describe('problemOf', () => {
  it('puts every fault next to its field, however the path is written', () => {
    const problem = read(400, {
      title: 'Bad Request',
      errors: [
        { path: 'email', message: 'is not an address' },
        { path: '/phone', message: 'Too short.' },
        { path: ['name'], message: 'is missing' },
      ],
    });

    expect(problem).toEqual({
      slug: '',
      status: 400,
      kind: 'invalid',
      message: '',
      fieldErrors: { email: 'This is not an address.', phone: 'Too short.', name: 'This is missing.' },
      nearest: [],
    });
  });

  it('makes a sentence of a message that goes on from the name of its field', () => {
    const messages = ['is a number in Canada', 'must be text', 'has a prefix', 'belongs to no country', 'isolated'];
    const told = messages.map((message) => read(400, { errors: [{ path: 'phone', message }] }).fieldErrors['phone']);

    expect(told).toEqual([
      'This is a number in Canada.',
      'This must be text.',
      'This has a prefix.',
      'This belongs to no country.',
      'Isolated.',
    ]);
  });

  it('keeps both of two faults of one field', () => {
    const errors = [
      { path: 'name', message: 'Too long.' },
      { path: 'name', message: 'No control characters.' },
    ];

    expect(read(400, { errors }).fieldErrors).toEqual({ name: 'Too long. No control characters.' });
  });

  it('says above the form what belongs to no field of it', () => {
    const errors = [
      { path: 'locale', message: 'unknown' },
      { path: 'name', message: 'missing' },
    ];

    expect(read(400, { errors })).toMatchObject({ message: 'Unknown.', fieldErrors: { name: 'Missing.' } });
  });

  it('offers the nearest free times when the slot was taken, and drops what is none', () => {
    const near = { startsAt: '2026-12-01T10:00:00-05:00', endsAt: '2026-12-01T10:30:00-05:00' };

    expect(read(409, { type: 'https://example.com/problems/slot-taken', nearest: [near, null, {}] })).toMatchObject({
      kind: 'slot-taken',
      nearest: [near],
    });
  });

  it.each([
    [401, 'not-found'],
    [404, 'not-found'],
    [409, 'conflict'],
    [422, 'invalid'],
    [500, 'other'],
    [503, 'other'],
  ])('takes %i for %s', (status, kind) => {
    expect(read(status, {}).kind).toBe(kind);
  });

  it('is told in our own words where its type is known, and as it comes where it is not', () => {
    const words = { ...telling, problems: { 'too-many-bookings': 'Demasiadas.' } };
    const told = (slug: string) =>
      problemOf(429, { type: `https://x.example/problems/${slug}`, detail: 'as it comes' }, fields, words).message;

    expect([told('too-many-bookings'), told('new-kind'), told('toString')]).toEqual([
      'Demasiadas.',
      'As it comes.',
      'As it comes.',
    ]);
  });

  it('of a gateway that throttles is told as that of a server that is busy', () => {
    const words = { ...telling, problems: { busy: 'Muchas reservas.' } };
    const told = (status: number) => problemOf(status, { message: 'Too Many Requests' }, fields, words).message;

    expect([told(429), told(503), told(500)]).toEqual(['Muchas reservas.', 'Muchas reservas.', 'Try later.']);
  });

  it('tells in our own words what its known type means even where a field is to blame', () => {
    const body = {
      type: '/problems/no-such-local-time',
      errors: [{ path: 'startsAt', message: 'is no such local time: the clocks skip it' }],
    };

    expect(
      problemOf(400, body, fields, { ...telling, problems: { 'no-such-local-time': 'No existe.' } }),
    ).toMatchObject({
      slug: 'no-such-local-time',
      message: 'No existe.',
    });
  });

  it('tells a fault of a field in the visitor’s language where there are words for it', () => {
    const words = {
      ...telling,
      faults: [[/^must have at most (\d+) characters$/, (most: string) => `Como máximo ${most}.`]] as const,
    };
    const errors = [
      { path: 'name', message: 'must have at most 100 characters' },
      { path: 'email', message: 'must be new' },
    ];

    expect(problemOf(400, { errors }, fields, words).fieldErrors).toEqual({
      name: 'Como máximo 100.',
      email: 'This must be new.',
    });
  });

  it('has something to say for any answer at all', () => {
    expect(read(502, undefined).message).toBe('Try later.');
    fc.assert(
      fc.property(fc.integer({ min: 400, max: 599 }), fc.jsonValue(), (status, body) => {
        const problem = read(status, body);
        expect(problem.message !== '' || Object.keys(problem.fieldErrors).length > 0).toBe(true);
      }),
    );
  });
});
