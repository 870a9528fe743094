import { createHash } from 'node:crypto';
import { phoneCode } from '@appointments/runtime';
import { composeConfirmationRequest, type House } from '../domain/compose';
import { isUnproven, type Particulars, type Projection } from '../domain/projection';
import { codeMessage } from '../domain/text-message';
import { isTooLate } from '../domain/word';
import { deliverOnce, raise, type Prepared, type Slot } from './deliver';
import { linksFor } from './links';
import type { SendPorts } from './ports';
import { mailing, marksOf } from './send-mail';
import { sendUnlessOptedOut } from './text-client';

/** What is asked for is asked for once for each address and number, however often the appointment is moved or amended. */
function request(
  template: string,
  channel: 'email' | 'sms',
  appointmentId: string,
  version: number,
  address: string,
): Slot {
  const about = createHash('sha256').update(address).digest('base64url').slice(0, 16);
  return { appointmentId, version, template, channel, recipient: 'client', about };
}

/** The request to confirm an e-mail address. */
export function emailRequest(appointmentId: string, { version, client }: Particulars): Slot {
  return request('confirm-email', 'email', appointmentId, version, client.email);
}

function codeRequest(appointmentId: string, { version, client }: Particulars): Slot {
  return request('phone-code', 'sms', appointmentId, version, client.phone);
}

type Proof = 'email' | 'phone';

/**
 * Asks a client for the proof that is missing: texts the code of a new number, and writes to a new e-mail address where no
 * other mail goes there anyway (`isWrittenTo`).
 */
export function askForProof(ports: SendPorts, house: House) {
  return async (
    appointmentId: string,
    known: Projection,
    { isReplay, isWrittenTo }: { readonly isReplay: boolean; readonly isWrittenTo: boolean },
  ): Promise<void> => {
    const { state, particulars } = known;
    // What came before its booking, or after its cancellation, asks for nothing: what comes next does.
    if (!state || state.cancelled || !particulars || isTooLate('confirmation', particulars, ports.now())) return;
    const wanted: Proof[] = isWrittenTo ? ['phone'] : ['phone', 'email'];
    const missing = wanted.filter((what) => isUnproven(particulars, what));
    const outcomes = await Promise.allSettled(
      missing.map((what) => ask(ports, house, { appointmentId, what, particulars, isReplay })),
    );
    raise(outcomes, [], ports.now());
  };
}

async function ask(
  ports: SendPorts,
  house: House,
  asked: {
    readonly appointmentId: string;
    readonly what: Proof;
    readonly particulars: Particulars;
    readonly isReplay: boolean;
  },
): Promise<void> {
  const { appointmentId, what, particulars, isReplay } = asked;
  const slot = what === 'phone' ? codeRequest(appointmentId, particulars) : emailRequest(appointmentId, particulars);
  await deliverOnce<Projection>(
    ports,
    [slot],
    async (): Promise<Prepared<Projection>> => {
      const [known, agent, keys, marks] = await Promise.all([
        ports.read(appointmentId),
        ports.readAgent(particulars.agent.agentId),
        ports.linkKeys(),
        marksOf(ports, what === 'email' ? [particulars.client.email] : []),
      ]);
      const newest = known.particulars;
      const isStillWanted =
        newest &&
        !known.state?.cancelled &&
        isUnproven(newest, what) &&
        newest.client[what] === particulars.client[what];
      // Proven, amended again or called off meanwhile: what came later asks for what is missing then.
      if (!isStillWanted) return { overtakenBy: known };
      const now = ports.now();
      if (isTooLate('confirmation', newest, now)) return { tooLate: true };
      if (what === 'phone') {
        const { phone, locale } = newest.client;
        const text = codeMessage({ phone, locale, code: phoneCode(keys, appointmentId, phone) }, house);
        // Whoever asked for it a moment ago waits for it, at night too.
        return { deliveries: () => ({ send: () => sendUnlessOptedOut(ports, text) }) };
      }
      const word = { appointmentId, version: newest.version, kind: 'confirmation' as const };
      const email = composeConfirmationRequest(
        { word, particulars: newest, agent, ...linksFor(appointmentId, newest, keys, house) },
        house,
      );
      return { deliveries: (claim) => mailing(ports, house, claim, email, { marks, now }) };
    },
    isReplay,
  );
}
