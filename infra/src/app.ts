import { join } from 'node:path';
import { App, DefaultStackSynthesizer, type StackProps } from 'aws-cdk-lib';
import { BookingStack } from './booking-stack';
import { NotificationsStack } from './notifications-stack';
import { PlatformStack } from './platform-stack';
import { SchedulerStack } from './scheduler-stack';
import { readStage } from './stage';
import { TelephonyStack } from './telephony-stack';

const infra = join(__dirname, '..');
const servicesFolder = join(infra, '..', 'services');
const sharedFolder = join(infra, '..', 'shared');
const stage = readStage(process.env['STAGE'] ?? 'dev', join(infra, 'stages'));

// Flags stand here and not in cdk.json, so that the templates are the same whoever synthesizes them.
const app = new App({ outdir: process.env['CDK_OUTDIR'] ?? join(infra, 'cdk.out'), analyticsReporting: false });

const stack = (name: string): [string, StackProps] => [
  `appointments-${stage.name}-${name}`,
  {
    synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }),
    description: `Appointments (${stage.name}): ${name}`,
    tags: { application: 'appointments', stage: stage.name, service: name },
  },
];

const [platformId, platformProps] = stack('platform');
new PlatformStack(app, platformId, { ...platformProps, stage, sharedFolder });

const [bookingId, bookingProps] = stack('booking');
new BookingStack(app, bookingId, { ...bookingProps, stage, servicesFolder });

const [schedulerId, schedulerProps] = stack('scheduler');
new SchedulerStack(app, schedulerId, { ...schedulerProps, stage, servicesFolder });

const [telephonyId, telephonyProps] = stack('telephony');
new TelephonyStack(app, telephonyId, { ...telephonyProps, stage, servicesFolder });

const [notificationsId, notificationsProps] = stack('notifications');
new NotificationsStack(app, notificationsId, { ...notificationsProps, stage, servicesFolder });

app.synth();
