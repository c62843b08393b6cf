import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { CotraceError, isCotraceError } from '@cotrace/core';
import type { NetworkInfo, Topology } from '@cotrace/network';
import { join } from 'node:path';
import { loadClient, readClientConfig } from '../../client/client-config.js';
import { Connections } from '../../client/connections.js';
import type { Consortium, ConsortiumNode } from '../../consortium/consortium.js';
import { Business, Master } from '../../gen/cotrace/cotrace_pb.js';
import { readDevnetInfo } from './devnet-info.js';
import { isRunning, type ProcessEntry } from '../processes.js';
import { chaincodeService } from '../services.js';
import type { Starter } from './starter.js';
import type { Workspace } from '../../workspace/workspace.js';
import { LOG_TAIL_BYTES, READY_CALL_MS, READY_MS, READY_PAUSE_MS } from '../limits.js';

/** Waits until the embedded network has written where it listens. Throws `NOT_READY` with the log to look at. */
export async function waitForDevnet(workspace: Workspace, process: ProcessEntry): Promise<NetworkInfo> {
  return until(workspace, [process], process.name, () => {
    const info = readDevnetInfo(join(workspace.devnet, 'devnet.json'));
    return Promise.resolve(info?.processId === process.pid ? info : null);
  });
}

/** Waits until the chaincode service of every organisation takes connections. Throws `NOT_READY`. */
export async function waitForChaincodes(
  workspace: Workspace,
  topology: Topology,
  ports: Readonly<Record<string, number>>,
  starter: Starter,
): Promise<void> {
  for (const { name } of topology.organisations) {
    const port = ports[chaincodeService(name)] ?? 0;
    await until(workspace, starter.entries(), chaincodeService(name), async () =>
      (await listens(port)) ? true : null,
    );
  }
}

async function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}

/** Waits until every master and business node has reached the height that the first master had at first. */
export async function waitForNodes(
  workspace: Workspace,
  topology: Topology,
  consortium: Consortium,
  starter: Starter,
): Promise<void> {
  const [organisation] = topology.organisations;
  if (organisation === undefined) return;
  const connections = new Connections(loadClient(readClientConfig(workspace.client(organisation.name))));
  try {
    let height: bigint | null = null;
    for (const node of consortium.nodes.filter(({ role }) => role !== 'client')) {
      await until(workspace, starter.entries(), node.name, async () => {
        const reached = await heightOf(connections, node);
        if (reached === null) return null;
        height ??= reached;
        return reached >= height ? true : null;
      });
    }
  } finally {
    connections.close();
  }
}

/** A node's height; null while it does not answer. */
async function heightOf(connections: Connections, node: ConsortiumNode): Promise<bigint | null> {
  const client = connections.node({ ...node, address: node.address ?? '' });
  try {
    const status =
      node.role === 'master'
        ? await client.call(Master.method.status, {}, { timeout: READY_CALL_MS })
        : await client.call(Business.method.status, {}, { timeout: READY_CALL_MS });
    return status.height;
  } catch (error) {
    if (isCotraceError(error, 'UNREACHABLE')) return null;
    throw error;
  }
}

/** Asks until `who` has an answer. Throws `NOT_READY` where a process has ended, or it takes too long. */
async function until<T extends object | true>(
  workspace: Workspace,
  processes: readonly ProcessEntry[],
  who: string,
  ask: () => Promise<T | null>,
): Promise<T> {
  const deadline = Date.now() + READY_MS;
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
