import { readFileSync, readdirSync } from 'node:fs';

/** The resident memory of a process and its children at their highest, in MiB. */
export function peakMemoryMiB(pid: number): number {
  const own = (id: number) =>
    Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number),
  );
  return own(pid) + children.reduce((sum, child) => sum + own(child), 0);
}
