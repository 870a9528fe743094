import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { Construct } from 'constructs';
import type { ServiceName } from '../src/constructs/service';
import type { ServiceStackProps } from '../src/service-stack';
import { readStage, type Stage } from '../src/stage';

/** The template of one service's stack alone, over bundles that hold nothing: what a handler does is no concern of it. */
export function stackTemplate(
  ServiceStack: new (scope: Construct, id: string, props: ServiceStackProps) => Stack,
  service: ServiceName,
  handlers: readonly string[],
  configured: Partial<Stage> = {},
): Template {
  // CloudFormation's own validation takes a second, and runs where the whole assembly is synthesized.
  process.env['CDK_VALIDATION'] = 'false';
  const servicesFolder = mkdtempSync(join(tmpdir(), 'bundles-'));
  try {
    for (const handler of handlers) {
      const bundle = join(servicesFolder, service, 'dist', handler);
      mkdirSync(bundle, { recursive: true });
      writeFileSync(join(bundle, 'index.js'), `// ${handler}`);
    }
    const stage = { ...readStage('dev', join(__dirname, '../stages')), ...configured };
    return Template.fromStack(new ServiceStack(new App(), service, { stage, servicesFolder }));
  } finally {
    rmSync(servicesFolder, { recursive: true });
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
