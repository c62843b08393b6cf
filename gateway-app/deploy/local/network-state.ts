import type { JsonShape } from '@cotrace/verifier';
import { readJsonFile } from '../../settings/json-file.js';
import type { ProcessEntry } from '../processes.js';
import { writeJson, type Workspace } from '../workspace.js';
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
const NAME = /^[a-z0-9][a-z0-9._-]{0,255}$/;
const NAME_RULE = 'the name of a service: lower-case letters, digits, dots and dashes';

/** The state of a workspace; empty where no network was ever started. Throws `CONFIG`. */
export function readNetworkState(workspace: Workspace): NetworkState {
  const advice =
    'remove the file and run `cotrace network up`: processes that run are found again, ports are chosen anew';
  return readJsonFile(workspace.network, advice, (root) => stateOf(root, workspace.root)) ?? NOTHING;
}

export function writeNetworkState(workspace: Workspace, { version, ports, processes }: NetworkState): void {
  writeJson(workspace.network, {
    version,
    ports,
    processes: processes.map(({ name, pid, started }) => ({ name, pid, started })),
  });
}

function stateOf(root: JsonShape, owner: string): NetworkState {
  root.only(['version', 'ports', 'processes']);
  root.integer('version', 1, 1);
  const ports = root.object('ports');
  const processes = root.list('processes', MAX_PROCESSES).map((entry) => entryOf(entry, owner));
  for (const values of [processes.map(({ name }) => name), processes.map(({ pid }) => pid)]) {
    if (new Set<unknown>(values).size < values.length) throw root.wrong('processes', 'listed once each');
  }
  return {
    version: 1,
    ports: Object.fromEntries(ports.names().map((name) => [name, ports.integer(name, 1, 65_535)])),
    processes,
  };
}

function entryOf(shape: JsonShape, owner: string): ProcessEntry {
  shape.only(['name', 'pid', 'started']);
  return {
    name: shape.textLike('name', NAME, NAME_RULE),
    // 0 and below name groups of processes, -1 all processes of the user, and 1 is the system's first.
    pid: shape.integer('pid', 2, MAX_PROCESS_ID),
    started: shape.textLike('started', /^(?:[0-9]{1,20}|unknown|gone)$/, 'when the process started'),
    owner,
  };
}
