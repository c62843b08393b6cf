import { CotraceError, fromUtf8, isCotraceError, relayedError } from '@cotrace/core';
import type { Connections } from '../client/connections.js';
import { typedKey } from '@cotrace/core';
import { Business } from '../gen/cotrace/cotrace_pb.js';
import { EXIT, type Output } from './output.js';
import { READ_STATE_MS } from '../client/limits.js';

/** `cotrace state get DOMAIN KEY`: one key of a domain's state, from the own organisation's business node. */
export async function stateGet(
  connections: Connections,
  domain: string,
  typed: string,
  output: Output,
): Promise<number> {
  const key = typedKey(typed);
  const { consortium, organisation } = connections.context;
  const node = consortium.nodes.find(
    (candidate) =>
      candidate.role === 'business' && candidate.domain === domain && candidate.mspId === organisation.mspId,
  );
  if (node?.address == null) {
    throw new CotraceError('CONFIG', `${organisation.name} has no business node of domain ${domain}`, {
      domains: consortium.domains,
    });
  }
  const reply = await connections
    .node({ ...node, address: node.address })
    .call(Business.method.getState, { key }, { timeout: READ_STATE_MS })
    .catch((error: unknown) => {
      if (!isCotraceError(error)) throw error;
      throw relayedError(error.code, `${node.name}: ${error.message}`, { node: node.name }, error.cause);
    });
  const { found, rev, height } = reply;
  if (!found) {
    output.result({ found, domain, key, height, node: node.name }, () => [
      `${domain} has no key ${key} at height ${height}`,
    ]);
    return EXIT.failed;
  }
  const value = fromUtf8(reply.value);
  output.result({ found, domain, key, value, rev, height, node: node.name }, () => [
    value,
    `rev ${rev}, height ${height}, from ${node.name}`,
  ]);
  return EXIT.done;
}
