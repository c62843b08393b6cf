import { loadTls } from '@cotrace/network';
import type { Consortium, ConsortiumNode } from '../consortium/consortium.js';
import { readConsortium } from '../consortium/read.js';
import { areWell, blocksBehind, quorumTrouble, reportOf, type NodeReport } from '../node/health.js';
import { findNode, type ListeningNode } from '../node/node-config.js';
import { readProcessConfig } from '../node/process-config.js';
import type { RpcCaller } from '../node/rpc-client.js';
import { NodeCallers } from './node-callers.js';

/** How the nodes of a process stand. */
export interface ProcessHealth {
  /** A report of each node of the file, with the main blocks that it is behind. */
  readonly nodes: readonly (NodeReport & { readonly behindBlocks: bigint | null })[];
  /** Why no quorum of the consortium's masters is there; null where it is. */
  readonly quorum: string | null;
  /** Whether every node is well, by its own word, and a quorum is there. */
  readonly isWell: boolean;
}

/**
 * Asks the nodes of a process configuration, and the consortium's masters, how they stand, as the first node of the file: its
 * certificate is one that the consortium knows. Throws `CONFIG`, `TLS_FOLDER`.
 */
export async function checkProcess(path: string): Promise<ProcessHealth> {
  const { consortium: consortiumPath, nodes } = readProcessConfig(path);
  const consortium = readConsortium(consortiumPath);
  const own = nodes.map(({ name }) => {
    const role = consortium.nodes.find((node) => node.name === name)?.role ?? 'master';
    return findNode(consortium, name, role);
  });
  const callers = new NodeCallers(consortium, loadTls(nodes[0]?.tlsDir ?? ''));
  try {
    return await healthOf(own, consortium, (node) => callers.of(node));
  } finally {
    callers.close();
  }
}

/** How `own` nodes stand beside the consortium's masters; `connect` gives whom each is asked over. */
export async function healthOf(
  own: readonly ConsortiumNode[],
  consortium: Consortium,
  connect: (node: ListeningNode) => RpcCaller,
): Promise<ProcessHealth> {
  const masters = consortium.nodes.filter(({ role }) => role === 'master');
  const asked = new Map([...masters, ...own].map((node) => [node.name, node]));
  const reports = await Promise.all(
    [...asked.values()].map((node) => reportOf(node, connect({ ...node, address: node.address ?? '' }))),
  );
  const nodes = own
    .flatMap(({ name }) => reports.filter(({ node }) => node.name === name))
    .map((report) => ({ ...report, behindBlocks: blocksBehind(report, reports, consortium) }));
  const quorum = quorumTrouble(reports, consortium);
  return { nodes, quorum, isWell: areWell(nodes, quorum) };
}
