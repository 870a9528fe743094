import { documentClient, jsonRoute, problemBaseAt, readConfig } from '@appointments/runtime';
import * as z from 'zod';
import { wakeUpTable } from '../adapters/wake-up-table';
import { tellWakeUps } from '../app/tell-wake-ups';

const config = readConfig(z.object({ TABLE_NAME: z.string(), PUBLIC_URL: z.string() }));
const now = () => new Date();

export const handler = jsonRoute(
  { problemBase: problemBaseAt(config.PUBLIC_URL) },
  tellWakeUps(wakeUpTable(documentClient(), config.TABLE_NAME, now)),
);
