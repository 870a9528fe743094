import { newClient, startSystem } from '../../e2e/src/system';
import type { Cost, Sizes } from './booking-calls';
import { allSlots } from './flow';
import { percentile, table } from './statistics';

const SIZES: Sizes = {
  agents: [1, 20, 200],
  existing: [0, 1000, 100_000],
  runs: 3,
  requests: (call, agents) => (call === 'book a named agent' || agents === 1 ? 100 : agents === 20 ? 40 : 10),
};
const QUIET = {
  POWERTOOLS_LOG_LEVEL: 'SILENT',
  POWERTOOLS_METRICS_DISABLED: 'true',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
};
const ON_THE_LAPTOP = 100;
const ENGLISH = new Intl.NumberFormat('en-US');

/** What bookings and questions for free times cost, by agents and by appointments that are there already. */
export async function benchBooking(): Promise<void> {
  // The logger reads it when it is loaded; nobody is to read the lines of thousands of requests, nor to wait for them.
  const before = { ...process.env };
  Object.assign(process.env, QUIET);
  const { costs } = await import('./booking-calls');
  const all = await costs(SIZES, (what) => process.stderr.isTTY && process.stderr.write(`  ${what} …\n`));
  for (const name of Object.keys(QUIET)) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
  print(all, SIZES.runs);
  await benchOnTheLaptop();
}

/** Prints the figures, and how they grow with history. */
export function print(all: readonly Cost[], runs: number): void {
  console.log(
    `\nBooking: the handlers in process over the real database engine in memory, medians of ${runs} runs; ms one at a time, requests a second ten at once`,
  );
  table([
    ['', 'agents', 'existing', 'a second', 'p50', 'p95', 'p99', 'asked of the database', 'items read', 'written'],
    ...all.map((cost) => [
      cost.call,
      cost.agents,
      ENGLISH.format(cost.existing),
      cost.perSecond.toFixed(0),
      ...[cost.p50, cost.p95, cost.p99].map((ms) => ms.toFixed(1)),
      Object.entries(cost.requests)
        .map(([name, times]) => `${times} ${name}`)
        .join(', '),
      cost.read,
      cost.written,
    ]),
  ]);

  // The tables with the fewest and the most appointments have equally many ahead, so that they differ in the past alone.
  const past = all.filter(({ existing }) => existing > 0);
  const [few, most] = [Math.min, Math.max].map((pick) => pick(...past.map(({ existing }) => existing)));
  console.log(
    `\nWhat history costs: ${ENGLISH.format(most ?? 0)} appointments beside ${ENGLISH.format(few ?? 0)}, equally many of them ahead`,
  );
  table([
    ['', 'agents', 'time, p50', 'items read', 'goal'],
    ...past.flatMap((cost) => {
      const other = all.find(
        ({ call, agents, existing }) => call === cost.call && agents === cost.agents && existing === most,
      );
      if (cost.existing !== few || !other) return [];
      return [
        [
          cost.call,
          cost.agents,
          `× ${(other.p50 / cost.p50).toFixed(2)}`,
          cost.read === 0 && other.read === 0 ? 'none' : `× ${(other.read / cost.read).toFixed(2)}`,
          '× 1',
        ],
      ];
    }),
  ]);
}

async function benchOnTheLaptop(): Promise<void> {
  const system = await startSystem();
  try {
    const slots = (await allSlots(system)).values();
    const times: Record<string, number[]> = { 'POST /appointments': [], 'GET /availability, one day': [] };
    for (let n = 0; n < ON_THE_LAPTOP; n++) {
      const slot = slots.next().value;
      if (!slot) throw new Error('the slots ran out');
      const day = slot.startsAt.slice(0, 10);
      const ask: Record<string, () => Promise<{ readonly status: number }>> = {
        'POST /appointments': async () =>
          system.request('POST', '/appointments', {
            ...newClient(),
            phone: `+1202555${1000 + n}`,
            startsAt: new Date(slot.startsAt).toISOString(),
            timeZone: 'UTC',
          }),
        'GET /availability, one day': async () =>
          system.request('GET', `/availability?from=${day}&to=${day}&timeZone=UTC`),
      };
      for (const [call, request] of Object.entries(ask)) {
        const begun = performance.now();
        const { status } = await request();
        // The first one starts the function.
        if (n > 0) times[call]?.push(performance.now() - begun);
        if (status >= 300) throw new Error(`${call} answered ${status}`);
      }
    }
    console.log('\nThe same through the whole laptop cloud, one agent, everything on disk before it is acknowledged');
    table([
      ['ms, one at a time', 'p50', 'p95', 'p99'],
      ...Object.entries(times).map(([call, all]) => [
        call,
        ...[0.5, 0.95, 0.99].map((share) => percentile(all, share).toFixed(1)),
      ]),
    ]);
  } finally {
    await system.stop();
  }
}
