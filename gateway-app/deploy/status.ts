import { readBackend } from './backends/choose.js';
import { requireFolder } from './folder.js';
import { readNetworkState } from './network-state.js';
import { isRunning } from './processes.js';
import { processNames } from './services.js';
import { withLostProcesses } from './starter.js';
import { readNetworkTopology } from './topology-file.js';
import type { Workspace } from './workspace.js';

export interface ProcessStatus {
  readonly name: string;
  readonly running: boolean;
  /** Null where it was never started. */
  readonly pid: number | null;
  readonly log: string;
}

/** Whether a network's processes run: all that its topology asks for, some, or none. Throws `CONFIG`. */
export function networkStatus(workspace: Workspace): {
  readonly state: 'up' | 'partly up' | 'down';
  readonly processes: readonly ProcessStatus[];
} {
  requireFolder(workspace);
  const topology = readNetworkTopology(workspace);
  const wanted = topology === null ? [] : processNames(topology, readBackend(workspace));
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
