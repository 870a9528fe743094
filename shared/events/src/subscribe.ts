import { ALL_EVENTS } from './contracts';
import type { EventContract } from './define-event';
import { arrived, contractFor, unwrap, type ArrivedEvent } from './parse';

type Known = (typeof ALL_EVENTS)[number];

/** The names of all events. */
export type EventName = Known['detailType'];

/** What is to be done with which events; those that are not named are ignored. */
export type Handlers = {
  readonly [Contract in Known as Contract['detailType']]?: (event: ArrivedEvent<Contract>) => unknown;
};

/** Hands one event to its handler; resolves its name when the handler is done, `undefined` when nobody asked for it. */
export type Dispatch = (input: unknown) => Promise<string | undefined>;

/** An event and what is to be done with it. */
export interface Subscription {
  readonly contract: EventContract;
  readonly handle: (event: ArrivedEvent<EventContract>) => unknown;
}

/** An event and what is to be done with it, for {@link subscribeTo}. */
export function on<Contract extends EventContract>(
  contract: Contract,
  handle: (event: ArrivedEvent<Contract>) => unknown,
): Subscription {
  return { contract, handle: (event) => handle(event as ArrivedEvent<Contract>) };
}

/**
 * As {@link subscribe}, for what is to carry no contract but those it hears: `subscribeTo(on(CallFailed, …), …)`.
 * @throws Error when two are for the same event.
 */
export function subscribeTo(...subscriptions: readonly Subscription[]): Dispatch {
  const contracts = subscriptions.map(({ contract }) => contract);
  const twice = contracts.find((contract, index) => contracts.indexOf(contract) !== index);
  if (twice) throw new Error(`${twice.detailType} is subscribed to twice`);
  return async (input) => {
    const envelope = unwrap(input);
    const contract = contractFor(contracts, envelope);
    const subscription = subscriptions.find((candidate) => candidate.contract === contract);
    if (!contract || !subscription) return undefined;
    await subscription.handle(arrived(contract, envelope));
    return contract.detailType;
  };
}

/**
 * Makes a function that takes one event in whatever it came, and hands it to the handler of its name, typed and checked.
 * What the handler throws goes through, so that a queue delivers the event again.
 * @throws NotAnEvent, UnknownVersion or ContractViolation, before any handler is asked; Error when a name is of no event.
 */
export function subscribe(handlers: Handlers): Dispatch {
  const names = ALL_EVENTS.map(({ detailType }) => detailType as string);
  const unknown = Object.keys(handlers).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`There is no event ${unknown}; there are ${names.join(', ')}.`);
  return subscribeTo(
    ...ALL_EVENTS.flatMap((contract: EventContract) => {
      const handle = handlers[contract.detailType as EventName] as Subscription['handle'] | undefined;
      return handle ? [on(contract, handle)] : [];
    }),
  );
}
