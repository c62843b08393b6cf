import { GatewayError } from '@hyperledger/fabric-gateway';
import type { Connections } from '../client/connections.js';
import { ledgerHeight } from '../fabric/ledger-queries.js';
import { areWell, quorumTrouble, reportOf, type NodeReport } from '../node/health.js';
import type { NodeState } from '../node/node-state.js';
import { bytes, EXIT, table, type Output } from './output.js';
import { ROLLED_BACK_MS } from '../client/limits.js';
import { STATUS_CALL_MS } from '../node/limits.js';

/** What `cotrace nodes` shows of a node. */
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

/** Asks every node of the consortium, and the own organisation's peer, how they stand, all at the same time. */
export async function nodeRows(connections: Connections): Promise<NodeRow[]> {
  return (await nodeReports(connections)).rows;
}

/** `cotrace nodes`: exit code 1 where a node is not well, no quorum is there, or the own organisation's peer is away. */
export async function nodes(connections: Connections, output: Output): Promise<number> {
  const { reports, rows } = await nodeReports(connections);
  const quorum = quorumTrouble(reports, connections.context.consortium);
  const peerIsAway = rows.some(({ height, lag }) => height !== null && lag === null);
  output.result(rows, () => [
    ...table([
      ['NODE', 'ROLE', 'STATE', 'HEIGHT', 'LAG', 'STORE', 'DOCKED AT'],
      ...rows.map(({ name, role, state, height, lag, behindSeconds, storeBytes, dockedAt }) => [
        name,
        role,
        state,
        height === null ? '-' : String(height),
        lagText(lag, behindSeconds),
        storeBytes === null ? '-' : bytes(storeBytes),
        dockedAt ?? '',
      ]),
    ]),
    ...(peerIsAway ? [`lag is unknown: the peer of ${connections.context.organisation.name} is away`] : []),
    ...rows.flatMap(({ name, reason }) => (reason === '' ? [] : [`${name}: ${reason}`])),
    ...(quorum === null ? [] : [quorum]),
    ...rows.flatMap(({ name, refusals }) => refusals.map((refusal) => refusalText(name, refusal))),
  ]);
  return areWell(rows, quorum) && !peerIsAway ? EXIT.done : EXIT.failed;
}

function lagText(lag: bigint | null, behindSeconds: number | null): string {
  if (lag === null) return '-';
  return behindSeconds === null || behindSeconds === 0 ? String(lag) : `${lag} (${behindSeconds} s)`;
}

function refusalText(
  name: string,
  { block, source, code, reason, times, first, last }: NodeRow['refusals'][number],
): string {
  const often = times === 1 ? `at ${time(first)}` : `${times} times from ${time(first)} to ${time(last)}`;
  return `${name} refused block ${block} of ${source} ${often}: [${code}] ${reason}`;
}

/** Node clocks may say anything that fits 64 bits. */
function time(unixSeconds: bigint): string {
  return unixSeconds < 253_402_300_800n
    ? new Date(Number(unixSeconds) * 1000).toISOString().replace('.000', '')
    : `second ${unixSeconds}`;
}

async function nodeReports(connections: Connections) {
  const { nodes: all } = connections.context.consortium;
  const asked = all
    .filter(({ role }) => role !== 'client')
    .map((node) => reportOf(node, connections.node({ ...node, address: node.address ?? '' })));
  const [ledger, ...reports] = await Promise.all([heightOfLedger(connections), ...asked]);
  const rows = reports.map((report) => rowOf(report, ledger));
  if (rows.every(({ state, lag }) => state !== 'following' || lag === null || lag >= 0n))
    return { reports, rows };
  // A node of another organisation may have had a block before the own peer: then the peer has it soon.
  await new Promise((resolve) => setTimeout(resolve, ROLLED_BACK_MS));
  const later = await heightOfLedger(connections);
  return { reports, rows: reports.map((report) => rolledBack(rowOf(report, later))) };
}

/** A row whose node is ahead of the ledger although it says that all is well. */
function rolledBack(row: NodeRow): NodeRow {
  if (row.state !== 'following' || row.lag === null || row.lag >= 0n) return row;
  const reason = 'the ledger of the own organisation’s peer has fewer blocks than this node has processed';
  return { ...row, state: 'rolled back', reason };
}

/** Number of blocks as the own organisation's peer knows it; null where it does not say. */
async function heightOfLedger({ main }: Connections): Promise<bigint | null> {
  try {
    return await ledgerHeight(main, STATUS_CALL_MS);
  } catch (error) {
    if (error instanceof GatewayError) return null;
    throw error;
  }
}

function rowOf({ node, height, refusals, ...report }: NodeReport, ledger: bigint | null): NodeRow {
  const { name, role, domain } = node;
  const { state, reason, behindSeconds, storeBytes, dockedAt } = report;
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
