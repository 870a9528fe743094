import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { Construct } from 'constructs';
import type { ServiceName } from '../src/constructs/service';
import { PlatformStack } from '../src/platform-stack';
import type { ServiceStackProps } from '../src/service-stack';
import { readStage, type Stage } from '../src/stage';

/** The template of one service's stack alone, over bundles that hold nothing: what a handler does is no concern of it. */
export function stackTemplate(
  ServiceStack: new (scope: Construct, id: string, props: ServiceStackProps) => Stack,
  service: ServiceName,
  handlers: readonly string[],
  configured: Partial<Stage> = {},
): Template {
  const stage = { ...readStage('dev', join(__dirname, '../stages')), ...configured };
  return withBundles(service, handlers, (servicesFolder) =>
    Template.fromStack(new ServiceStack(new App(), service, { stage, servicesFolder })),
  );
}

/** The template of the bus's stack. */
export function platformTemplate(configured: Partial<Stage> = {}): Template {
  const stage = { ...readStage('dev', join(__dirname, '../stages')), ...configured };
  return withBundles('timeline', ['record-event'], (sharedFolder) =>
    Template.fromStack(new PlatformStack(new App(), 'platform', { stage, sharedFolder })),
  );
}

function withBundles(service: ServiceName, handlers: readonly string[], synthesize: (folder: string) => Template) {
  // CloudFormation's own validation takes a second, and runs where the whole assembly is synthesized.
  process.env['CDK_VALIDATION'] = 'false';
  const folder = mkdtempSync(join(tmpdir(), 'bundles-'));
  try {
    for (const handler of handlers) {
      const bundle = join(folder, service, 'dist', handler);
      mkdirSync(bundle, { recursive: true });
      writeFileSync(join(bundle, 'index.js'), `// ${handler}`);
    }
    return synthesize(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The logical id of the one resource of that type that begins with `prefix`; throws when there is none, or more. */
export function named(template: Template, type: string, prefix: string): string {
  const ids = Object.keys(template.findResources(type)).filter((id) => id.startsWith(prefix));
  const [id] = ids;
  if (id === undefined || ids.length > 1) {
    throw new Error(`${ids.length} resources ${type} begin with ${prefix}: ${ids.join(', ')}`);
  }
  return id;
}
