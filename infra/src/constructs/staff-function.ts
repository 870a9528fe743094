import { ArnFormat, aws_apigatewayv2 as apigateway, aws_iam as iam, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { sharedParameter } from '../parameters';
import type { Stage } from '../stage';
import { ServiceFunction, type ServiceFunctionProps, type ServiceName } from './service';

/** What a token must have in its scope to open the staff endpoints. */
export const STAFF_SCOPE = 'staff';

/** A function that answers a route of the public API for another service than booking, whose API it is. */
interface StaffRoute {
  readonly service: ServiceName;
  readonly handler: string;
}

/**
 * The staff routes that other services answer. Booking's stack leads them to functions by name, and each service's own stack
 * makes its function and lets the API call it: so both deploy alone, in any order. Until the function is there, its route
 * answers 500 and no other route minds.
 */
export const STAFF_ROUTES: Readonly<Record<string, StaffRoute>> = {
  'GET /staff/appointments/{appointmentId}/messages': { service: 'notifications', handler: 'list-messages' },
  'GET /staff/appointments/{appointmentId}/wake-ups': { service: 'scheduler', handler: 'staff-wake-ups' },
  'GET /staff/appointments/{appointmentId}/calls': { service: 'telephony', handler: 'staff-calls' },
};

function functionName(stage: Stage, { service, handler }: StaffRoute): string {
  return `appointments-${stage.name}-${service}-${handler}`;
}

/** The function behind a staff route of another service's API. */
export class StaffFunction extends ServiceFunction {
  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    const { service, handler } = props;
    const routes = Object.entries(STAFF_ROUTES).filter(
      ([, route]) => route.service === service.name && route.handler === handler,
    );
    if (routes.length === 0) throw new Error(`STAFF_ROUTES names no route of ${service.name}/${handler}.`);
    super(scope, id, {
      ...props,
      functionName: functionName(service.stage, { service: service.name, handler }),
      environment: { PUBLIC_URL: sharedParameter(scope, service.stage.name, 'public-url'), ...props.environment },
    });
    for (const [index, [route]] of routes.entries()) {
      const [method = '', path = ''] = route.split(' ');
      this.addPermission(`ByStaffApi${index === 0 ? '' : index + 1}`, {
        principal: new iam.ServicePrincipal('apigateway.amazonaws.com'),
        // Of whichever API of this account: its id is known only once booking is deployed.
        sourceArn: Stack.of(this).formatArn({
          service: 'execute-api',
          resource: '*',
          resourceName: `*/${method}${path.replaceAll(/\{[^}]+\}/g, '*')}`,
          arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
        }),
      });
    }
  }
}

/** Leads a route to a function that another stack makes. */
export class StaffIntegration extends apigateway.HttpRouteIntegration {
  readonly #stage: Stage;
  readonly #route: StaffRoute;

  constructor(id: string, stage: Stage, route: StaffRoute) {
    super(id);
    this.#stage = stage;
    this.#route = route;
  }

  override bind({ scope }: apigateway.HttpRouteIntegrationBindOptions): apigateway.HttpRouteIntegrationConfig {
    return {
      type: apigateway.HttpIntegrationType.AWS_PROXY,
      uri: Stack.of(scope).formatArn({
        service: 'lambda',
        resource: 'function',
        resourceName: functionName(this.#stage, this.#route),
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      }),
      payloadFormatVersion: apigateway.PayloadFormatVersion.VERSION_2_0,
    };
  }
}
