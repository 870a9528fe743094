import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Another process owns the state folder. */
export class FolderInUseError extends Error {
  override readonly name = 'FolderInUseError';
  constructor(folder: string, pid: number) {
    super(`${folder} is in use by process ${pid}. Stop it first, or set LOCAL_STATE to another folder.`);
  }
}

/** Takes the folder for this process; the returned function gives it back. A lock whose process is gone is taken over. */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'lock');
  for (;;) {
    try {
      writeFileSync(file, JSON.stringify({ pid: process.pid, startedAt: startOf(process.pid) }), { flag: 'wx' });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error;
    }
    const owner = ownerIn(file);
    if (owner !== undefined && isAlive(owner)) throw new FolderInUseError(folder, owner.pid);
    rmSync(file, { force: true });
  }
}

/** Notes which process a file is about, so that `livingProcess` knows it again after a restart of this one. */
export function noteProcess(file: string, pid: number): void {
  writeFileSync(file, JSON.stringify({ pid, startedAt: startOf(pid) }));
}

/** The process a file is about, if it still lives. */
export function livingProcess(file: string): number | undefined {
  const owner = ownerIn(file);
  return owner !== undefined && isAlive(owner) ? owner.pid : undefined;
}

interface Owner {
  readonly pid: number;
  readonly startedAt: string | undefined;
}

function ownerIn(file: string): Owner | undefined {
  try {
    const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof parsed !== 'object' || parsed === null || !('pid' in parsed) || typeof parsed.pid !== 'number')
      return undefined;
    return {
      pid: parsed.pid,
      startedAt: 'startedAt' in parsed && typeof parsed.startedAt === 'string' ? parsed.startedAt : undefined,
    };
  } catch {
    // Torn, or gone meanwhile: nobody's.
    return undefined;
  }
}

function isAlive(owner: Owner): boolean {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if (!isCode(error, 'EPERM')) return false;
  }
  const fields = statOf(owner.pid);
  // Dead, and only not yet asked after by its parent: it holds nothing any more.
  if (fields?.state === 'Z' || fields?.state === 'X') return false;
  // The same number given to another process since, as happens after a restart of the machine.
  return owner.startedAt === undefined || fields === undefined || fields.startedAt === owner.startedAt;
}

/** When a process began, in the kernel's own count; `undefined` where `/proc` is not there. */
function startOf(pid: number): string | undefined {
  return statOf(pid)?.startedAt;
}

function statOf(
  pid: number,
): { readonly state: string | undefined; readonly startedAt: string | undefined } | undefined {
  try {
    // The name, in parentheses, may hold spaces itself.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ');
    return { state: fields?.[0], startedAt: fields?.[19] };
  } catch {
    return undefined;
  }
}

function isCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
