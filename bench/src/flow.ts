import { AGENT, newClient, startSystem, type EmailView, type Slot, type System } from '../../e2e/src/system';
import { callsAlone } from './calls-alone';
import { peakMemoryMiB } from './memory';
import { median, percentile, table } from './statistics';

const ONE_AT_A_TIME = 200;
const AT_ONCE = 10;
const IN_ALL = 300;
const WARM_UP = 5;
const JOURNEYS = 5;

/** Every slot of the next two months that is free. */
export async function allSlots(system: System): Promise<readonly Slot[]> {
  const now = await system.now();
  const day = (offset: number) => new Date(now.getTime() + offset * 86_400_000).toISOString().slice(0, 10);
  const { body } = await system.request<{ slots: Slot[] }>(
    'GET',
    `/availability?from=${day(1)}&to=${day(58)}&timeZone=UTC`,
  );
  return body.slots;
}

const post = (system: System, client: ReturnType<typeof newClient>, slot: Slot) =>
  system.request('POST', '/appointments', {
    ...client,
    startsAt: new Date(slot.startsAt).toISOString(),
    timeZone: 'Europe/Berlin',
  });

const serial = { next: 1000 };
const someone = () => {
  const n = serial.next++;
  return { name: `Client ${n}`, email: `client${n}@example.com`, phone: `+1202555${n}` };
};

interface LogLine {
  readonly seq: number;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Waits until notifications has logged `times` confirmations sent to clients after line `after`; answers the last line seen. */
export async function confirmations(system: System, after: number, times: number): Promise<number> {
  let seen = 0;
  let last = after;
  for (;;) {
    const lines = await system.list<LogLine>(`/_local/logs?after=${last}`);
    last = lines.at(-1)?.seq ?? last;
    seen += lines.filter(
      ({ message, fields }) =>
        message === 'Message sent' && fields['template'] === 'confirmation' && fields['recipient'] === 'client',
    ).length;
    if (seen >= times) return last;
    // Often enough to lose no time worth mentioning, and seldom enough to take none from what is measured.
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Booking → confirmation accepted by SES, one at a time and ten at once; then what the machine had to give for it. */
export async function benchFlow(): Promise<void> {
  const system = await startSystem();
  try {
    const slots = (await allSlots(system)).values();
    const book = async (client: ReturnType<typeof someone>) => {
      const slot = slots.next().value;
      if (!slot) throw new Error('the slots ran out');
      const answer = await post(system, client, slot);
      if (answer.status !== 201) throw new Error(`a booking was refused: ${JSON.stringify(answer.body)}`);
    };

    // The first bookings start the workers: a start-up figure, and none of this table.
    let line = 0;
    for (let n = 0; n < WARM_UP; n++) {
      await book(someone());
      line = await confirmations(system, line, 1);
    }
    await system.settle();
    // From here on the clock is not moved, so that it keeps this distance from the machine's.
    const aheadMs = (await system.now()).getTime() - Date.now();

    const starts = new Map<string, number>();
    for (let n = 0; n < ONE_AT_A_TIME; n++) {
      const client = someone();
      starts.set(client.email, Date.now() + aheadMs);
      await book(client);
      line = await confirmations(system, line, 1);
    }
    const mails = await system.list<EmailView>('/_local/emails');
    const acceptedAt = (email: string) =>
      new Date(mails.find((mail) => mail.to.includes(email))?.at ?? Number.NaN).getTime();
    const latencies = [...starts].map(([email, at]) => acceptedAt(email) - at);
    if (latencies.some(Number.isNaN)) throw new Error('a confirmation was lost');

    const burst = Array.from({ length: IN_ALL }, () => someone());
    const queue = burst.values();
    const burstStart = Date.now() + aheadMs;
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (const client of queue) await book(client);
      }),
    );
    await system.settle();
    const after = await system.list<EmailView>('/_local/emails');
    const ends = burst.map((client) =>
      after.filter((mail) => mail.to.includes(client.email)).map((mail) => new Date(mail.at).getTime()),
    );
    const seconds = (Math.max(...ends.flat()) - burstStart) / 1000;

    const memory = peakMemoryMiB(system.pid());
    await system.stop();
    const alone = await callsAlone({ warmUp: ONE_AT_A_TIME, bookings: IN_ALL, atOnce: AT_ONCE });

    console.log('\nBookings on this machine, everything on disk before it is acknowledged');
    table([
      ['figure', 'measured', 'goal'],
      [`booking → confirmation, ${ONE_AT_A_TIME} one at a time, p50 ms`, percentile(latencies, 0.5), '≤ 60'],
      ['… p95 ms', percentile(latencies, 0.95), '≤ 120'],
      [`confirmations a second, ${IN_ALL} at ${AT_ONCE} at once`, (IN_ALL / seconds).toFixed(0), '≥ 150'],
      ['… that their calls of AWS alone would allow, by the SDK to a server that does nothing', alone.toFixed(0), ''],
      ['… lost', ends.filter((times) => times.length === 0).length, 0],
      ['… sent twice', ends.filter((times) => times.length > 1).length, 0],
      ['memory at its highest, database included, MiB', memory.toFixed(0), '≤ 400'],
    ]);
  } finally {
    await system.stop();
  }
}

/** A whole failing journey: three attempts on the agent's leg, both told, the alert raised. */
export async function benchFailingJourney(): Promise<void> {
  const system = await startSystem();
  try {
    const times: number[] = [];
    for (let run = 0; run < JOURNEYS; run++) {
      const booking = await system.book();
      await system.behaves(AGENT, 'no-answer');
      await system.advanceTo(new Date(new Date(booking.startsAt).getTime() - 1000));
      const begun = performance.now();
      await system.advanceBy('PT5M');
      times.push(performance.now() - begun);
      if ((await system.appointment(booking)).status !== 'failed')
        throw new Error('the journey did not fail as it should');
    }
    console.log(`\nA failing journey (three attempts, mails, alert) on the virtual clock, real ms, ${JOURNEYS} runs`);
    table([
      ['', 'first', 'median', 'goal'],
      ['from the booked second to the end', times[0]?.toFixed(0) ?? '', median(times).toFixed(0), '≤ 2000'],
    ]);
  } finally {
    await system.stop();
  }
}
