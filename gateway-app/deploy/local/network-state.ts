import type { Shape, TextRule } from '@cotrace/core';
import { readJsonFile } from '../../settings/json-file.js';
import type { ProcessEntry } from '../processes.js';
import { writeJson, type Workspace } from '../../workspace/workspace.js';
import { MAX_PROCESS_ID, MAX_PROCESSES } from '../limits.js';

/** What `network.json` keeps of a network: the ports that were chosen, and the processes that were started. */
export interface NetworkState {
  readonly version: 1;
  /** Port of every service that is not the embedded network's own, by the service's name. */
  readonly ports: Readonly<Record<string, number>>;
  readonly processes: readonly ProcessEntry[];
}

const NOTHING: NetworkState = { version: 1, ports: {}, processes: [] };

/** Names of services and processes: log files are named after them. */
const NAME: TextRule = {
  rule: 'the name of a service: lower-case letters, digits, dots and dashes',
  like: /^[a-z0-9][a-z0-9._-]{0,255}$/,
};
const STARTED: TextRule = { rule: 'when the process started', like: /^(?:[0-9]{1,20}|unknown|gone)$/ };

/** The state of a workspace; empty where no network was ever started. Throws `CONFIG`. */
export function readNetworkState(workspace: Workspace): NetworkState {
  const advice =
    'remove the file and run `cotrace network up`: processes that run are found again, new ports are chosen';
  return readJsonFile(workspace.network, advice, (root) => stateOf(root, workspace.root)) ?? NOTHING;
}

export function writeNetworkState(workspace: Workspace, { version, ports, processes }: NetworkState): void {
  writeJson(workspace.network, {
    version,
    ports,
    processes: processes.map(({ name, pid, started }) => ({ name, pid, started })),
  });
}

function stateOf(root: Shape, owner: string): NetworkState {
  root.only(['version', 'ports', 'processes']);
  root.at('version').integer(1, 1);
  const ports = root.at('ports');
  const entries = root.at('processes');
  const processes = entries.items(MAX_PROCESSES).map((entry) => entryOf(entry, owner));
  for (const values of [processes.map(({ name }) => name), processes.map(({ pid }) => pid)]) {
    if (new Set<unknown>(values).size < values.length) entries.fail('must name each process once');
  }
  return {
    version: 1,
    ports: Object.fromEntries(ports.names().map((name) => [name, ports.at(name).integer(1, 65_535)])),
    processes,
  };
}

function entryOf(shape: Shape, owner: string): ProcessEntry {
  shape.only(['name', 'pid', 'started']);
  return {
    name: shape.at('name').text(NAME),
    // 0 and below name groups of processes, -1 all processes of the user, and 1 is the system's first.
    pid: shape.at('pid').integer(2, MAX_PROCESS_ID),
    started: shape.at('started').text(STARTED),
    owner,
  };
}
