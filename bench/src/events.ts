import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import {
  AppointmentCreated,
  CallDue,
  CallFailed,
  parse,
  subscribeTo,
  on,
  type Detail,
  type EventContract,
} from '@appointments/events';
import { deliveredExample, jsonSchemaOf } from '@appointments/events/documents';
import { median, table } from './statistics';

const RUNS = 15;
const TIMES = 2000;
const CONTRACTS: readonly EventContract[] = [CallDue, CallFailed, AppointmentCreated];

interface Candidate {
  readonly name: string;
  readonly once: () => unknown;
}

/** Microseconds that each takes, medians; they take turns, so that what else the machine does hits all alike. */
function microseconds(candidates: readonly Candidate[]): readonly number[] {
  const taken = candidates.map((): number[] => []);
  // One round before those that count, in which everything is compiled.
  for (let run = 0; run <= RUNS; run++) {
    for (const [index, { once }] of candidates.entries()) {
      const begun = performance.now();
      for (let time = 0; time < TIMES; time++) once();
      if (run > 0) taken[index]?.push(((performance.now() - begun) * 1000) / TIMES);
    }
  }
  return taken.map(median);
}

function validatorOf(contract: EventContract): (detail: unknown) => boolean {
  const ajv = new Ajv2020();
  addFormats(ajv);
  for (const keyword of ['x-personal', 'x-meaning']) ajv.addKeyword(keyword);
  return ajv.compile(jsonSchemaOf(contract));
}

function must(isValid: boolean): void {
  if (!isValid) throw new Error('ajv refuses the example');
}

/** Builds, checks and writes an event, as a publisher does. */
function publishing(contract: EventContract): readonly Candidate[] {
  const { data, metadata } = contract.example;
  const facts = { occurredAt: metadata.occurredAt };
  const strict = contract.schema();
  const validate = validatorOf(contract);
  const { detail } = contract.create(data, facts);
  return [
    { name: 'ours', once: () => JSON.stringify(contract.check(contract.create(data, facts).detail)) },
    { name: 'zod alone', once: () => JSON.stringify(strict.parse(detail)) },
    {
      name: 'ajv',
      once: () => {
        must(validate(detail));
        return JSON.stringify(detail);
      },
    },
    { name: 'no check', once: () => JSON.stringify(detail) },
  ];
}

/** Reads, checks and hands over what a queue's record holds, as a consumer does. */
function consuming(contract: EventContract): readonly Candidate[] {
  const body = JSON.stringify(deliveredExample(contract));
  const strict = contract.schema();
  const validate = validatorOf(contract);
  const detailIn = (text: string) => (JSON.parse(text) as { detail: Detail<unknown> }).detail;
  const hear = subscribeTo(on(contract, () => {}));
  return [
    { name: 'ours, parse', once: () => parse(contract, { body }) },
    { name: 'ours, subscribe', once: () => void hear({ body }) },
    { name: 'zod alone', once: () => strict.parse(detailIn(body)) },
    { name: 'ajv', once: () => must(validate(detailIn(body))) },
    { name: 'no check', once: () => detailIn(body) },
  ];
}

/** What the contracts cost at each event, beside the libraries that could do it. */
export function benchEvents(): void {
  for (const [what, candidatesOf] of [
    ['publish an event: build it, check it, write it as JSON', publishing],
    ['hear an event: read the JSON of a queue’s record, check it, hand it over', consuming],
  ] as const) {
    const columns = CONTRACTS.map((contract) => microseconds(candidatesOf(contract)));
    const names = candidatesOf(CallDue).map(({ name }) => name);
    console.log(`\nµs to ${what}, medians of ${RUNS} interleaved runs of ${TIMES}`);
    table([
      ['', ...CONTRACTS.map(({ detailType }) => detailType)],
      ...names.map((name, row) => [name, ...columns.map((column) => column[row]?.toFixed(1) ?? '')]),
    ]);
  }
}
