import * as z from 'zod';
import type { RouteLimit } from '../http/token-bucket';
import { BadConfigurationError } from './configuration';

/** What a stage of an HTTP API says of its routes. */
export interface StageThrottling {
  readonly DefaultRouteSettings?: RouteSettings | undefined;
  readonly RouteSettings: Readonly<Record<string, RouteSettings>>;
}

export interface RouteSettings {
  readonly ThrottlingRateLimit?: number | undefined;
  readonly ThrottlingBurstLimit?: number | undefined;
}

/** The name under which the limit of every route that is not named stands. */
const OTHERS = 'default';

const Limits = z.record(
  z.string(),
  z.strictObject({ ratePerSecond: z.number().positive(), burst: z.int().positive() }),
);

/**
 * The limit of each route: what the stage of its API says or, where the person at the laptop has set `ROUTE_LIMITS`, that
 * and nothing else. @throws {@link BadConfigurationError}
 */
export function routeLimits(
  stage: StageThrottling | undefined,
  routeKeys: readonly string[],
  environment: NodeJS.ProcessEnv,
): (routeKey: string) => RouteLimit | undefined {
  const own = environment['ROUTE_LIMITS'];
  const limits = own === undefined || own === '' ? ofStage(stage) : ofEnvironment(own, routeKeys);
  return (routeKey) => limits.get(routeKey) ?? limits.get(OTHERS);
}

function ofStage(stage: StageThrottling | undefined): ReadonlyMap<string, RouteLimit> {
  const given = Object.entries({
    ...(stage?.DefaultRouteSettings && { [OTHERS]: stage.DefaultRouteSettings }),
    ...stage?.RouteSettings,
  });
  return new Map(
    given.flatMap(([routeKey, { ThrottlingRateLimit: ratePerSecond, ThrottlingBurstLimit: burst }]) =>
      ratePerSecond === undefined || burst === undefined ? [] : [[routeKey, { ratePerSecond, burst }]],
    ),
  );
}

function ofEnvironment(text: string, routeKeys: readonly string[]): ReadonlyMap<string, RouteLimit> {
  const limits = Limits.safeParse(jsonOf(text));
  if (!limits.success) {
    throw new BadConfigurationError(
      'ROUTE_LIMITS must be JSON like {"POST /appointments": {"ratePerSecond": 20, "burst": 40}}.',
    );
  }
  for (const routeKey of Object.keys(limits.data)) {
    if (routeKey === OTHERS || routeKeys.includes(routeKey)) continue;
    throw new BadConfigurationError(
      `ROUTE_LIMITS names ${JSON.stringify(routeKey)}, which is no route. There are ${[OTHERS, ...routeKeys.toSorted()].join(', ')}.`,
    );
  }
  return new Map(Object.entries(limits.data));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
