import { ListReplaysCommand } from '@aws-sdk/client-eventbridge';
import { GetQueueAttributesCommand, GetQueueUrlCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { ALL_EVENTS, FOR_REAL_PREFIX } from '@appointments/events';
import { asReplayed, type Envelope } from './envelope';
import { listenersTo, named, type Listener } from './listeners';
import { findArchive, type Archive, type Place } from './place';
import { CannotDo, counted, listed } from './problem';
import { CalledOff, callOff, follow, refuseBesideAnother, replayName, start, type Talk } from './run';
import { removeSieve, sift } from './sieve';
import { readWindow, shown, type Window } from './window';

/** What the command line asked for. */
export interface ReplayRequest {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly appointment?: string | undefined;
  readonly events: readonly string[];
  readonly services: readonly string[];
  readonly dryRun: boolean;
  readonly forReal: boolean;
  /** The phrase that is otherwise typed. */
  readonly confirm?: string | undefined;
}

export interface Asking extends Talk {
  /** Asks on the terminal; absent where there is none. */
  readonly ask?: ((question: string) => Promise<string>) | undefined;
}

const KNOWN = ALL_EVENTS.map(({ detailType }) => detailType);
/** SQS takes so many messages at once, and a mebibyte together. */
const BATCH = 10;
const BATCH_BYTES = 1_000_000;

/** @throws {@link CannotDo} where one of the names is no event of the house, with the one that is probably meant. */
export function checkEventNames(names: readonly string[]): void {
  for (const name of names) {
    if (KNOWN.some((known) => known === name)) continue;
    const meant = KNOWN.find((known) => known.toLowerCase() === name.toLowerCase() || known.startsWith(name));
    throw new CannotDo(
      `There is no event ${name}${meant === undefined ? '' : `; ${meant} is meant, perhaps`}. There are ${listed(KNOWN)}.`,
    );
  }
}

function checkAppointmentId(appointmentId: string | undefined): void {
  if (appointmentId === undefined || /^[A-Za-z0-9_-]{1,64}$/.test(appointmentId)) return;
  throw new CannotDo(
    `--appointment ${JSON.stringify(appointmentId)} is no appointment's id; one looks like apt_01JDXK3Q6Z8V4T2M9R7W5Y1N0C.`,
  );
}

/** What has to be typed before anybody is mailed or called: it names whom and where, so that it fits no other command. */
export function phraseFor({ where }: Pick<Place, 'where'>, services: readonly string[]): string {
  return `for real to ${listed(services)} ${where}`;
}

/** Replays a window of the archive to the rules of our services, and to nobody else's. */
export async function replay(place: Place, request: ReplayRequest, talk: Asking): Promise<void> {
  const { appointment, events, forReal } = request;
  checkEventNames(events);
  checkAppointmentId(appointment);
  if (request.from === undefined && appointment === undefined)
    throw new CannotDo(
      '--from is missing: say where the window begins, like --from 2h or --from 2026-12-01T15:00:00Z.',
    );
  const archive = await findArchive(place);
  const now = await place.now();
  const window = readWindow(request, { ...archive, now, filesLate: place.laptop === undefined });
  const name = replayName(forReal ? 'for-real' : 'rebuild', now);
  const wanted = ALL_EVENTS.filter(({ detailType }) => events.length === 0 || events.includes(detailType));
  const listeners = await listenersTo(place, {
    services: request.services,
    examples: wanted.map(({ source, detailType, example }) => ({
      event: detailType,
      envelope: {
        version: '0',
        id: 'example',
        source,
        'detail-type': detailType,
        detail: example,
        'replay-name': name,
      },
    })),
  });
  await refuseBesideAnother(place, archive);

  const isPicked = appointment !== undefined || events.length > 0;
  tellPlan(place, archive, { ...request, window, name, listeners, isPicked }, talk);
  if (request.dryRun) return talk.say('Nothing was replayed (--dry-run).');
  if (forReal) await makeSure(place, request, listeners, talk);

  const before = await waiting(place, listeners);
  if (isPicked) {
    const sieve = replayName('sieve', now);
    const { events: found, unread } = await sift(
      place,
      archive,
      { name: sieve, window, wanted: { appointmentId: appointment, events } },
      talk,
    );
    for (const fault of unread) talk.say(`An event was left out: ${fault}`);
    if (found.length === 0) return talk.say(nothingFound(archive, window, isPicked));
    const sent = await handOver(place, found, { name, listeners }, talk);
    talk.say(`${counted(found.length, 'event')} picked, ${counted(sent, 'message')} sent as ${name}.`);
  } else {
    await start(place, archive, {
      name,
      window,
      ruleArns: listeners.map(({ ruleArn }) => ruleArn),
      description: `${forReal ? 'For real' : 'Rebuild'}: ${listeners.map(named).join(', ')}`,
    });
    const { state, lastAt } = await follow(place, name, window, talk);
    if (state === 'CANCELLED')
      throw new CalledOff(
        `${name} was called off${lastAt === undefined ? '' : ` at ${shown(lastAt)}`}. What was sent stays sent; the same window can be replayed again.`,
      );
    if (lastAt === undefined) return talk.say(nothingFound(archive, window, isPicked));
    talk.say(`Replayed up to ${shown(lastAt)} as ${name}.`);
  }
  await tellRest(place, listeners, before, talk);
}

function tellPlan(
  place: Place,
  archive: Archive,
  plan: ReplayRequest & {
    readonly window: Window;
    readonly name: string;
    readonly listeners: readonly Listener[];
    readonly isPicked: boolean;
  },
  { say }: Talk,
): void {
  const { window, appointment, events } = plan;
  const what = events.length === 0 ? 'every event' : listed(events);
  say(
    `${plan.forReal ? 'For real: ' : ''}${what}${appointment === undefined ? '' : ` of ${appointment}`} from ${shown(window.from)} until ${shown(window.to)}, ${place.where}, as ${plan.name}`,
  );
  for (const note of window.notes) say(`  ${note}`);
  say(`  heard by ${listed(plan.listeners.map(named))}, and by nobody else`);
  say(`  out of the archive ${archive.name}, which holds ${counted(archive.eventCount, 'event')} in all`);
  if (plan.isPicked)
    say(
      '  picked out by a rule and a queue of their own, which are removed afterwards; then sent to these queues alone',
    );
}

async function makeSure(
  place: Place,
  request: ReplayRequest,
  listeners: readonly Listener[],
  talk: Asking,
): Promise<void> {
  const services = [...new Set(listeners.map(({ service }) => service))];
  const phrase = phraseFor(place, services);
  talk.say(
    'People will be mailed, texted and called where that was not done before and is not too late: ledgers, versions and limits of lateness hold.',
  );
  if (request.confirm !== undefined) {
    if (request.confirm === phrase) return;
    throw new CannotDo(
      `--confirm ${JSON.stringify(request.confirm)} does not fit; here it is --confirm ${JSON.stringify(phrase)}. Nothing was replayed.`,
    );
  }
  if (talk.ask === undefined)
    throw new CannotDo(
      `There is no terminal to ask on. If that is what you want, say --confirm ${JSON.stringify(phrase)}. Nothing was replayed.`,
    );
  const typed = await talk.ask(`Type "${phrase}" to go on: `);
  if (typed.trim() !== phrase) throw new CannotDo('That is not it. Nothing was replayed.');
}

function nothingFound(archive: Archive, { from, to }: Window, isPicked: boolean): string {
  const holds =
    archive.eventCount === 0 ? 'It holds nothing at all yet' : `It holds ${counted(archive.eventCount, 'event')}`;
  return `There ${isPicked ? 'is no such event' : 'is no event'} in the archive from ${shown(from)} until ${shown(to)}: nothing was sent. ${holds}; look at the window${isPicked ? ' and at what was asked for' : ''}.`;
}

/** Sends each event to the queues of those whose rules would hear it under the replay's name, and never to the bus. */
async function handOver(
  place: Place,
  events: readonly Envelope[],
  to: { readonly name: string; readonly listeners: readonly Listener[] },
  talk: Talk,
): Promise<number> {
  // The word is given to the replay command alone, and this is where it is used.
  const forReal = to.name.startsWith(FOR_REAL_PREFIX);
  let sent = 0;
  for (const listener of to.listeners) {
    const bodies = events.flatMap((event) => {
      const envelope = asReplayed(event, to.name);
      return listener.hears(envelope) ? [JSON.stringify(envelope)] : [];
    });
    for (const arn of listener.queueArns) {
      const { QueueUrl } = await place.queues.send(new GetQueueUrlCommand({ QueueName: arn.split(':').at(-1) }));
      for (const batch of batches(bodies)) {
        if (talk.interrupted.aborted)
          throw new CalledOff(
            `Called off: ${counted(sent, 'message')} sent${forReal ? ' for real' : ''} stay sent; the same can be replayed again.`,
          );
        const { Failed = [] } = await place.queues.send(
          new SendMessageBatchCommand({
            QueueUrl,
            Entries: batch.map((MessageBody, index) => ({ Id: String(index), MessageBody })),
          }),
        );
        const [failed] = Failed;
        if (failed !== undefined)
          throw new CannotDo(
            `${named(listener)} did not take ${counted(Failed.length, 'message')} (${failed.Code ?? ''}: ${failed.Message ?? ''}). Replaying again does no harm.`,
          );
        sent += batch.length;
        talk.progress(`sent ${sent}`);
      }
    }
  }
  return sent;
}

function batches(bodies: readonly string[]): string[][] {
  const result: string[][] = [];
  let bytes = 0;
  for (const body of bodies) {
    const size = Buffer.byteLength(body);
    const last = result.at(-1);
    if (last === undefined || last.length === BATCH || bytes + size > BATCH_BYTES) {
      result.push([body]);
      bytes = size;
    } else {
      last.push(body);
      bytes += size;
    }
  }
  return result;
}

interface Waiting {
  readonly messages: number;
  readonly deadLetters: number;
}

async function waiting(place: Place, listeners: readonly Listener[]): Promise<Waiting> {
  const count = async (arns: readonly string[]): Promise<number> => {
    let sum = 0;
    for (const arn of new Set(arns)) {
      const { QueueUrl } = await place.queues.send(new GetQueueUrlCommand({ QueueName: arn.split(':').at(-1) }));
      const { Attributes = {} } = await place.queues.send(
        new GetQueueAttributesCommand({
          QueueUrl,
          AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
        }),
      );
      sum += Object.values(Attributes).reduce((total, value) => total + Number(value), 0);
    }
    return sum;
  };
  return {
    messages: await count(listeners.flatMap(({ queueArns }) => queueArns)),
    deadLetters: await count(listeners.flatMap(({ deadLetterArns }) => deadLetterArns)),
  };
}

async function tellRest(place: Place, listeners: readonly Listener[], before: Waiting, { say }: Talk): Promise<void> {
  // The laptop is quick: what it was sent is handled before it is asked.
  if (place.laptop !== undefined)
    await fetch(`${place.laptop.url}/_local/clock`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"advanceBy":"PT0S"}',
    }).then((answer) => answer.body?.cancel());
  const after = await waiting(place, listeners);
  const dead = after.deadLetters - before.deadLetters;
  if (dead > 0)
    say(
      `${counted(dead, 'message')} came into dead-letter queues meanwhile: the runbook says what to do ("Replay: messages in dead-letter queues").`,
    );
  if (after.messages > 0)
    say(`${counted(after.messages, 'message')} still wait in the queues and are handled as fast as the functions can.`);
  else if (dead <= 0) say('All of it has been handled.');
}

