import { existsSync, readFileSync } from 'node:fs';

/** A process that is watched. */
export interface Watched {
  readonly name: string;
  readonly pid: number;
}

/** What a process has used. */
export interface Usage {
  /** Seconds of CPU since it started, user and system, all threads. */
  readonly cpu: number;
  /** Bytes of memory in use now. */
  readonly memory: number;
}

/** The kernel reports CPU in these units on every Linux (USER_HZ), whatever its own clock is. */
const TICKS_PER_SECOND = 100;

/** Whether the system tells what processes use: Linux does, in /proc. */
export const canWatch = existsSync('/proc/self/stat');

/** What each process has used so far, by name. The processes must run. */
export function usageOf(processes: readonly Watched[]): ReadonlyMap<string, Usage> {
  return new Map(canWatch ? processes.map(({ name, pid }) => [name, readUsage(pid)]) : []);
}

function readUsage(pid: number): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name, in parentheses, may hold blanks: proc(5) counts the fields after it from the third on.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  const resident = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return { cpu: ticks / TICKS_PER_SECOND, memory: Number(resident ?? 0) * 1024 };
}
