import { entryOf, Envelope, gather, lettersAbout, lifeOf, type Life } from '@appointments/timeline';
import type { AwsServices } from '../aws/types';
import { deadLetters } from './dead-letters';

export interface LifePorts {
  readonly aws: AwsServices;
  /** Where the public API answers on this machine. */
  readonly apiUrl: string;
  readonly staffToken: () => Promise<string>;
  readonly now: () => number;
}

/** What happened to an appointment, from what the laptop itself keeps and from what the services answer their staff. */
export async function readLife(appointmentId: string, { aws, apiUrl, staffToken, now }: LifePorts): Promise<Life> {
  const authorization = `Bearer ${await staffToken()}`;
  return lifeOf(
    await gather(appointmentId, {
      ask: async (path) => {
        const answer = await fetch(`${apiUrl}${path}`, { headers: { authorization } });
        if (answer.status === 404) return null;
        if (!answer.ok) throw new Error(`the service answers ${answer.status}`);
        return answer.json();
      },
      events: (about) =>
        Promise.resolve(
          aws.buses.events(0).flatMap(({ event }) => {
            const envelope = Envelope.safeParse(event);
            return envelope.success && envelope.data.detail.metadata.correlationId === about
              ? [entryOf(envelope.data)]
              : [];
          }),
        ),
      deadLetters: (about) => Promise.resolve(lettersAbout(deadLetters(aws), about)),
      now: () => Promise.resolve(new Date(now())),
    }),
  );
}