/** Calls a replay off and removes what it needed. */
export async function cancel(place: Place, name: string, talk: Talk): Promise<void> {
  try {
    await callOff(place, name);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ResourceNotFoundException') throw error;
    await removeSieve(place, name);
    throw new CannotDo(`There is no replay ${name} ${place.where}; npm run replay -- --list names them.`);
  }
  const { state } = await follow(place, name, { from: 0, to: 1, notes: [] }, { ...talk, progress: () => undefined });
  if (name.startsWith('sieve-')) await removeSieve(place, name);
  talk.say(state === 'CANCELLED' ? `${name} was called off. What was sent stays sent.` : `${name} had ended before.`);
}

/** The replays of the last ninety days, the newest first. */
export async function list(place: Place): Promise<string[]> {
  const archive = await findArchive(place);
  const { Replays = [] } = await place.events.send(new ListReplaysCommand({ EventSourceArn: archive.arn }));
  if (Replays.length === 0) return [`Nothing was replayed ${place.where} in the last ninety days.`];
  const at = (date: Date | undefined) => (date === undefined ? '' : shown(date.getTime()));
  const rows = [
    ['name', 'state', 'from', 'until', 'last event', 'started', 'ended'],
    ...Replays.toSorted((a, b) => (b.ReplayStartTime?.getTime() ?? 0) - (a.ReplayStartTime?.getTime() ?? 0)).map(
      (one) => [
        one.ReplayName ?? '',
        `${(one.State ?? '').toLowerCase()}${one.StateReason === undefined ? '' : ` (${one.StateReason})`}`,
        at(one.EventStartTime),
        at(one.EventEndTime),
        at(one.EventLastReplayedTime),
        at(one.ReplayStartTime),
        at(one.ReplayEndTime),
      ],
    ),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
