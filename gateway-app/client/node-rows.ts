import { GatewayError } from '@hyperledger/fabric-gateway';
import { areWell, quorumTrouble, reportOf, type NodeReport } from '../node/health.js';
import type { NodeState } from '../node/node-state.js';
import { STATUS_CALL_MS } from '../node/limits.js';
import type { ConsortiumNode } from '../consortium/consortium.js';
import type { RpcCaller } from '../node/rpc-client.js';
import { checkingOf, type MasterChecking } from './checking-status.js';
import type { Connections } from './connections.js';
import { NODES_PAUSE_MS, ROLLED_BACK_MS } from './limits.js';

/** How a node stands, beside the ledger of the own organisation's peer. */
export interface NodeRow {
  readonly name: string;
  readonly role: string;
  readonly domain: string | null;
  readonly state: NodeState;
  /** Why it is not `following`; empty where it is. */
  readonly reason: string;
  /** Main blocks processed; null where the node does not answer. */
  readonly height: bigint | null;
  /**
   * Main blocks behind the ledger, below 0 where the ledger has fewer; null where the node or the own organisation's peer
   * does not answer.
   */
  readonly lag: bigint | null;
  /** Seconds since there was the first block that it has not processed; null where the node does not answer. */
  readonly behindSeconds: number | null;
  readonly storeBytes: bigint | null;
  readonly dockedAt: string | null;
  /** Newest cycle at whose end a business node's state is what was sealed, 0 before the first; null for a master. */
  readonly consistentUpTo: bigint | null;
  /**
   * Where a business node's state of its domain, or of `_lifecycle`, is not what was sealed: the cycle, and the block whose group of
   * the rank tree differs; null where that is not known.
   */
  readonly differences: readonly {
    readonly domain: string;
    readonly cycle: bigint;
    readonly block: bigint | null;
    readonly code: string;
  }[];
  /** How a master stands with checking cycles; null for a business node, and where it does not say. */
  readonly checking: MasterChecking | null;
  readonly refusals: readonly {
    readonly block: bigint;
    readonly source: string;
    readonly code: string;
    readonly reason: string;
    readonly times: number;
    /** Unix seconds. */
    readonly first: bigint;
    readonly last: bigint;
  }[];
}

/** How all nodes of the consortium stand. */
export interface NodeStatus {
  /** In the order of the consortium file. */
  readonly rows: readonly NodeRow[];
  /** Why no quorum of masters is there; null where it is. */
  readonly quorum: string | null;
  /** Whether the own organisation's peer is away: then no lag is known. */
  readonly peerIsAway: boolean;
  /** Whether nothing needs an operator. */
  readonly isWell: boolean;
}

/**
 * Asks every node of the consortium, and the own organisation's peer, how they stand, all at the same time. Whoever does not
 * answer is one of the answers.
 */
export async function nodeStatus(connections: Connections): Promise<NodeStatus> {
  const { consortium } = connections.context;
  const asked = consortium.nodes
    .filter(({ role }) => role !== 'client')
    .map((node) => askedNode(node, connections.node({ ...node, address: node.address ?? '' })));
  const [ledger, ...reports] = await Promise.all([heightOfLedger(connections), ...asked]);
  const rows = await rowsOf(connections, reports, ledger);
  const quorum = quorumTrouble(reports, consortium);
  const peerIsAway = rows.some(({ height, lag }) => height !== null && lag === null);
  return { rows, quorum, peerIsAway, isWell: areWell(rows, quorum) && !peerIsAway };
}

/** What a node says of itself, and a master of checking cycles too. */
interface AskedNode extends NodeReport {
  readonly checking: MasterChecking | null;
}

async function askedNode(node: ConsortiumNode, client: RpcCaller): Promise<AskedNode> {
  const asked = node.role === 'master' ? checkingOf(client) : null;
  const [report, checking] = await Promise.all([reportOf(node, client), asked]);
  return { ...report, checking };
}

/** The rows of `nodeStatus`. */
export async function nodeRows(connections: Connections): Promise<readonly NodeRow[]> {
  return (await nodeStatus(connections)).rows;
}

/** The rows once no node lags, or as they are after `patience` milliseconds. */
export async function settledRows(connections: Connections, patience: number): Promise<readonly NodeRow[]> {
  const deadline = Date.now() + patience;
  for (;;) {
    const rows = await nodeRows(connections);
    if (rows.every(({ lag }) => lag === 0n) || Date.now() > deadline) return rows;
    await new Promise((resolve) => setTimeout(resolve, NODES_PAUSE_MS));
  }
}

async function rowsOf(
  connections: Connections,
  reports: readonly AskedNode[],
  ledger: bigint | null,
): Promise<NodeRow[]> {
  const rows = reports.map((report) => rowOf(report, ledger));
  if (rows.every(({ state, lag }) => state !== 'following' || lag === null || lag >= 0n)) return rows;
  // A node of another organisation may have had a block before the own peer: then the peer has it soon.
  await new Promise((resolve) => setTimeout(resolve, ROLLED_BACK_MS));
  const later = await heightOfLedger(connections);
  return reports.map((report) => rolledBack(rowOf(report, later)));
}

/** A row whose node is ahead of the ledger although it says that all is well. */
function rolledBack(row: NodeRow): NodeRow {
  if (row.state !== 'following' || row.lag === null || row.lag >= 0n) return row;
  const reason = 'the ledger of your organisation’s peer has fewer blocks than this node has processed';
  return { ...row, state: 'rolled back', reason };
}

/** Number of blocks as the own organisation's peer knows it; null where it does not say. */
async function heightOfLedger({ peer }: Connections): Promise<bigint | null> {
  try {
    return (await peer.ledgerEnd(STATUS_CALL_MS)).height;
  } catch (error) {
    if (error instanceof GatewayError) return null;
    throw error;
  }
}

function rowOf(
  { node, height, refusals, differences, ...report }: AskedNode,
  ledger: bigint | null,
): NodeRow {
  const { name, role, domain } = node;
  const { state, reason, behindSeconds, storeBytes, dockedAt, consistentUpTo, checking } = report;
  return {
    name,
    role,
    domain,
    state,
    reason,
    height,
    lag: ledger === null || height === null ? null : ledger - height,
    behindSeconds,
    storeBytes,
    dockedAt,
    consistentUpTo,
    differences: differences.map(({ domain: differing, checkNum: cycle, blockNum, code }) => ({
      // A node of an earlier release compares its domain alone.
      domain: differing === '' ? (domain ?? '') : differing,
      cycle,
      block: blockNum === 0n ? null : blockNum,
      code,
    })),
    checking,
    refusals: refusals.map(({ blockNum: block, source, code, reason: why, times, first, last }) => ({
      block,
      source,
      code,
      reason: why,
      times,
      first,
      last,
    })),
  };
}
