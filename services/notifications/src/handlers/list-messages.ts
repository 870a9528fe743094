import { documentClient, jsonRoute, problemBaseAt, readConfig } from '@appointments/runtime';
import * as z from 'zod';
import { messages } from '../adapters/messages';
import { listMessages } from '../app/list-messages';

const config = readConfig(z.object({ TABLE_NAME: z.string(), PUBLIC_URL: z.url({ protocol: /^https?$/ }) }));

export const handler = jsonRoute(
  { problemBase: problemBaseAt(config.PUBLIC_URL) },
  listMessages(messages(documentClient(), config.TABLE_NAME)),
);
