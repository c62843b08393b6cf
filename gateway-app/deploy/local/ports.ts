import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { CotraceError } from '@cotrace/core';
import { readNetworkState, writeNetworkState } from './network-state.js';
import type { Workspace } from '../../workspace/workspace.js';
import { END_PORT, LEAST_PORT, MOST_PORT_TRIES } from '../limits.js';

/** A service that listens. */
export interface ListeningService {
  readonly name: string;
  /** Whether its process runs: then its port is its own. */
  readonly running: boolean;
  /** Whether others have been told its port for good, so that it cannot have another one. */
  readonly fixed: boolean;
}

/** The port of a service. Throws `NO_PORT` where none was chosen. */
export function portOf(ports: Readonly<Record<string, number>>, name: string): number {
  const port = ports[name];
  if (port === undefined) throw new CotraceError('NO_PORT', `no port was chosen for ${name}`, { name });
  return port;
}

/** Whether nothing listens on a TCP port of the loop-back interface, as far as this process may know. */
export async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening');
  } catch {
    return false;
  }
  await once(server.close(), 'close');
  return true;
}

/**
 * A free TCP port of the loop-back interface that is none of `taken`, among those that `pick` comes up with. Throws
 * `NO_PORT`.
 */
export async function freePort(
  taken: ReadonlySet<number>,
  pick = () => randomInt(LEAST_PORT, END_PORT),
): Promise<number> {
  for (let tries = 0; tries < MOST_PORT_TRIES; tries += 1) {
    const port = pick();
    if (!taken.has(port) && (await isFree(port))) return port;
  }
  throw new CotraceError('NO_PORT', `no free TCP port was found from ${LEAST_PORT} to ${END_PORT - 1}`);
}

/**
 * The port of every service: the one that it had, unless it does not run and somebody else listens there by now; then,
 * and for a service that is new, a free one. Throws `NO_PORT` where somebody else listens at a fixed one.
 */
export async function choosePorts(
  workspace: Workspace,
  services: readonly ListeningService[],
): Promise<Readonly<Record<string, number>>> {
  const state = readNetworkState(workspace);
  const ports: Record<string, number> = { ...state.ports };
  for (const { name, running, fixed } of services) {
    const port = ports[name];
    if (port !== undefined && (running || (await isFree(port)))) continue;
    if (port !== undefined && fixed) {
      throw new CotraceError(
        'NO_PORT',
        `another program listens at port ${port}, which the channels know as ${name}'s: end that program and try again, or remove the network with \`cotrace network down --purge\``,
        { name, port },
      );
    }
    ports[name] = await freePort(new Set(Object.values(ports)));
  }
  writeNetworkState(workspace, { ...state, ports });
  return ports;
}
