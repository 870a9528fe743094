import { aws_events as events, aws_iam as iam, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ALL_EVENTS } from '@appointments/events';

export interface SubscriberAccountsProps {
  readonly bus: events.EventBus;
  /** Ids of accounts that are not the bus's own. */
  readonly accounts: readonly string[];
}

/** The account that asks; for a rule it is compared with the account that made it. */
const ASKING = '${aws:PrincipalAccount}';

/**
 * Lets other accounts subscribe: make rules on the bus that name sources of ours and lead into their own account, and
 * tend those. Never lets them publish. The conditions are those of the user guide (eb-use-conditions).
 */
export class SubscriberAccounts extends Construct {
  constructor(scope: Construct, id: string, { bus, accounts }: SubscriberAccountsProps) {
    super(scope, id);
    const principals = accounts.map((account) => new iam.AccountPrincipal(account));
    const { partition, account: own } = Stack.of(this);
    const rules = Stack.of(this).formatArn({
      service: 'events',
      resource: 'rule',
      resourceName: `${bus.eventBusName}/*`,
    });
    // A rule that is not there yet has no creator.
    const theirOwn = { StringEqualsIfExists: { 'events:creatorAccount': ASKING } };
    const state = (statementId: string, statement: iam.PolicyStatementProps) =>
      new events.CfnEventBusPolicy(this, statementId, {
        eventBusName: bus.eventBusName,
        statementId,
        statement: new iam.PolicyStatement({ sid: statementId, principals, ...statement }).toJSON() as object,
      });

    state('subscribers-make-rules', {
      actions: ['events:PutRule'],
      resources: [rules],
      conditions: {
        ...theirOwn,
        // All values of none are ours too: what no pattern names is refused by `Null`.
        'ForAllValues:StringEquals': { 'events:source': [...new Set(ALL_EVENTS.map(({ source }) => source))] },
        Null: { 'events:source': 'false' },
      },
    });
    state('subscribers-aim-rules', {
      actions: ['events:PutTargets'],
      resources: [rules],
      conditions: {
        ...theirOwn,
        // Names and numbers go to the account that was listed, and to no third one.
        'ForAllValues:ArnLike': { 'events:TargetArn': `arn:${partition}:*:*:${ASKING}:*` },
        Null: { 'events:TargetArn': 'false' },
      },
    });
    state('subscribers-tend-rules', {
      // What CloudFormation asks for besides when it makes, changes and removes a rule.
      actions: [
        'events:DescribeRule',
        'events:ListTargetsByRule',
        'events:EnableRule',
        'events:DisableRule',
        'events:RemoveTargets',
        'events:DeleteRule',
      ],
      resources: [rules],
      conditions: theirOwn,
    });
    state('subscribers-never-publish', {
      effect: iam.Effect.DENY,
      actions: ['events:PutEvents'],
      resources: [bus.eventBusArn],
      // The bus's own account, listed by mistake, must not fall silent.
      conditions: { StringNotEquals: { 'aws:PrincipalAccount': own } },
    });
  }
}
