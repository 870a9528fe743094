import { describe, expect, it } from '@jest/globals';
import { NotStaff, reResolveAll, Unreachable, type ReResolvePorts } from './re-resolve.mjs';

const NOW = new Date('2026-11-23T12:00:00.000Z');
const HOUR = 3_600_000;

interface Kept {
  readonly id: string;
  startsAt: string;
  /** Where the new rules put it; where it is, it is unchanged. */
  readonly target?: string;
  readonly status?: string;
  /** Answered as it is, instead of what would become of it. */
  readonly answer?: Record<string, unknown>;
  /** HTTP answers before the real one. */
  readonly troubles?: (number | 'no answer')[];
}

const local = (instant: string) => `${instant.slice(0, 19)}+00:00`;
const timeOf = (startsAt: string) => ({
  startsAt,
  localStart: { client: local(startsAt), agent: local(startsAt) },
  tzdb: '2026f',
});

function staffAnswer({ id, startsAt, status = 'scheduled' }: Kept) {
  const agent = { agentId: 'agt_default', timeZone: 'America/New_York' };
  return { appointmentId: id, startsAt, status, timeZone: 'Europe/Berlin', agent };
}

/** The staff endpoints over some appointments of half an hour, as booking answers them. */
function service(kept: readonly Kept[], { pageSize = 100 } = {}) {
  const asked: string[] = [];
  const bodies: unknown[] = [];
  const json = (body: unknown, status = 200, headers: Record<string, string> = {}) =>
    new Response(JSON.stringify(body), { status, headers });

  function list(query: URLSearchParams): Response {
    const [from, to] = [query.get('from') ?? '', query.get('to') ?? ''];
    const after = Number(query.get('cursor') ?? 0);
    const inSpan = kept
      .filter(({ startsAt }) => startsAt.slice(0, 10) >= from && startsAt.slice(0, 10) <= to)
      .toSorted((a, b) => a.startsAt.localeCompare(b.startsAt));
    const next = after + pageSize < inSpan.length ? { next: String(after + pageSize) } : {};
    return json({ appointments: inSpan.slice(after, after + pageSize).map(staffAnswer), ...next });
  }

  function reResolve(appointment: Kept, dryRun: boolean): Response {
    const { startsAt, target = startsAt } = appointment;
    const times = { from: timeOf(startsAt), to: timeOf(target) };
    const answer = (outcome: string, more = {}) =>
      json({ outcome, ...times, ...more, appointment: staffAnswer(appointment) });
    if (appointment.answer) return json({ ...times, ...appointment.answer, appointment: staffAnswer(appointment) });
    if (target === startsAt) return answer('unchanged');
    const blockedBy = kept.filter((other) => other !== appointment && other.startsAt === target).map(({ id }) => id);
    if (blockedBy.length > 0) return answer('conflict', { because: 'taken', blockedBy, skipped: false });
    if (!dryRun) appointment.startsAt = target;
    return answer('moved', { skipped: false });
  }

  const fetch: ReResolvePorts['fetch'] = async (address, init) => {
    const { pathname, searchParams } = new URL(address);
    asked.push(`${init?.method} ${pathname}${searchParams.has('from') ? ` ${searchParams.get('from')}` : ''}`);
    const [, id] = /^\/staff\/appointments\/([^/]+)\/re-resolve$/.exec(pathname) ?? [];
    if (id === undefined) return list(searchParams);
    const body = JSON.parse(typeof init?.body === 'string' ? init.body : '') as { dryRun: boolean };
    bodies.push(body);
    const appointment = kept.find((each) => each.id === id);
    if (!appointment) return json({ title: 'There is no such appointment' }, 404);
    const trouble = appointment.troubles?.shift();
    if (trouble === 'no answer')
      throw new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ECONNRESET' }) });
    if (trouble !== undefined)
      return json({ title: 'Too much at once' }, trouble, { 'retry-after': '3', 'x-request-id': 'req-7' });
    return reResolve(appointment, body.dryRun);
  };
  return { fetch, asked, bodies };
}

