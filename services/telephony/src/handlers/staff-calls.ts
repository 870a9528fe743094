import { documentClient, jsonRoute, readConfig } from '@appointments/runtime';
import * as z from 'zod';
import { sessionsIn } from '../adapters/sessions';
import { tellCalls } from '../app/tell-calls';

const config = readConfig(z.object({ TABLE_NAME: z.string(), PROBLEM_BASE: z.string() }));

export const handler = jsonRoute(
  { problemBase: config.PROBLEM_BASE },
  tellCalls(sessionsIn(documentClient(), config.TABLE_NAME)),
);
