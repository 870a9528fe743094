import { aws_apigatewayv2 as apigateway } from 'aws-cdk-lib';
import type { RouteLimit, RouteLimits } from '../route-limits';

/**
 * Throttles the routes of an API, each on its own, whoever asks. A limit for a route that there is not is refused here:
 * CloudFormation would refuse it too, in the middle of a deployment.
 */
export function limitRoutes(
  api: apigateway.HttpApi,
  routes: ReadonlyMap<string, apigateway.HttpRoute>,
  { default: others, ...named }: RouteLimits,
): void {
  const stage = api.defaultStage?.node.defaultChild;
  if (!(stage instanceof apigateway.CfnStage)) throw new Error('the API has no stage of its own');
  if (others) {
    const { ratePerSecond, burst } = others;
    stage.defaultRouteSettings = { throttlingRateLimit: ratePerSecond, throttlingBurstLimit: burst };
  }
  for (const routeKey of Object.keys(named)) {
    const route = routes.get(routeKey);
    if (!route) {
      throw new Error(
        `routeLimits names ${JSON.stringify(routeKey)}, which is no route of the public API. There are ${[...routes.keys()].toSorted().join(', ')}.`,
      );
    }
    // A stage that names a route which is not there yet fails to be made.
    stage.node.addDependency(route);
  }
  if (Object.keys(named).length > 0) {
    // A map of the template's own words: CDK has no type for it.
    stage.routeSettings = Object.fromEntries(
      Object.entries(named).map(([routeKey, limit]) => [routeKey, limit && settingsOf(limit)]),
    );
  }
}

function settingsOf({ ratePerSecond, burst }: RouteLimit) {
  return { ThrottlingRateLimit: ratePerSecond, ThrottlingBurstLimit: burst };
}
