import { CotraceError } from '@cotrace/core';
import type { ProcessEntry } from './processes.js';
import { readJson, writeAtomically, type Workspace } from './workspace.js';

/** What `network.json` keeps of a network: the ports that were chosen, and the processes that were started. */
export interface NetworkState {
  readonly version: 1;
  /** Port of every service that is not the embedded network's own, by the service's name. */
  readonly ports: Readonly<Record<string, number>>;
  readonly processes: readonly ProcessEntry[];
}

const NOTHING: NetworkState = { version: 1, ports: {}, processes: [] };

/** The state of a workspace; empty where no network was ever started. Throws `CONFIG`. */
export function readNetworkState(workspace: Workspace): NetworkState {
  const value = readJson(workspace.network);
  if (value === undefined) return NOTHING;
  if (typeof value === 'object' && value !== null && 'version' in value && value.version === 1) {
    return value as NetworkState;
  }
  throw new CotraceError(
    'CONFIG',
    `${workspace.network} is not of this version; stop its network with the version that started it, or remove ${workspace.root}`,
    {
      path: workspace.network,
    },
  );
}

export function writeNetworkState(workspace: Workspace, state: NetworkState): void {
  writeAtomically(workspace.network, `${JSON.stringify(state, null, 2)}\n`);
}
