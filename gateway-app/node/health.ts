import { isCotraceError } from '@cotrace/core';
import { majorityOf, type Consortium, type ConsortiumNode } from '../consortium/consortium.js';
import { Business, Master, type Difference, type Refusal } from '../gen/cotrace/cotrace_pb.js';
import { isWell, nodeState, type NodeState } from './node-state.js';
import type { RpcCaller } from './rpc-client.js';
import { STATUS_CALL_MS } from './limits.js';

/** How a node stands, as it says itself or as whoever asks it sees it. */
export interface NodeReport {
  readonly node: ConsortiumNode;
  readonly state: NodeState;
  /** Why it is not `following`; empty where it is. */
  readonly reason: string;
  /** Main blocks processed; null where the node does not answer, as all below. */
  readonly height: bigint | null;
  /** Blocks of its peer's ledger, of a master. */
  readonly ledgerHeight: bigint | null;
  /** How many must agree by main's configuration as a master knows it; 0 before its first block. */
  readonly quorum: number | null;
  /** Seconds since there was the first block that it has not processed. */
  readonly behindSeconds: number | null;
  readonly storeBytes: bigint | null;
  readonly dockedAt: string | null;
  /** Newest cycle at whose end a business node's state is what was sealed; 0: none yet. */
  readonly consistentUpTo: bigint | null;
  /** Where a business node's state is not what was sealed: the domain or `_lifecycle`, cycles, and groups of the rank tree by their blocks, 0 where not known. */
  readonly differences: readonly Difference[];
  readonly refusals: readonly Refusal[];
}

/** Asks a node how it stands; a node that does not answer, or not as it should, is one of the answers. */
export async function reportOf(node: ConsortiumNode, client: RpcCaller): Promise<NodeReport> {
  try {
    return await askedReport(node, client);
  } catch (error) {
    if (!isCotraceError(error)) throw error;
    const state = error.code === 'UNREACHABLE' ? 'away' : 'unknown';
    return { ...NOTHING, node, state, reason: `[${error.code}] ${error.message}` };
  }
}

const NOTHING = {
  height: null,
  ledgerHeight: null,
  quorum: null,
  behindSeconds: null,
  storeBytes: null,
  dockedAt: null,
  consistentUpTo: null,
  differences: [],
  refusals: [],
} as const;

async function askedReport(node: ConsortiumNode, client: RpcCaller): Promise<NodeReport> {
  if (node.role === 'master') {
    const status = await client.call(Master.method.status, {}, { timeout: STATUS_CALL_MS });
    const { height, ledgerHeight, quorum, behindSeconds, storeBytes, reason } = status;
    const state = nodeState(status.state);
    return { ...NOTHING, node, state, reason, height, ledgerHeight, quorum, behindSeconds, storeBytes };
  }
  const status = await client.call(Business.method.status, {}, { timeout: STATUS_CALL_MS });
  const { height, behindSeconds, storeBytes, dockedAt, consistentUpTo, differences, refusals } = status;
  const state = nodeState(status.state);
  const own = { height, behindSeconds, storeBytes, dockedAt, consistentUpTo, differences, refusals };
  return { ...NOTHING, node, state, reason: status.reason, ...own };
}

/** Whether as many organisations' masters as must agree continue, of all masters' reports; if not, a sentence that says so. */
export function quorumTrouble(masters: readonly NodeReport[], consortium: Consortium): string | null {
  const ofMasters = masters.filter(({ node }) => node.role === 'master');
  const needed = neededOf(ofMasters, consortium);
  const well = new Set(ofMasters.filter(({ state }) => isWell(state)).map(({ node }) => node.mspId));
  if (well.size >= needed) return null;
  const others = ofMasters.filter(({ state }) => !isWell(state));
  const named = others.map(({ node, state }) => `${node.name} is ${state}`).join(', ');
  return (
    `no quorum: masters of ${needed} organisations must follow, but ${well.size} do` +
    (named === '' ? '' : `; ${named}`)
  );
}

/** How many must agree: as many as a majority of masters say at least, so that a few can neither raise nor lower it. */
function neededOf(masters: readonly NodeReport[], consortium: Consortium): number {
  const majority = majorityOf(consortium);
  const said = new Map(
    masters.flatMap(({ node, quorum }) => (quorum === null ? [] : [[node.mspId, quorum]])),
  );
  const highest = [...said.values()].sort((a, b) => b - a);
  return Math.max(majority, highest[majority - 1] ?? 0);
}

/**
 * Main blocks that a node is behind: a master behind its peer's ledger, a business node behind what masters of a quorum of
 * organisations have reached. Null where that is not known.
 */
export function blocksBehind(
  report: NodeReport,
  masters: readonly NodeReport[],
  consortium: Consortium,
): bigint | null {
  const { node, height, ledgerHeight } = report;
  const end = node.role === 'master' ? ledgerHeight : quorumHeight(masters, consortium);
  return height === null || end === null ? null : end > height ? end - height : 0n;
}

/** The height that masters of a quorum of organisations have reached: no fewer can make it higher than it is. */
function quorumHeight(reports: readonly NodeReport[], consortium: Consortium): bigint | null {
  const highest = new Map<string, bigint>();
  for (const { node, height } of reports) {
    if (node.role !== 'master' || height === null) continue;
    const { mspId } = node;
    const known = highest.get(mspId);
    if (known === undefined || height > known) highest.set(mspId, height);
  }
  const heights = [...highest.values()].sort((a, b) => (a > b ? -1 : a < b ? 1 : 0));
  return heights[majorityOf(consortium) - 1] ?? null;
}

/** Whether nothing needs an operator: every report's state is well, and a quorum is there. */
export function areWell(reports: readonly Pick<NodeReport, 'state'>[], quorum: string | null): boolean {
  return quorum === null && reports.every(({ state }) => isWell(state));
}