async function run(kept: readonly Kept[], { dryRun = false, pageSize = 100 } = {}) {
  const { fetch, asked, bodies } = service(kept, { pageSize });
  const lines: string[] = [];
  const waits: number[] = [];
  const counts = await reResolveAll(
    {
      url: 'https://book.example.com',
      token: 'staff',
      now: NOW,
      fetch,
      wait: async (milliseconds) => void waits.push(milliseconds),
      say: (line) => lines.push(line),
    },
    { dryRun },
  );
  return { counts, lines, waits, asked, bodies };
}

const NOTHING = { moved: 0, amended: 0, unchanged: 0, 'not-applicable': 0, conflict: 0, failed: 0, unread: 0 };
const at = (hour: number, day = '2026-12-01') => new Date(Date.parse(`${day}T00:00:00Z`) + hour * HOUR).toISOString();

describe('resolving all future appointments again', () => {
  it('tells in both zones where each has moved, what changed for the client, and how many came to what', async () => {
    const amended = {
      outcome: 'amended',
      skipped: false,
      to: {
        startsAt: at(15),
        localStart: { client: '2026-12-01T17:00:00+02:00', agent: '2026-12-01T10:00:00-05:00' },
        tzdb: '2027a',
      },
      from: {
        startsAt: at(15),
        localStart: { client: '2026-12-01T16:00:00+01:00', agent: '2026-12-01T10:00:00-05:00' },
        tzdb: '2026f',
      },
    };
    const skipped = { outcome: 'moved', skipped: true, to: timeOf(at(18)) };

    const { counts, lines } = await run([
      { id: 'apt_1', startsAt: at(15), answer: amended },
      { id: 'apt_2', startsAt: at(16) },
      { id: 'apt_3', startsAt: at(17.5), answer: skipped },
    ]);

    expect(lines).toEqual([
      'amended   apt_1',
      '          agent   2026-12-01 10:00 -05:00 -> 2026-12-01 10:00 -05:00  America/New_York (agt_default)',
      '          client  2026-12-01 16:00 +01:00 -> 2026-12-01 17:00 +02:00  Europe/Berlin',
      'moved     apt_3',
      '          agent   2026-12-01 17:30 +00:00 -> 2026-12-01 18:00 +00:00  America/New_York (agt_default)',
      '          client  2026-12-01 17:30 +00:00 -> 2026-12-01 18:00 +00:00  Europe/Berlin',
      "          the agent's clocks skip 17:30 that day",
      "3 future appointments: 1 moved, 1 changed for the client's clock, 1 unchanged, 0 in conflict, 0 failed.",
    ]);
    expect(counts).toEqual({ ...NOTHING, moved: 1, amended: 1, unchanged: 1 });
  });

  it('asks once after each that is still to be called, page by page and span by span for two years', async () => {
    const kept = [
      { id: 'apt_past', startsAt: '2026-11-23T11:00:00.000Z' },
      { id: 'apt_cancelled', startsAt: at(9), status: 'cancelled' },
      ...Array.from({ length: 7 }, (_, place) => ({ id: `apt_${place}`, startsAt: at(10 + place) })),
      { id: 'apt_far', startsAt: at(10, '2028-11-20') },
    ];

    const { counts, asked } = await run(kept, { pageSize: 3 });

    expect(counts).toEqual({ ...NOTHING, unchanged: 8 });
    expect(asked.filter((each) => each.includes('POST'))).toHaveLength(8);
    const froms = asked.filter((each) => each.startsWith('GET')).map((each) => each.slice(-10));
    expect([...new Set(froms)].slice(0, 3)).toEqual(['2026-11-23', '2027-01-24', '2027-03-27']);
    // The twelfth held one, so the thirteenth is read too.
    expect(new Set(froms).size).toBe(13);
  });

  it('looks further than two years as long as there is something', async () => {
    const last = new Date(NOW.getTime() + 12.5 * 62 * 24 * HOUR).toISOString();
    const before = new Date(NOW.getTime() + 11.5 * 62 * 24 * HOUR).toISOString();

    const { counts } = await run([
      { id: 'apt_1', startsAt: before },
      { id: 'apt_2', startsAt: last },
    ]);

    expect(counts.unchanged).toBe(2);
  });

  it.each([-1, 1])(
    'moves a whole day by %i hour though each is in the way of its neighbour, and asks few again',
    async (by) => {
      const kept = Array.from({ length: 8 }, (_, place) => ({
        id: `apt_${place}`,
        startsAt: at(9 + place),
        target: at(9 + place + by),
      }));

      const { counts, asked } = await run(kept);

      expect(counts).toEqual({ ...NOTHING, moved: 8 });
      expect(kept.map(({ startsAt }) => startsAt)).toEqual(kept.map(({ target }) => target));
      expect(asked.filter((each) => each.startsWith('POST')).length).toBeLessThanOrEqual(24);
    },
  );

  it('asks nobody twice because it moved to a later page', async () => {
    const kept = Array.from({ length: 6 }, (_, place) => ({
      id: `apt_${place}`,
      startsAt: at(9 + place),
      target: at(9 + place + 0.5),
    }));

    const { counts } = await run(kept, { pageSize: 2 });

    expect(counts).toEqual({ ...NOTHING, moved: 6 });
  });

  it('run again changes nothing', async () => {
    const kept = [{ id: 'apt_1', startsAt: at(15), target: at(14) }];

    expect((await run(kept)).counts.moved).toBe(1);
    expect((await run(kept)).counts).toEqual({ ...NOTHING, unchanged: 1 });
  });

  it('tells of a conflict who is in the way, and leaves it', async () => {
    const kept = [
      { id: 'apt_1', startsAt: at(15), target: at(14) },
      { id: 'apt_2', startsAt: at(14) },
      { id: 'apt_3', startsAt: at(16), answer: { outcome: 'conflict', because: 'past', to: timeOf(at(11)) } },
    ];

    const { counts, lines } = await run(kept);

    expect(counts).toEqual({ ...NOTHING, unchanged: 1, conflict: 2 });
    expect(lines).toEqual(
      expect.arrayContaining([
        'conflict  apt_1',
        '          agent   2026-12-01 15:00 +00:00 -> 2026-12-01 14:00 +00:00  America/New_York (agt_default)',
        '          not moved: the new time is taken by apt_2',
        '          not moved: the new time has gone by already',
      ]),
    );
  });

  it('says in a dry run who would move once another has, and who could not, and changes nothing', async () => {
    const kept = [
      { id: 'apt_1', startsAt: at(9), target: at(10) },
      { id: 'apt_2', startsAt: at(10), target: at(11) },
      { id: 'apt_3', startsAt: at(11), target: at(12) },
      { id: 'apt_4', startsAt: at(14), target: at(15) },
      { id: 'apt_5', startsAt: at(15) },
    ];

    const { counts, lines, bodies } = await run(kept, { dryRun: true });

    expect(counts).toEqual({ ...NOTHING, moved: 3, unchanged: 1, conflict: 1 });
    expect(lines.filter((line) => line.includes('once'))).toEqual([
      '          once apt_3 has moved',
      '          once apt_2 has moved',
    ]);
    expect(lines.at(-1)).toBe(
      "5 future appointments: 3 would move, 0 would change for the client's clock, 1 unchanged, 1 in conflict, 0 failed.",
    );
    expect(new Set(bodies.map((body) => JSON.stringify(body)))).toEqual(new Set(['{"dryRun":true}']));
    expect(kept[0]?.startsAt).toBe(at(9));
  });

  it('goes on after a failure, and names it with its request', async () => {
    const { counts, lines } = await run([
      { id: 'apt_1', startsAt: at(9), troubles: [500] },
      { id: 'apt_2', startsAt: at(10), target: at(11) },
    ]);

    expect(counts).toEqual({ ...NOTHING, moved: 1, failed: 1 });
    expect(lines).toContain('failed    apt_1: answered 500, Too much at once, request req-7');
  });

  it('asks again, as late as it is told to, when the service is busy or does not answer', async () => {
    const { counts, waits } = await run([{ id: 'apt_1', startsAt: at(9), troubles: [503, 429, 'no answer'] }]);

    expect(counts).toEqual({ ...NOTHING, unchanged: 1 });
    expect(waits).toEqual([3000, 3000, 1000]);
  });

  it('gives up on what never answers', async () => {
    const troubles = Array.from({ length: 10 }, () => 'no answer' as const);

    const { counts, lines } = await run([{ id: 'apt_1', startsAt: at(9), troubles }]);

    expect(counts).toEqual({ ...NOTHING, failed: 1 });
    expect(lines[0]).toBe('failed    apt_1: no answer (ECONNRESET)');
  });

  it.each([
    ['newer-rules', 'it was made with newer zone rules than this deployment has: deploy those again'],
    ['unknown-zone', 'these zone rules do not know its time zone'],
  ])('counts as failed what could not be resolved because of %s', async (because, words) => {
    const answer = { outcome: 'not-applicable', because, to: null };

    const { counts, lines } = await run([{ id: 'apt_1', startsAt: at(9), answer }]);

    expect(counts).toEqual({ ...NOTHING, failed: 1 });
    expect(lines[0]).toBe(`failed    apt_1: ${words}`);
  });

  it('passes over what was cancelled or called in the meantime', async () => {
    const answer = { outcome: 'not-applicable', because: 'status', to: null };

    const { counts, lines } = await run([{ id: 'apt_1', startsAt: at(9), answer }]);

    expect(counts).toEqual({ ...NOTHING, 'not-applicable': 1 });
    expect(lines).toEqual([
      "1 future appointment: 0 moved, 0 changed for the client's clock, 0 unchanged, 1 no longer to be called, 0 in conflict, 0 failed.",
    ]);
  });

  const ports = (fetch: ReResolvePorts['fetch'], lines: string[] = []): ReResolvePorts => ({
    url: 'https://book.example.com',
    token: 'staff',
    now: NOW,
    fetch,
    wait: async () => undefined,
    say: (line) => lines.push(line),
  });

  it.each([401, 403])('stops at once when the token opens nothing (%i)', async (status) => {
    let asked = 0;
    const refusing = async () => {
      asked += 1;
      return new Response('{"message":"Unauthorized"}', { status });
    };

    await expect(reResolveAll(ports(refusing), { dryRun: false })).rejects.toThrow(NotStaff);
    expect(asked).toBe(1);
  });

  it('stops when nobody answers', async () => {
    const silent = () => Promise.reject(new TypeError('fetch failed'));

    await expect(reResolveAll(ports(silent), { dryRun: false })).rejects.toThrow(Unreachable);
  });

  it('tells which days it could not read, and goes on with the next', async () => {
    const { fetch } = service([{ id: 'apt_1', startsAt: at(9, '2027-02-01') }]);
    const lines: string[] = [];
    const oneFails: ReResolvePorts['fetch'] = async (address, init) =>
      address.includes('from=2026-11-23') ? new Response('{"title":"Oh"}', { status: 500 }) : fetch(address, init);

    const counts = await reResolveAll(ports(oneFails, lines), { dryRun: false });

    expect(counts).toEqual({ ...NOTHING, unchanged: 1, unread: 1 });
    expect(lines[0]).toBe('failed    the appointments of 2026-11-23 to 2027-01-23 could not be read: answered 500, Oh');
    expect(lines.at(-1)).toMatch(/ Not all could be read: run it again\.$/);
  });
});
