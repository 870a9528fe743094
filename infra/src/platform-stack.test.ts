import { describe, expect, it } from '@jest/globals';
import { ALL_EVENTS } from '@appointments/events';
import { Match } from 'aws-cdk-lib/assertions';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { platformTemplate } from '../test/stack-template';
import { readStage } from './stage';

const template = platformTemplate();

describe("the bus's stack", () => {
  it('archives every event of the house for thirty days', () => {
    template.hasResourceProperties('AWS::Events::Archive', {
      RetentionDays: 30,
      EventPattern: { source: [{ prefix: 'appointments.' }] },
    });
  });

  it('logs what it could not deliver, and never what an event says', () => {
    template.hasResourceProperties('AWS::Events::EventBus', { LogConfig: { Level: 'ERROR', IncludeDetail: 'NONE' } });
    template.hasResourceProperties('AWS::Logs::DeliverySource', { LogType: 'ERROR_LOGS' });
    template.resourceCountIs('AWS::Logs::Delivery', 1);
  });

  it('describes every event in a schema registry, as it is delivered and within what the registry takes', () => {
    const schemas = Object.values(template.findResources('AWS::EventSchemas::Schema')).map(
      ({ Properties }) => Properties as { SchemaName: string; Type: string; Content: string },
    );

    template.hasResourceProperties('AWS::EventSchemas::Registry', { RegistryName: 'appointments-dev' });
    expect(schemas.map(({ SchemaName }) => SchemaName)).toEqual(
      expect.arrayContaining(ALL_EVENTS.map(({ source, detailType }) => `${source}@${detailType}`)),
    );
    expect(schemas).toHaveLength(ALL_EVENTS.length);
    for (const { SchemaName, Type, Content } of schemas) {
      const committed = `${SchemaName.split('@')[1]}.v1.json`;
      expect(Type).toBe('JSONSchemaDraft4');
      expect(JSON.parse(Content)).toEqual(
        JSON.parse(readFileSync(join(__dirname, '../../shared/events/registry', committed), 'utf8')),
      );
      // CreateSchema takes 100,000 characters.
      expect(Content.length).toBeLessThan(65_536);
    }
  });

  it('tells the others by parameter, never by export, so that each deploys alone', () => {
    const names = Object.values(template.findResources('AWS::SSM::Parameter')).map(
      (parameter) => parameter['Properties'].Name,
    );

    expect(names.toSorted((a: string, b: string) => a.localeCompare(b))).toEqual(
      [
        'alert-topic-arn',
        'bus-arn',
        'bus-name',
        'link-key-secret-arn',
        'link-key-secret-name',
        'public-url',
        'timeline-table',
      ].map((name) => `/appointments/dev/${name}`),
    );
    expect(Object.values(template.findOutputs('*')).filter((output) => output['Export'])).toEqual([]);
  });

  it('keeps a timeline of every event, replayed ones and unknown ones too', () => {
    template.hasResourceProperties('AWS::Events::Rule', { EventPattern: { source: [{ prefix: 'appointments.' }] } });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { POWERTOOLS_SERVICE_NAME: 'timeline' } },
    });
    template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    });
  });

  it('lets the timeline write events, and nothing else', () => {
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action: 'dynamodb:PutItem' })]) },
    });
    expect(JSON.stringify(template.findResources('AWS::IAM::Policy'))).not.toMatch(/PutEvents|dynamodb:(?!PutItem)/);
  });

  it('makes the link key itself: sixty-four letters, with the id by which keys rotate', () => {
    template.hasResourceProperties('AWS::SecretsManager::Secret', {
      GenerateSecretString: {
        SecretStringTemplate: '{"kid":"k1"}',
        GenerateStringKey: 'key',
        PasswordLength: 64,
        ExcludePunctuation: true,
      },
    });
  });
});

describe('a stage', () => {
  it('that does not exist is named with its file', () => {
    expect(() => readStage('moon', '/nowhere')).toThrow('There is no stage moon: /nowhere/moon.json is missing.');
  });

  it('has a plain name', () => {
    expect(() => readStage('../dev', '/nowhere')).toThrow(/lower-case word/);
  });
});
