import {
  aws_apigatewayv2 as apigateway,
  aws_apigatewayv2_integrations as integrations,
  aws_lambda as lambda,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { sharedParameter } from '../parameters';

/** What a token must have in its scope to open the staff endpoints. */
export const STAFF_SCOPE = 'staff';

export interface StaffRouteProps {
  readonly stageName: string;
  readonly path: string;
  readonly function: lambda.IFunction;
}

/**
 * A staff endpoint to a service's own data, on the API that booking's stack made: both are found by parameter. It takes the
 * API's default limit of requests: a stage's own limits name the routes of its own stack alone.
 */
export class StaffRoute extends Construct {
  constructor(scope: Construct, id: string, { stageName, path, function: fn }: StaffRouteProps) {
    super(scope, id);
    const httpApi = apigateway.HttpApi.fromHttpApiAttributes(this, 'Api', {
      httpApiId: sharedParameter(this, stageName, 'api-id'),
    });
    new apigateway.HttpRoute(this, 'Route', {
      httpApi,
      routeKey: apigateway.HttpRouteKey.with(path, apigateway.HttpMethod.GET),
      integration: new integrations.HttpLambdaIntegration('Integration', fn),
      authorizer: apigateway.HttpAuthorizer.fromHttpAuthorizerAttributes(this, 'Authorizer', {
        authorizerId: sharedParameter(this, stageName, 'staff-authorizer-id'),
        authorizerType: 'JWT',
      }),
      authorizationScopes: [STAFF_SCOPE],
    });
  }
}
