import { once } from 'node:events';
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CotraceError } from '@cotrace/core';
import type { NetworkInfo, Topology } from '@cotrace/network';
import { readDevnetInfo } from './devnet-info.js';
import { isRunning, type ProcessEntry } from '../processes.js';
import { chaincodeService, contractService } from '../services.js';
import { portOf } from './ports.js';
import type { Starter } from './starter.js';
import type { Workspace } from '../../workspace/workspace.js';
import { LOG_TAIL_BYTES, READY_MS, READY_PAUSE_MS } from '../limits.js';

/**
 * Waits until the embedded network has written where it listens. `patience`: milliseconds that it may take. Throws
 * `NOT_READY` with the log to look at.
 */
export async function waitForDevnet(
  workspace: Workspace,
  process: ProcessEntry,
  patience = READY_MS,
): Promise<NetworkInfo> {
  const look = () => {
    const info = readDevnetInfo(join(workspace.devnet, 'devnet.json'));
    return Promise.resolve(info?.processId === process.pid ? info : null);
  };
  return until(workspace, [process], process.name, look, patience);
}

/**
 * Waits until the services of chaincodes of every organisation take connections. `patience`: milliseconds that each may take.
 * Throws `NOT_READY`.
 */
export async function waitForChaincodes(
  workspace: Workspace,
  topology: Topology,
  ports: Readonly<Record<string, number>>,
  starter: Starter,
  patience = READY_MS,
): Promise<void> {
  const services = topology.organisations.flatMap(({ name }) => [
    chaincodeService(name),
    contractService(name),
  ]);
  for (const name of services) {
    const look = async () => ((await listens(portOf(ports, name))) ? name : null);
    await until(workspace, starter.entries(), name, look, patience);
  }
}

async function listens(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/**
 * Asks until `who` has an answer. `patience`: milliseconds that it may take. Throws `NOT_READY` where one of `processes` has
 * ended, or it takes too long.
 */
export async function until<T extends object | string | bigint>(
  workspace: Workspace,
  processes: readonly ProcessEntry[],
  who: string,
  ask: () => Promise<T | null>,
  patience: number,
): Promise<T> {
  const deadline = Date.now() + patience;
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    requireRunning(workspace, processes);
    if (Date.now() > deadline) {
      throw new CotraceError('NOT_READY', `${who} does not answer; see ${workspace.logs}`, {
        process: who,
      });
    }
    await sleep(READY_PAUSE_MS);
  }
}

/** Throws `NOT_READY`, with what it last said, where one of the processes has ended. */
export function requireRunning(workspace: Workspace, processes: readonly ProcessEntry[]): void {
  const ended = processes.find((entry) => !isRunning(entry));
  if (ended === undefined) return;
  const log = workspace.log(ended.name);
  const last = lastLine(log);
  const said = last === null ? '' : ` (it last said: ${last})`;
  throw new CotraceError(
    'NOT_READY',
    `${ended.name} has stopped${said}; see ${log}, then run \`cotrace network up\` again`,
    { process: ended.name, log, last },
  );
}

/** The last line that a process wrote, or null where it wrote none. */
function lastLine(log: string): string | null {
  if (!existsSync(log)) return null;
  const file = openSync(log, 'r');
  try {
    const { size } = fstatSync(file);
    const tail = Buffer.alloc(Math.min(size, LOG_TAIL_BYTES));
    const length = readSync(file, tail, 0, tail.length, size - tail.length);
    const last = tail.toString('utf8', 0, length).trimEnd().split('\n').at(-1) ?? '';
    return last === '' ? null : last;
  } finally {
    closeSync(file);
  }
}
