import { readFileSync } from 'node:fs';
import * as z from 'zod';
import type { Envelope } from './envelope';
import { readEvents, writeEvents, type Fault } from './events-file';
import { masked } from './mask';
import { findArchive, type Place } from './place';
import { CannotDo, counted } from './problem';
import { checkEventNames } from './replay';
import { refuseBesideAnother, replayName, type Talk } from './run';
import { sift } from './sieve';
import { readWindow, shown, type Window } from './window';

export interface ExportRequest {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly appointment?: string | undefined;
  readonly events: readonly string[];
  readonly mask: boolean;
}

/** So many are handed over at once. */
const CHUNK = 200;
const Filed = z.object({ filed: z.int(), known: z.int(), expired: z.int(), unfit: z.int() });

/** The events that a window of the archive has, in order of time; of an appointment with the changes of its agents. */
export async function historyOf(
  place: Place,
  asked: Omit<ExportRequest, 'mask'>,
  talk: Talk,
): Promise<{ readonly events: readonly Envelope[]; readonly window: Window; readonly now: number }> {
  checkEventNames(asked.events);
  if (asked.from === undefined && asked.appointment === undefined)
    throw new CannotDo('--from is missing: say where the window begins, like --from 2h, or say --appointment.');
  const archive = await findArchive(place);
  const now = await place.now();
  const window = readWindow(asked, { ...archive, now, filesLate: place.laptop === undefined });
  for (const note of window.notes) talk.say(note);
  await refuseBesideAnother(place, archive);
  const { events, unread } = await sift(
    place,
    archive,
    {
      name: replayName('sieve', now),
      window,
      wanted: { appointmentId: asked.appointment, events: asked.events, withAgents: asked.events.length === 0 },
    },
    talk,
  );
  for (const fault of unread) talk.say(`An event was left out: ${fault}`);
  return { events: asked.appointment === undefined ? events : withItsAgents(events), window, now };
}

const Named = z.object({ agentId: z.string() });

/** Of the changes of agents those of the agents whom the other events name. */
function withItsAgents(events: readonly Envelope[]): Envelope[] {
  const named = events
    .flatMap(({ detail }) => [detail.data?.['agent'], detail.data?.['previousAgent']])
    .flatMap((agent) => Named.safeParse(agent).data?.agentId ?? []);
  return events.filter(
    ({ 'detail-type': name, detail }) =>
      name !== 'AgentChanged' || named.some((agentId) => agentId === detail.data?.['agentId']),
  );
}

/** Gives the events of a window as JSON Lines. */
export async function exportEvents(
  place: Place,
  request: ExportRequest,
  talk: Talk & { readonly out: (text: string) => void },
): Promise<void> {
  const { events, window } = await historyOf(place, request, talk);
  if (events.length === 0)
    throw new CannotDo(
      `There is no such event in the archive from ${shown(window.from)} until ${shown(window.to)}: nothing was written.`,
    );
  talk.out(writeEvents(request.mask ? masked(events) : events));
  talk.say(
    request.mask
      ? `${counted(events.length, 'event')}; names, numbers, addresses and texts are masked, the same by the same.`
      : `${counted(events.length, 'event')}, with names, numbers and addresses of people: keep the file where such things are kept, or say --mask.`,
  );
}

/** Puts the events of a file into the archive of the laptop cloud, after all of it was checked. */
export async function importEvents(
  place: Place,
  file: string,
  options: { readonly skipFaults: boolean },
  talk: Talk,
): Promise<void> {
  const { laptop } = place;
  if (laptop === undefined)
    throw new CannotDo(
      'Events are imported into a laptop cloud only: a deployed bus takes an event from its own publisher alone. Run "npm start" and leave --stage out.',
    );
  const events = readFile(file, options, talk);
  const sum = { filed: 0, known: 0, expired: 0, unfit: 0 };
  for (let begin = 0; begin < events.length; begin += CHUNK) {
    const answer = await fetch(`${laptop.url}/_local/archive`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ events: events.slice(begin, begin + CHUNK) }),
    });
    const text = await answer.text();
    if (answer.status !== 200)
      throw new CannotDo(`The laptop cloud answered ${answer.status}: ${text}. Importing again does no harm.`);
    const filed = Filed.parse(JSON.parse(text));
    for (const key of ['filed', 'known', 'expired', 'unfit'] as const) sum[key] += filed[key];
    talk.progress(`filed ${sum.filed}`);
  }
  talk.say(`${counted(sum.filed, 'event')} imported into the archive; nobody has heard them yet.`);
  if (sum.known > 0) talk.say(`${counted(sum.known, 'event')} ${sum.known === 1 ? 'was' : 'were'} there before.`);
  if (sum.expired > 0)
    talk.say(
      `${counted(sum.expired, 'event')} were left out: older than what the archive keeps, by the laptop's clock.`,
    );
  const about = events.map(({ detail }) => detail.data?.['appointmentId']).find((id) => typeof id === 'string');
  if (sum.filed + sum.known > 0)
    talk.say(
      `To fill projections with them: npm run replay -- --from ${events[0]?.time ?? ''}. To see what this code makes of them: npm run replay -- --appointment ${about ?? '<id>'} --against .`,
    );
}

/** @throws {@link CannotDo} that names each line which is no event, unless they are to be left out. */
export function readFile(file: string, { skipFaults }: { readonly skipFaults: boolean }, talk: Talk): Envelope[] {
  let text: string;
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new CannotDo(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
  const { events, faults } = readEvents(text);
  tellFaults(file, faults, talk);
  if (faults.length > 0 && !skipFaults)
    throw new CannotDo(
      `Nothing was done: ${counted(faults.length, 'line')} of ${file} ${faults.length === 1 ? 'is' : 'are'} at fault. Mend or remove ${faults.length === 1 ? 'it' : 'them'}, or leave ${faults.length === 1 ? 'it' : 'them'} out with --skip-faults.`,
    );
  if (events.length === 0) throw new CannotDo(`${file} holds no event.`);
  return events;
}

const SHOWN_FAULTS = 20;

function tellFaults(file: string, faults: readonly Fault[], { say }: Talk): void {
  if (faults.length > 0) say(`${file}:`);
  for (const { line, message } of faults.slice(0, SHOWN_FAULTS)) say(`  line ${line}: ${message}`);
  if (faults.length > SHOWN_FAULTS) say(`  and ${faults.length - SHOWN_FAULTS} more`);
}
