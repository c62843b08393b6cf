import { isCotraceError } from '@cotrace/core';
import { readConsortium, type Consortium } from '../consortium.js';
import { loadTls } from '@cotrace/network';
import { Business, Master } from '../gen/cotrace/cotrace_pb.js';
import { Log } from '../node/log.js';
import { findNode, findOrganisation, type ListeningNode, type NodeConfig } from '../node/node-config.js';
import { readProcessConfig } from '../node/process-config.js';
import { RpcClient } from '../node/rpc-client.js';
import { runNodes } from '../node/run-nodes.js';
import { EXIT, exitCodeOf, table, type Output } from './output.js';

/** `cotrace node FILE`: runs the nodes of a file until it is told to stop. */
export async function runNode(path: string): Promise<number> {
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => stop.abort());
  try {
    await runNodes(path, stop.signal);
    return EXIT.done;
  } catch (error) {
    new Log('cotrace-node').error('stopped', error);
    return exitCodeOf(error);
  }
}

/** `cotrace node FILE --check`: exit code 1 unless every node of the file answers and goes on. */
export async function checkNodes(path: string, output: Output): Promise<number> {
  const { consortium: consortiumPath, nodes } = readProcessConfig(path);
  const consortium = readConsortium(consortiumPath);
  const rows = await Promise.all(nodes.map((node) => checkNode(node, consortium)));
  output.result(rows, () =>
    table(rows.map(({ name, state, height }) => [name, state, height === null ? '-' : `height ${height}`])),
  );
  return rows.every(({ state }) => state === 'following') ? EXIT.done : EXIT.failed;
}

interface CheckedNode {
  readonly name: string;
  readonly state: string;
  readonly height: bigint | null;
}

/** Asks a node how it stands, as itself: its own certificate is one that the consortium knows. */
async function checkNode({ name, tlsDir }: NodeConfig, consortium: Consortium): Promise<CheckedNode> {
  const role = consortium.nodes.find((node) => node.name === name)?.role ?? 'master';
  const node = findNode(consortium, name, role);
  const { tlsRoots } = findOrganisation(consortium, node.mspId);
  const client = new RpcClient(node.address, loadTls(tlsDir), tlsRoots, node.certificate);
  try {
    return { name, ...(await statusOf(client, node)) };
  } catch (error) {
    if (!isCotraceError(error)) throw error;
    return { name, state: 'away', height: null };
  } finally {
    client.close();
  }
}

async function statusOf(client: RpcClient, { role }: ListeningNode) {
  if (role === 'master') {
    const { height } = await client.call(Master.method.status, {});
    return { state: 'following', height };
  }
  const { state, height } = await client.call(Business.method.status, {});
  return { state, height };
}
