import { documentClient, jsonRoute, problemBaseAt, readConfig } from '@appointments/runtime';
import * as z from 'zod';
import { sessionsIn } from '../adapters/sessions';
import { tellCalls } from '../app/tell-calls';

const config = readConfig(z.object({ TABLE_NAME: z.string(), PUBLIC_URL: z.string() }));

export const handler = jsonRoute(
  { problemBase: problemBaseAt(config.PUBLIC_URL) },
  tellCalls(sessionsIn(documentClient(), config.TABLE_NAME)),
);
