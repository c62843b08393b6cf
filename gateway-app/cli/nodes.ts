import { isCotraceError } from '@cotrace/core';
import { status } from '@grpc/grpc-js';
import { GatewayError } from '@hyperledger/fabric-gateway';
import type { Connections } from '../client/connections.js';
import type { ConsortiumNode } from '../consortium.js';
import { ledgerHeight } from '../fabric/ledger-queries.js';
import { Business, Master } from '../gen/cotrace/cotrace_pb.js';
import { bytes, EXIT, table, type Output } from './output.js';

/** What `cotrace nodes` shows of a node. */
export interface NodeRow {
  readonly name: string;
  readonly role: string;
  readonly domain: string | null;
  readonly state: string;
  /** Main blocks processed; null where the node does not answer. */
  readonly height: bigint | null;
  /** Main blocks behind the ledger; null where the node or the own organisation's peer does not answer. */
  readonly lag: bigint | null;
  readonly storeBytes: bigint | null;
  readonly dockedAt: string | null;
  readonly refusals: readonly {
    readonly block: bigint;
    readonly source: string;
    readonly code: string;
    readonly reason: string;
  }[];
}

/** Asks every node of the consortium how it stands. */
export async function nodeRows(connections: Connections): Promise<NodeRow[]> {
  const ledger = await heightOfLedger(connections);
  const nodes = connections.context.consortium.nodes.filter(({ role }) => role !== 'client');
  return Promise.all(nodes.map((node) => nodeRow(connections, node, ledger)));
}

/** `cotrace nodes`: exit code 1 where a node or the own organisation's peer is away, or a node is disputed. */
export async function nodes(connections: Connections, output: Output): Promise<number> {
  const rows = await nodeRows(connections);
  const peerIsAway = rows.some(({ height, lag }) => height !== null && lag === null);
  output.result(rows, () => [
    ...table([
      ['NODE', 'ROLE', 'STATE', 'HEIGHT', 'LAG', 'STORE', 'DOCKED AT'],
      ...rows.map(({ name, role, state, height, lag, storeBytes, dockedAt }) => [
        name,
        role,
        state,
        height === null ? '-' : String(height),
        lag === null ? '-' : String(lag),
        storeBytes === null ? '-' : bytes(storeBytes),
        dockedAt ?? '',
      ]),
    ]),
    ...(peerIsAway ? [`lag is unknown: the peer of ${connections.context.organisation.name} is away`] : []),
    ...rows.flatMap(({ name, refusals }) =>
      refusals.map(
        ({ block, source, code, reason }) =>
          `${name} refused block ${block} of ${source}: [${code}] ${reason}`,
      ),
    ),
  ]);
  return rows.every(({ state, lag }) => state === 'following' && lag !== null) ? EXIT.done : EXIT.failed;
}

/** How a peer's gateway says that it is away, or nobody says anything. */
const AWAY: ReadonlySet<number> = new Set([status.UNAVAILABLE, status.DEADLINE_EXCEEDED]);

/** Number of blocks as the own organisation's peer knows it; null while it is away. */
async function heightOfLedger({ main }: Connections): Promise<bigint | null> {
  try {
    return await ledgerHeight(main);
  } catch (error) {
    if (error instanceof GatewayError && AWAY.has(error.code)) return null;
    throw error;
  }
}

async function nodeRow(
  connections: Connections,
  node: ConsortiumNode,
  ledger: bigint | null,
): Promise<NodeRow> {
  const { name, role, domain, address } = node;
  const base = { name, role, domain };
  const lagOf = (height: bigint) => (ledger === null ? null : ledger > height ? ledger - height : 0n);
  try {
    const client = connections.node({ ...node, address: address ?? '' });
    if (role === 'master') {
      const { height, storeBytes } = await client.call(Master.method.status, {});
      return {
        ...base,
        state: 'following',
        height,
        lag: lagOf(height),
        storeBytes,
        dockedAt: null,
        refusals: [],
      };
    }
    const reply = await client.call(Business.method.status, {});
    const { height, storeBytes, state, dockedAt } = reply;
    const refusals = reply.refusals.map(({ blockNum: block, source, code, reason }) => ({
      block,
      source,
      code,
      reason,
    }));
    return { ...base, state, height, lag: lagOf(height), storeBytes, dockedAt, refusals };
  } catch (error) {
    if (!isCotraceError(error, 'UNREACHABLE')) throw error;
    return {
      ...base,
      state: 'away',
      height: null,
      lag: null,
      storeBytes: null,
      dockedAt: null,
      refusals: [],
    };
  }
}
