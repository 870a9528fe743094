import { AppointmentCreated } from '../../shared/events/src/index';
import { startSystem, type EmailView, type System } from '../../e2e/src/system';
import { confirmations } from './flow';
import { percentile, table } from './statistics';

const ONE_AT_A_TIME = 200;
const IN_ALL = 500;
const WARM_UP = 5;
/** EventBridge takes so many in one call. */
const AT_ONCE = 10;
const DAYS_AHEAD = 10;

interface Health {
  readonly awsEndpoint: string;
  readonly eventBusName: string;
}

let serial = 0;

/** The word of a booking, as booking would put it on the bus; nobody else has the address. */
function booked(now: Date) {
  serial += 1;
  const email = `reader${serial}@example.com`;
  const { data } = AppointmentCreated.example;
  const startsAt = new Date(now.getTime() + DAYS_AHEAD * 86_400_000).toISOString();
  const event = AppointmentCreated.create(
    { ...data, appointmentId: `apt_bench${serial}`, startsAt, client: { ...data.client, email } },
    { occurredAt: now.toISOString() },
  );
  return { email, event };
}

async function put(health: Health, events: readonly ReturnType<typeof booked>['event'][]): Promise<void> {
  const answer = await fetch(health.awsEndpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSEvents.PutEvents' },
    body: JSON.stringify({
      Entries: events.map(({ source, detailType, detail }) => ({
        EventBusName: health.eventBusName,
        Source: source,
        DetailType: detailType,
        Detail: JSON.stringify(detail),
      })),
    }),
  });
  if (!answer.ok) throw new Error(`the bus answered ${answer.status}: ${await answer.text()}`);
}

const mailsOf = (system: System) => system.list<EmailView>('/_local/emails');
const isMine = ({ to }: EmailView) => to.some((address) => /^reader\d+@/.test(address));

/** Event on the bus → mail accepted by SES: one at a time, and as many as there are at once. */
export async function benchMessages(oneAtATime = ONE_AT_A_TIME, inAll = IN_ALL): Promise<void> {
  const system = await startSystem();
  try {
    const { body: health } = await system.request<Health>('GET', '/_local/health');
    let line = 0;
    for (let n = 0; n < WARM_UP; n++) {
      await put(health, [booked(await system.now()).event]);
      line = await confirmations(system, line, 1);
    }
    await system.settle();
    // From here on the clock is not moved, so that it keeps this distance from the machine's.
    const aheadMs = (await system.now()).getTime() - Date.now();
    const now = () => new Date(Date.now() + aheadMs);

    const putAt = new Map<string, Date>();
    for (let n = 0; n < oneAtATime; n++) {
      const { email, event } = booked(now());
      putAt.set(email, now());
      await put(health, [event]);
      line = await confirmations(system, line, 1);
    }
    const acceptedAt = new Map((await mailsOf(system)).flatMap(({ to, at }) => to.map((address) => [address, at])));
    const latencies = [...putAt].map(
      ([email, at]) => new Date(acceptedAt.get(email) ?? Number.NaN).getTime() - at.getTime(),
    );
    if (latencies.some(Number.isNaN)) throw new Error('a mail was lost');

    const before = (await mailsOf(system)).length;
    const burstAt = now();
    const burst = Array.from({ length: inAll }, () => booked(burstAt));
    for (let n = 0; n < burst.length; n += AT_ONCE)
      await put(
        health,
        burst.slice(n, n + AT_ONCE).map(({ event }) => event),
      );
    await confirmations(system, line, inAll);
    // Only now: time stands while the clock is moved, and settling is a move.
    await system.settle();
    const sent = (await mailsOf(system)).slice(before);
    const seconds = (Math.max(...sent.map(({ at }) => new Date(at).getTime())) - burstAt.getTime()) / 1000;
    const reached = sent.filter(isMine).flatMap(({ to }) => to);

    console.log('\nMessages on this machine, everything on disk before it is acknowledged');
    table([
      ['figure', 'measured', 'goal'],
      [`event → mail accepted by SES, ${oneAtATime} one at a time, p50 ms`, percentile(latencies, 0.5), ''],
      ['… p95 ms', percentile(latencies, 0.95), ''],
      [`mails a second, ${inAll} events at once, to client and agent`, (sent.length / seconds).toFixed(0), ''],
      ['… lost', burst.filter(({ email }) => !reached.includes(email)).length, 0],
      ['… sent twice', reached.length - new Set(reached).size, 0],
    ]);
  } finally {
    await system.stop();
  }
}
