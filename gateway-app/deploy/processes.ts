import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { CotraceError } from '@cotrace/core';
import { cleanEnvironment } from '@cotrace/network';
import { errorCode } from '../settings/error-code.js';
import { END_PAUSE_MS } from './limits.js';
import { GONE, ProcessList, shownName, type ProcessEntry } from './process-list.js';

export type { ProcessEntry };

const LIST = new ProcessList();

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
      // Node tells of it a second time, and ends the command where nobody listens.
      child.once('error', () => undefined);
      throw new CotraceError('PROCESS', `${name} could not be started; see ${log}`, { name, log });
    }
    child.unref();
    return { name, pid: child.pid, started: LIST.startOf(child.pid) ?? GONE, owner };
  } finally {
    closeSync(output);
  }
}

/** The running processes that were started for `owner` under one of `names`; none where the system lists none. */
export function findProcesses(owner: string, names: readonly string[]): ProcessEntry[] {
  return LIST.find(owner, names);
}

/** Whether the process of an entry still runs, as whichever user. */
export function isRunning(entry: ProcessEntry): boolean {
  return LIST.runs(entry);
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
    await new Promise((resolve) => setTimeout(resolve, END_PAUSE_MS));
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
