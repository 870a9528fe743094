import { readFileSync, readdirSync } from 'node:fs';
import { AGENT, newClient, startSystem, type EmailView, type Slot, type System } from '../../e2e/src/system';
import { percentile, table } from './statistics';

const ONE_AT_A_TIME = 200;
const AT_ONCE = 10;
const IN_ALL = 300;

/** The resident memory of a process and its children at their highest, in MiB. */
function peakMemoryMiB(pid: number): number {
  const own = (id: number) =>
    Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number),
  );
  return own(pid) + children.reduce((sum, child) => sum + own(child), 0);
}

async function allSlots(system: System): Promise<readonly Slot[]> {
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

/** Booking → confirmation accepted by SES; a fresh system's clock is the machine's, so the mail's instant can be compared. */
export async function benchFlow(): Promise<void> {
  const system = await startSystem();
  try {
    const slots = (await allSlots(system)).values();
    const nextSlot = () => {
      const slot = slots.next().value;
      if (!slot) throw new Error('the slots ran out');
      return slot;
    };

    // The first booking starts every worker; it is a start-up figure and not one of this table.
    await post(system, someone(), nextSlot());
    await system.settle();

    const starts = new Map<string, number>();
    for (let n = 0; n < ONE_AT_A_TIME; n++) {
      const client = someone();
      starts.set(client.email, Date.now());
      const answer = await post(system, client, nextSlot());
      if (answer.status !== 201) throw new Error(`a booking was refused: ${JSON.stringify(answer.body)}`);
      await system.settle();
    }
    const mails = await system.list<EmailView>('/_local/emails');
    const latencies = [...starts].map(
      ([email, at]) => new Date(mails.find((mail) => mail.to.includes(email))?.at ?? Number.NaN).getTime() - at,
    );
    if (latencies.some(Number.isNaN)) throw new Error('a confirmation was lost');

    const burst = Array.from({ length: IN_ALL }, () => ({ client: someone(), slot: nextSlot() }));
    const queue = burst.values();
    const burstStart = Date.now();
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (const { client, slot } of queue) {
          const answer = await post(system, client, slot);
          if (answer.status !== 201) throw new Error(`a booking was refused: ${JSON.stringify(answer.body)}`);
        }
      }),
    );
    await system.settle();
    const after = await system.list<EmailView>('/_local/emails');
    const ends = burst.map(({ client }) =>
      after.filter((mail) => mail.to.includes(client.email)).map((mail) => new Date(mail.at).getTime()),
    );
    const lost = ends.filter((times) => times.length === 0).length;
    const doubled = ends.filter((times) => times.length > 1).length;
    const seconds = (Math.max(...ends.flat()) - burstStart) / 1000;

    const journey = Date.now();
    const booking = await system.book({ startsAt: new Date(nextSlot().startsAt).toISOString() });
    await system.behaves(AGENT, 'no-answer');
    const begun = Date.now();
    await system.advanceTo(booking.startsAt);
    await system.advanceBy('PT5M');
    const ended = Date.now();
    if ((await system.appointment(booking)).status !== 'failed')
      throw new Error('the journey did not fail as it should');

    console.log('\nThe whole system on this machine');
    table([
      ['figure', 'measured', 'goal'],
      [`booking → confirmation, ${ONE_AT_A_TIME} one at a time, p50 ms`, percentile(latencies, 0.5), '≤ 60'],
      ['… p95 ms', percentile(latencies, 0.95), '≤ 120'],
      [`confirmations a second, ${IN_ALL} at ${AT_ONCE} at once`, (IN_ALL / seconds).toFixed(0), '≥ 150'],
      ['… lost', lost, 0],
      ['… sent twice', doubled, 0],
      ['memory at its highest, database included, MiB', peakMemoryMiB(system.pid()).toFixed(0), '≤ 400'],
      ['a failing journey (three attempts) from the booked second, ms of real time', ended - begun, '≤ 2000'],
      ['… with its booking and the way to it', ended - journey, ''],
    ]);
  } finally {
    await system.stop();
  }
}
