import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { CotraceError } from '@cotrace/core';
import { cleanEnvironment } from '@cotrace/network';
import { errorCode } from '../settings/error-code.js';

/** A process of a network. `network.json` keeps all but the owner, which is the folder that the file is in. */
export interface ProcessEntry {
  readonly name: string;
  /** From 2 to `MAX_PROCESS_ID`. */
  readonly pid: number;
  /** What the system says of when it was started: another process with the same id says something else. */
  readonly started: string;
  /** Whose process it is: the folder of its network. */
  readonly owner: string;
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
    return { name, pid: child.pid, started: startOf(child.pid) ?? GONE, owner };
  } finally {
    closeSync(output);
  }
}

const shownName = (name: string, owner: string) => `cotrace ${name} of ${owner}`;

/** The running processes that were started for `owner` under one of `names`; none where there is no /proc. */
export function findProcesses(owner: string, names: readonly string[]): ProcessEntry[] {
  if (!existsSync('/proc/self/cmdline')) return [];
  const pids = readdirSync('/proc').filter((entry) => /^[0-9]+$/.test(entry));
  return pids.flatMap((text) => {
    const pid = Number(text);
    const shown = shownBy(pid);
    if (shown === null || !names.includes(shown.name) || !isSameFolder(shown.owner, owner)) return [];
    return [{ name: shown.name, pid, started: startOf(pid) ?? GONE, owner }];
  });
}

/**
 * Whether the process of an entry still runs, as whichever user: one with its id that was started at its time and goes by
 * its name and owner.
 */
export function isRunning(entry: ProcessEntry): boolean {
  const { pid, started } = entry;
  if (started === GONE) return false;
  let isForeign = false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ESRCH') return false;
    if (code !== 'EPERM') throw error;
    isForeign = true;
  }
  const start = startOf(pid);
  // A system may hide what other users run: all that is known then is that the id is in use.
  if (start === null) return isForeign;
  return start === started && goesBy(entry);
}

/**
 * Asks a process to end, and ends it after `patience` milliseconds; resolves when it is gone. Throws `NOT_YOUR_PROCESS`
 * where it runs as another user.
 */
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
    if (!isRunning(entry)) return;
    if (errorCode(error) !== 'EPERM') throw error;
    throw new CotraceError(
      'NOT_YOUR_PROCESS',
      `${entry.name} runs as another user, process ${entry.pid}: repeat the command as that user`,
      { process: entry.name, pid: entry.pid },
      error,
    );
  }
}

/** What `startOf` says of a process that has ended and is still listed. */
const GONE = 'gone';

/**
 * When a process started, as the kernel counts it (Linux: field 22 of /proc/PID/stat); null where it is not listed.
 * Where there is no /proc, the id alone has to do.
 */
function startOf(pid: number): string | null {
  if (!existsSync('/proc/self/stat')) return 'unknown';
  const text = readProc(`/proc/${pid}/stat`);
  if (text === null) return null;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  // A zombie whose other threads have not ended yet still holds its ports and its stores' locks.
  const gone = fields[0] === 'Z' && Number(fields[17]) <= 1;
  return gone ? GONE : (fields[19] ?? 'unknown');
}

/** Whether a process goes by the name and owner of its entry; one that has just been started goes by none yet. */
function goesBy({ name, owner, pid }: ProcessEntry): boolean {
  const line = readProc(`/proc/${pid}/cmdline`);
  if (line === null || line === '') return true;
  const shown = shownBy(pid);
  if (shown?.name !== name) return false;
  // A folder that was moved keeps its processes. Those in the file of a copy are the original's.
  return !existsSync(shown.owner) || isSameFolder(shown.owner, owner);
}

/** The name and owner that a process goes by; null where it is none of ours. */
function shownBy(pid: number): { readonly name: string; readonly owner: string } | null {
  const shown = readProc(`/proc/${pid}/cmdline`)?.split('\0')[0] ?? '';
  const [, name, owner] = /^cotrace (\S+) of ([^]+)$/.exec(shown) ?? [];
  return name === undefined || owner === undefined ? null : { name, owner };
}

function isSameFolder(one: string, other: string): boolean {
  const real = (path: string) => (existsSync(path) ? realpathSync(path) : resolve(path));
  return one === other || real(one) === real(other);
}

/** A file that the kernel keeps of a process; null where the process is gone, or another user's and hidden. */
function readProc(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES' || code === 'EPERM') return null;
    throw error;
  }
}
