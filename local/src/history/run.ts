import {
  CancelReplayCommand,
  DescribeReplayCommand,
  ListReplaysCommand,
  StartReplayCommand,
} from '@aws-sdk/client-eventbridge';
import { setTimeout as pause } from 'node:timers/promises';
import type { Archive, Place } from './place';
import { CannotDo, listed } from './problem';
import { shown, type Window } from './window';

/** What the command tells, and what ends it early. */
export interface Talk {
  /** A line for whoever runs the command. */
  readonly say: (line: string) => void;
  /** How far it has come: the next one takes its place where that can be. */
  readonly progress: (line: string) => void;
  /** Aborted by Ctrl-C. */
  readonly interrupted: AbortSignal;
}

/** Whoever ran the command has called it off. */
export class CalledOff extends Error {
  override readonly name = 'CalledOff';
}

const UNDER_WAY = ['STARTING', 'RUNNING', 'CANCELLING'] as const;
const isUnderWay = (state: string | undefined) => UNDER_WAY.some((one) => one === state);

/** The same second never gives two replays one name. */
export function replayName(
  kind: 'rebuild' | 'sieve' | 'for-real',
  now: number,
  chance: () => number = Math.random,
): string {
  const at = new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
  const some = Math.floor(chance() * 36 ** 4)
    .toString(36)
    .padStart(4, '0');
  return `${kind}-${at}-${some}`;
}

/** @throws {@link CannotDo} where a replay of the archive is under way: two at once tell nobody apart which did what. */
export async function refuseBesideAnother(place: Place, archive: Archive): Promise<void> {
  const { Replays = [] } = await place.events.send(new ListReplaysCommand({ EventSourceArn: archive.arn }));
  const running = Replays.filter(({ State }) => isUnderWay(State));
  if (running.length === 0) return;
  const names = running.map(({ ReplayName }) => ReplayName ?? '');
  throw new CannotDo(
    `${listed(names)} ${running.length === 1 ? 'is' : 'are'} under way. Wait until ${running.length === 1 ? 'it has' : 'they have'} ended (npm run replay -- --list), or call ${running.length === 1 ? 'it' : 'one'} off: npm run replay -- --cancel ${names[0] ?? ''}`,
  );
}

/** Starts a replay to these rules and to no others. */
export async function start(
  place: Place,
  archive: Archive,
  wanted: {
    readonly name: string;
    readonly window: Window;
    readonly ruleArns: readonly string[];
    readonly description: string;
  },
): Promise<void> {
  // Without a filter every rule of the bus would hear it.
  if (wanted.ruleArns.length === 0) throw new CannotDo('There is no rule to replay to.');
  await place.events.send(
    new StartReplayCommand({
      ReplayName: wanted.name,
      Description: wanted.description.slice(0, 512),
      EventSourceArn: archive.arn,
      EventStartTime: new Date(wanted.window.from),
      EventEndTime: new Date(wanted.window.to),
      Destination: { Arn: archive.busArn, FilterArns: [...wanted.ruleArns] },
    }),
  );
}

export interface Ended {
  readonly state: 'COMPLETED' | 'CANCELLED';
  /** The time of the last event that was replayed; none where there was none. */
  readonly lastAt: number | undefined;
}

/** Tells how far the replay has come until it has ended; calls it off when whoever waits does. `meanwhile` is done beside. */
export async function follow(
  place: Place,
  name: string,
  window: Window,
  talk: Talk,
  meanwhile: () => Promise<unknown> = () => Promise.resolve(),
): Promise<Ended> {
  let isCalledOff = false;
  for (;;) {
    if (talk.interrupted.aborted && !isCalledOff) {
      isCalledOff = true;
      talk.say(`Calling ${name} off …`);
      await callOff(place, name);
    }
    const { State, StateReason, EventLastReplayedTime } = await place.events.send(
      new DescribeReplayCommand({ ReplayName: name }),
    );
    const lastAt = EventLastReplayedTime?.getTime();
    if (State === 'FAILED')
      throw new CannotDo(
        `The replay ${name} failed: ${StateReason ?? 'no reason was given'}. What it had sent by then stays sent; starting it again does no harm.`,
      );
    if (State === 'COMPLETED' || State === 'CANCELLED') return { state: State, lastAt };
    talk.progress(progressLine(State ?? 'STARTING', lastAt, window));
    await meanwhile();
    await pause(place.patience.lookEveryMs, undefined, isCalledOff ? {} : { signal: talk.interrupted }).catch(
      () => undefined,
    );
  }
}

function progressLine(state: string, lastAt: number | undefined, { from, to }: Window): string {
  if (lastAt === undefined) return state === 'STARTING' ? 'starting' : `at ${shown(from)}`;
  const percent = Math.min(100, Math.floor((100 * (lastAt - from)) / (to - from)));
  return `at ${shown(lastAt)} (${percent} %)`;
}

/** Calls a replay off; one that has ended meanwhile is no fault. */
export async function callOff(place: Place, name: string): Promise<void> {
  try {
    await place.events.send(new CancelReplayCommand({ ReplayName: name }));
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'IllegalStatusException') throw error;
  }
}
