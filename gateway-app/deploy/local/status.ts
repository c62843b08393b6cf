import { runningPart } from '@cotrace/network';
import { readBackend } from '../backends/choose.js';
import { requireFolder } from '../../workspace/folder.js';
import { readNetworkState } from './network-state.js';
import { isRunning } from '../processes.js';
import { listeningServices, processNames } from '../services.js';
import { silentProcesses } from './silent.js';
import { withLostProcesses } from './starter.js';
import { readNetworkTopology } from '../../workspace/topology-file.js';
import type { Workspace } from '../../workspace/workspace.js';
import { STATUS_MS } from '../limits.js';

export interface ProcessStatus {
  readonly name: string;
  readonly running: boolean;
  /** Null where it was never started. */
  readonly pid: number | null;
  readonly log: string;
}

/**
 * As `networkStatus`, and which of the processes that run do not answer within `patience` milliseconds; a network with one
 * of them is partly up.
 */
export async function networkHealth(
  workspace: Workspace,
  patience = STATUS_MS,
): Promise<ReturnType<typeof networkStatus> & { readonly silent: readonly string[] }> {
  const status = networkStatus(workspace);
  const topology = readNetworkTopology(workspace);
  if (topology === null) return { ...status, silent: [] };
  const runs = new Set(status.processes.filter(({ running }) => running).map(({ name }) => name));
  const services = listeningServices(runningPart(topology), readBackend(workspace)).filter(({ process }) =>
    runs.has(process),
  );
  const silent = await silentProcesses(services, readNetworkState(workspace).ports, patience);
  return { ...status, state: silent.length > 0 ? 'partly up' : status.state, silent };
}

/** Whether a network's processes run: all that its topology asks for, some, or none. Throws `CONFIG`. */
export function networkStatus(workspace: Workspace): {
  readonly state: 'up' | 'partly up' | 'down';
  readonly processes: readonly ProcessStatus[];
} {
  requireFolder(workspace);
  const topology = readNetworkTopology(workspace);
  const wanted = topology === null ? [] : processNames(runningPart(topology), readBackend(workspace));
  const entries = withLostProcesses(workspace, readNetworkState(workspace).processes, wanted);
  const names = [...new Set([...entries.map(({ name }) => name), ...wanted])];
  const processes = names.map((name) => {
    const entry = entries.find((candidate) => candidate.name === name);
    const running = entry !== undefined && isRunning(entry);
    return { name, running, pid: entry?.pid ?? null, log: workspace.log(name) };
  });
  const running = processes.filter((process) => process.running).length;
  const state = running === 0 ? 'down' : running === processes.length ? 'up' : 'partly up';
  return { state, processes };
}
