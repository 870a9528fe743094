import {
  closeSync,
  fdatasync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  write,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Chronicle, Entry, VirtualMs } from './types';

const writeTo = promisify(write);
const syncData = promisify(fdatasync);
const SUFFIX = '.jsonl';
const DAY_MS = 86_400_000;

/** A file of a chronicle holds a line that is none, before its end: something else wrote there. */
export class DamagedChronicleError extends Error {
  override readonly name = 'DamagedChronicleError';
  constructor(file: string, line: number) {
    super(`Line ${line} of ${file} cannot be read. \`npm start -- --fresh\` begins anew.`);
  }
}

/** One day: where each of its lines is. Numbers alone stay in memory, 24 bytes a line; the text stays on disk. */
interface Day {
  readonly name: string;
  readonly at: number[];
  readonly offset: number[];
  readonly length: number[];
  bytes: number;
  descriptor: number | undefined;
}

export interface KeptChronicle extends Chronicle {
  /** Writes what is left and closes the files. */
  readonly close: () => Promise<void>;
}

const dayOf = (at: VirtualMs) => new Date(at).toISOString().replace(/T.*/, '');

/**
 * Opens `<folder>/<UTC day>.jsonl`, one line each: the instant in milliseconds, a blank, the text. What is appended within
 * one turn of the event loop is written with one write and one fdatasync for each day it is about.
 */
export function openChronicle(folder: string): KeptChronicle {
  mkdirSync(folder, { recursive: true });
  const days = new Map<string, Day>();
  let pending = new Map<Day, string[]>();
  let appended = 0;
  let durable = 0;
  let waiting: { readonly upTo: number; readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];
  let writing = false;
  let failure: Error | undefined;

  for (const file of readdirSync(folder).toSorted()) if (file.endsWith(SUFFIX)) open(file.slice(0, -SUFFIX.length));

  function open(name: string): Day {
    const file = join(folder, name + SUFFIX);
    const day: Day = { name, at: [], offset: [], length: [], bytes: 0, descriptor: undefined };
    const text = readFileSync(file);
    for (let line = 1; day.bytes < text.length; line++) {
      const end = text.indexOf(10, day.bytes);
      // A line without its end was being written when the process was cut off: nobody was told that it is kept.
      if (end < 0) break;
      const blank = text.indexOf(32, day.bytes);
      const at = Number(text.toString('latin1', day.bytes, Math.max(day.bytes, blank)) || Number.NaN);
      if (blank < 0 || blank > end || Number.isNaN(at)) throw new DamagedChronicleError(file, line);
      note(day, at, blank + 1 - day.bytes, end + 1 - day.bytes);
    }
    if (day.bytes < text.length) ftruncateSync(descriptorOf(day), day.bytes);
    days.set(name, day);
    return day;
  }

  function note(day: Day, at: VirtualMs, head: number, bytes: number) {
    day.at.push(at);
    day.offset.push(day.bytes + head);
    day.length.push(bytes - head - 1);
    day.bytes += bytes;
  }

  function descriptorOf(day: Day): number {
    day.descriptor ??= openSync(join(folder, day.name + SUFFIX), 'a+');
    return day.descriptor;
  }

  function dayFor(at: VirtualMs): Day {
    const name = dayOf(at);
    const known = days.get(name);
    if (known !== undefined) return known;
    const day: Day = { name, at: [], offset: [], length: [], bytes: 0, descriptor: undefined };
    days.set(name, day);
    descriptorOf(day);
    const directory = openSync(folder, 'r');
    fsyncSync(directory);
    closeSync(directory);
    return day;
  }

  async function writeOut(): Promise<void> {
    // The rest of this turn of the event loop goes into the same write.
    await new Promise((resolve) => setImmediate(resolve));
    while (pending.size > 0) {
      const now = pending;
      pending = new Map();
      const upTo = appended;
      for (const [day, lines] of now) {
        // Forgotten meanwhile.
        if (days.get(day.name) !== day) continue;
        const chunk = Buffer.from(lines.join(''));
        let written = 0;
        while (written < chunk.length) written += (await writeTo(descriptorOf(day), chunk, written)).bytesWritten;
        await syncData(descriptorOf(day));
      }
      durable = upTo;
      const reached = waiting.filter((waiter) => waiter.upTo <= durable);
      waiting = waiting.filter((waiter) => waiter.upTo > durable);
      for (const { resolve } of reached) resolve();
    }
    // In the same turn in which nothing was pending: what is appended from here on starts the next writing.
    writing = false;
  }

  const flushed = async (): Promise<void> => {
    if (failure !== undefined) throw failure;
    const upTo = appended;
    if (durable >= upTo) return;
    await new Promise<void>((resolve, reject) => waiting.push({ upTo, resolve, reject }));
  };

  const close = (day: Day): void => {
    if (day.descriptor !== undefined) closeSync(day.descriptor);
    day.descriptor = undefined;
  };

  return {
    append: (at, text) => {
      if (failure !== undefined) throw failure;
      const day = dayFor(at);
      const head = `${at} `;
      note(day, at, head.length, head.length + Buffer.byteLength(text) + 1);
      const lines = pending.get(day);
      if (lines === undefined) pending.set(day, [`${head}${text}\n`]);
      else lines.push(`${head}${text}\n`);
      appended += 1;
      if (writing) return;
      writing = true;
      writeOut().catch((error: unknown) => {
        failure = new Error(`${folder} cannot be written.`, { cause: error });
        for (const { reject } of waiting) reject(failure);
        waiting = [];
      });
    },
    flushed,
    between: (from, to) => {
      const found: Entry[] = [];
      for (const day of days.values()) {
        for (const [index, at] of day.at.entries()) {
          if (at < from || at >= to) continue;
          const offset = day.offset[index] ?? 0;
          const length = day.length[index] ?? 0;
          found.push({
            at,
            text: () => {
              const bytes = Buffer.allocUnsafe(length);
              let read = 0;
              while (read < length) {
                const more = readSync(descriptorOf(day), bytes, read, length - read, offset + read);
                if (more === 0) throw new Error(`${day.name}${SUFFIX} in ${folder} ends before it should.`);
                read += more;
              }
              return bytes.toString('utf8');
            },
          });
        }
      }
      return found;
    },
    forgetBefore: (at) => {
      for (const day of days.values()) {
        if (Date.parse(day.name) + DAY_MS > at) continue;
        close(day);
        days.delete(day.name);
        rmSync(join(folder, day.name + SUFFIX), { force: true });
      }
    },
    size: (from = Number.NEGATIVE_INFINITY) => {
      let count = 0;
      let bytes = 0;
      for (const day of days.values()) {
        for (const [index, at] of day.at.entries()) {
          if (at < from) continue;
          count += 1;
          bytes += day.length[index] ?? 0;
        }
      }
      return { count, bytes };
    },
    close: async () => {
      await flushed();
      for (const day of days.values()) close(day);
    },
  };
}
