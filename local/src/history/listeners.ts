import {
  ListRulesCommand,
  ListTagsForResourceCommand,
  ListTargetsByRuleCommand,
  type Rule,
} from '@aws-sdk/client-eventbridge';
import { SERVICE_TAG, SUBSCRIPTION_TAG } from '@appointments/events';
import { compileEventPattern } from '../aws/event-pattern';
import type { Place } from './place';
import { CannotDo, listed } from './problem';

/** A subscription of one of our services, as its rule on the bus says. */
export interface Listener {
  readonly service: string;
  readonly subscription: string;
  readonly ruleArn: string;
  readonly queueArns: readonly string[];
  readonly deadLetterArns: readonly string[];
  readonly hears: (envelope: object) => boolean;
}

/** Where the subscription is told of in a line. */
export const named = ({ service, subscription }: Listener) => `${service}/${subscription}`;

/** Every subscription of ours: a rule that says by its tags whose it is. Rules of others are never replayed to. */
async function listeners({ events, busName }: Place): Promise<Listener[]> {
  const rules: Rule[] = [];
  let token: string | undefined;
  do {
    const page = await events.send(new ListRulesCommand({ EventBusName: busName, NextToken: token }));
    rules.push(...(page.Rules ?? []));
    token = page.NextToken;
  } while (token !== undefined);
  const found: Listener[] = [];
  for (const { Name, Arn, EventPattern, State } of rules) {
    if (Arn === undefined || EventPattern === undefined || State === 'DISABLED') continue;
    const { Tags = [] } = await events.send(new ListTagsForResourceCommand({ ResourceARN: Arn }));
    const tag = (key: string) => Tags.find(({ Key }) => Key === key)?.Value;
    const service = tag(SERVICE_TAG);
    if (service === undefined) continue;
    const { Targets = [] } = await events.send(new ListTargetsByRuleCommand({ EventBusName: busName, Rule: Name }));
    found.push({
      service,
      subscription: tag(SUBSCRIPTION_TAG) ?? Name ?? '',
      ruleArn: Arn,
      queueArns: Targets.flatMap((target) => target.Arn ?? []),
      deadLetterArns: Targets.flatMap((target) => target.DeadLetterConfig?.Arn ?? []),
      hears: compileEventPattern(EventPattern),
    });
  }
  return found;
}

/**
 * The subscriptions that would hear a replay of that name: of one service, or of all. One that acts excludes a replay by
 * its own pattern; that it is not named to the bus either is the second guard.
 */
export async function listenersTo(
  place: Place,
  asked: {
    readonly services: readonly string[];
    /** One envelope of each kind of event that is replayed, under the replay's name. */
    readonly examples: readonly { readonly event: string; readonly envelope: object }[];
  },
): Promise<Listener[]> {
  const all = await listeners(place);
  const services = [...new Set(all.map(({ service }) => service))].toSorted((a, b) => a.localeCompare(b));
  if (services.length === 0) {
    throw new CannotDo(
      `No rule of the bus ${place.busName} says whose it is (tag ${SERVICE_TAG}): deploy the services' stacks as they are here, then try again.`,
    );
  }
  const unknown = asked.services.filter((service) => !services.includes(service));
  if (unknown.length > 0)
    throw new CannotDo(`No service ${listed(unknown)} listens to the bus; there are ${listed(services)}.`);
  const chosen = all.filter(({ service }) => asked.services.length === 0 || asked.services.includes(service));
  const hearing = chosen.filter(({ hears }) => asked.examples.some(({ envelope }) => hears(envelope)));
  const deaf = asked.services.filter((service) => !hearing.some((listener) => listener.service === service));
  if (deaf.length > 0 || hearing.length === 0) {
    const what =
      asked.examples.length > 3 ? 'replays' : `replays of ${listed(asked.examples.map(({ event }) => event))}`;
    throw new CannotDo(
      `${listed(deaf.length > 0 ? deaf : ['Nobody'])} hears no ${what}: what acts on events is not replayed to, unless --for-real says so. There is nothing to rebuild.`,
    );
  }
  return hearing;
}
