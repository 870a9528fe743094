import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { median, table } from './statistics';

const RUNS = 9;
const services = join(__dirname, '../../services');

function startUpMs(file: string): number {
  const script = `const t=performance.now();require(${JSON.stringify(file)});console.log("\\n"+(performance.now()-t))`;
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const output = execFileSync(process.execPath, ['-e', script], {
      env: { ...process.env, ...LOADING_ENVIRONMENT },
      encoding: 'utf8',
    });
    times.push(Number(output.trim().split('\n').at(-1)));
  }
  return median(times);
}

/** Handlers read their configuration when they load, so they are given one. */
const LOADING_ENVIRONMENT = {
  AWS_REGION: 'us-east-1',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  POWERTOOLS_SERVICE_NAME: 'bench',
  POWERTOOLS_METRICS_NAMESPACE: 'Appointments',
  TABLE_NAME: 't',
  EVENT_BUS_NAME: 'b',
  QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/000000000000/q',
  DEAD_LETTER_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/000000000000/d',
  DELAY_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/000000000000/w',
  WAKE_UP_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/000000000000/w',
  DIALLER_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/000000000000/c',
  TIMERS_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/000000000000/t',
  SCHEDULE_GROUP_NAME: 'g',
  SCHEDULE_ROLE_ARN: 'arn:aws:iam::000000000000:role/r',
  SCHEDULE_TARGET_ARN: 'arn:aws:sqs:us-east-1:000000000000:q',
  SCHEDULE_DEAD_LETTER_ARN: 'arn:aws:sqs:us-east-1:000000000000:d',
  WEBHOOK_BASE_URL: 'https://example.com',
  PUBLIC_URL: 'https://example.com',
  TWILIO_SECRET_NAME: 's',
  TWILIO_PHONE_NUMBER: '+12025550199',
  LINK_KEY_SECRET_NAME: 's',
  ALERT_TOPIC_ARN: 'arn:aws:sns:us-east-1:000000000000:a',
  SENDER_EMAIL: 'a@example.com',
  BRAND_NAME: 'Appointments',
  ALLOWED_COUNTRIES: 'US',
  AGENT_NAME: 'Alex Morgan',
  AGENT_PHONE: '+12025550100',
  AGENT_EMAIL: 'alex@example.com',
  AGENT_TIME_ZONE: 'America/New_York',
  WORKING_HOURS: 'Mon-Sun 09:00-17:00',
  SLOT_MINUTES: '30',
  MINIMUM_NOTICE_MINUTES: '0',
};

/** Each function's bundle in KB and its start-up in a fresh process, beside Twilio's whole SDK in the same run. */
export function benchBundles(): void {
  const twilio = createRequire(join(services, 'telephony/package.json')).resolve('twilio');
  const twilioMs = startUpMs(twilio);
  const rows: (string | number)[][] = [['function', 'KB', 'start-up ms', 'of twilio’s']];
  rows.push(["require('twilio')", '', twilioMs.toFixed(0), '1.00']);
  for (const service of readdirSync(services)) {
    const dist = join(services, service, 'dist');
    for (const handler of existsSync(dist)
      ? readdirSync(dist).filter((name) => existsSync(join(dist, name, 'index.js')))
      : []) {
      const file = join(dist, handler, 'index.js');
      const ms = startUpMs(file);
      rows.push([
        `${service}/${handler}`,
        Math.round(statSync(file).size / 1024),
        ms.toFixed(0),
        (ms / twilioMs).toFixed(2),
      ]);
    }
  }
  console.log(`\nBundles (minified) and start-up in a fresh process, medians of ${RUNS}`);
  table(rows);
}
