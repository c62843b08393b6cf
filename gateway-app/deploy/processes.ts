import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { CotraceError } from '@cotrace/core';
import { cleanEnvironment } from '@cotrace/network';
import { errorCode } from '../node/error-code.js';

/** A process of the network, as `network.json` keeps it. */
export interface ProcessEntry {
  readonly name: string;
  readonly pid: number;
  /** What the system says of when it was started: another process with the same id says something else. */
  readonly started: string;
}

/** How to start a process. */
export interface ProcessSpec {
  readonly name: string;
  /** Whose process it is: the folder of its network. */
  readonly owner: string;
  /** Path of the program; Node where it is left out. */
  readonly command?: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly log: string;
}

/**
 * Room for young objects, 32 MB instead of 16: under load most of them are dead before it is full, and collecting
 * less often saves a tenth of all CPU.
 */
const NODE_OPTIONS = ['--max-semi-space-size=32'];

/**
 * Starts a process that outlives this one, its output in its log file. It goes by its name and owner in the
 * list of processes, so that it can be found again if this process dies before it has written down the id.
 */
export function startProcess({ name, owner, command, args, env, log }: ProcessSpec): ProcessEntry {
  mkdirSync(dirname(log), { recursive: true });
  const output = openSync(log, 'a');
  try {
    const all = command === undefined ? [...NODE_OPTIONS, ...args] : args;
    const child = spawn(command ?? process.execPath, all, {
      argv0: shownName(name, owner),
      detached: true,
      stdio: ['ignore', output, output],
      env: { ...cleanEnvironment(process.env), ...env },
    });
    if (child.pid === undefined) {
      throw new CotraceError('PROCESS', `${name} could not be started; see ${log}`, { name, log });
    }
    child.unref();
    return { name, pid: child.pid, started: startOf(child.pid) };
  } finally {
    closeSync(output);
  }
}

const shownName = (name: string, owner: string) => `cotrace ${name} of ${owner}`;

/** The running processes that were started for `owner` under one of `names`; none where there is no /proc. */
export function findProcesses(owner: string, names: readonly string[]): ProcessEntry[] {
  if (!existsSync('/proc/self/cmdline')) return [];
  const shown = new Map(names.map((name) => [shownName(name, owner), name]));
  const pids = readdirSync('/proc').filter((entry) => /^[0-9]+$/.test(entry));
  return pids.flatMap((text) => {
    const pid = Number(text);
    const name = shown.get(readProc(`/proc/${pid}/cmdline`)?.split('\0')[0] ?? '');
    return name === undefined ? [] : [{ name, pid, started: startOf(pid) }];
  });
}

/** Whether the process of an entry still runs. */
export function isRunning({ pid, started }: ProcessEntry): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: the id now belongs to another user's process.
    const code = errorCode(error);
    if (code === 'ESRCH' || code === 'EPERM') return false;
    throw error;
  }
  return startOf(pid) === started;
}

/** Asks a process to end, and ends it after `patience` milliseconds; resolves when it is gone. */
export async function stopProcess(entry: ProcessEntry, patience: number): Promise<void> {
  signal(entry, 'SIGTERM');
  const deadline = Date.now() + patience;
  while (isRunning(entry)) {
    if (Date.now() > deadline) signal(entry, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function signal(entry: ProcessEntry, name: NodeJS.Signals): void {
  if (!isRunning(entry)) return;
  try {
    process.kill(entry.pid, name);
  } catch (error) {
    if (isRunning(entry)) throw error;
  }
}

/**
 * When a process started, as the kernel counts it (Linux: field 22 of /proc/PID/stat); a zombie counts as gone.
 * Where there is no /proc, the id alone has to do.
 */
function startOf(pid: number): string {
  if (!existsSync('/proc/self/stat')) return 'unknown';
  const text = readProc(`/proc/${pid}/stat`);
  if (text === null) return 'gone';
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  // A zombie whose other threads have not ended yet still holds its ports and its stores' locks.
  const gone = fields[0] === 'Z' && Number(fields[17]) <= 1;
  return gone ? 'gone' : (fields[19] ?? 'unknown');
}

/** A file that the kernel keeps of a process; null where the process is gone. */
function readProc(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ESRCH') return null;
    throw error;
  }
}
