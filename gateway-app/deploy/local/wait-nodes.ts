import { isCotraceError } from '@cotrace/core';
import type { Topology } from '@cotrace/network';
import { loadClient, readClientConfig, type ClientContext } from '../../client/client-config.js';
import { Connections } from '../../client/connections.js';
import type { Consortium, ConsortiumNode } from '../../consortium/consortium.js';
import { Business, Master } from '../../gen/cotrace/cotrace_pb.js';
import type { Starter } from './starter.js';
import { until } from './wait-ready.js';
import type { Workspace } from '../../workspace/workspace.js';
import { READY_CALL_MS, READY_MS } from '../limits.js';

/**
 * Waits until every master and business node of the topology's organisations has reached the height that the first master had
 * at first. The first organisation's client asks, over what `connect` opens. `patience`: milliseconds that each may take. Throws `NOT_READY`,
 * and what a node refuses with.
 */
export async function waitForNodes(
  workspace: Workspace,
  { organisations }: Topology,
  consortium: Consortium,
  starter: Starter,
  patience = READY_MS,
  connect = (client: ClientContext) => new Connections(client),
): Promise<void> {
  const connections = connect(loadClient(readClientConfig(workspace.client(organisations[0]?.name ?? ''))));
  try {
    let height: bigint | null = null;
    const mspIds = organisations.map(({ mspId }) => mspId);
    for (const node of consortium.nodes) {
      if (node.role === 'client' || !mspIds.includes(node.mspId)) continue;
      const look = async () => {
        try {
          const reached = await heightOf(connections, node);
          height ??= reached;
          return reached >= height ? reached : null;
        } catch (error) {
          if (isCotraceError(error, 'UNREACHABLE')) return null;
          throw error;
        }
      };
      await until(workspace, starter.entries(), node.name, look, patience);
    }
  } finally {
    connections.close();
  }
}

async function heightOf(connections: Connections, node: ConsortiumNode): Promise<bigint> {
  const client = connections.node({ ...node, address: node.address ?? '' });
  const status =
    node.role === 'master'
      ? await client.call(Master.method.status, {}, { timeout: READY_CALL_MS })
      : await client.call(Business.method.status, {}, { timeout: READY_CALL_MS });
  return status.height;
}
