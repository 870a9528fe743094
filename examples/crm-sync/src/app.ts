import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { readConfig } from './config';
import { CrmSyncStack } from './stack';

const here = join(__dirname, '..');
const config = readConfig(process.env['CONFIG'] ?? 'laptop', join(here, 'config'));

const app = new App({ analyticsReporting: false });
new CrmSyncStack(app, 'crm-sync', { config, bundle: join(here, 'dist/handler') });
app.synth();
