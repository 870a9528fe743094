import { documentClient, jsonRoute, readConfig } from '@appointments/runtime';
import * as z from 'zod';
import { wakeUpTable } from '../adapters/wake-up-table';
import { tellWakeUps } from '../app/tell-wake-ups';

const config = readConfig(z.object({ TABLE_NAME: z.string(), PROBLEM_BASE: z.string() }));
const now = () => new Date();

export const handler = jsonRoute(
  { problemBase: config.PROBLEM_BASE },
  tellWakeUps(wakeUpTable(documentClient(), config.TABLE_NAME, now)),
);
