import { CotraceError, fromUtf8, isCotraceError, relayedError, typedKey } from '@cotrace/core';
import { Business } from '../gen/cotrace/cotrace_pb.js';
import type { Connections } from './connections.js';
import { READ_STATE_MS } from './limits.js';

/** One key of a domain's state, as the own organisation's business node holds it; nothing of it is proven. */
export interface ReadState {
  readonly domain: string;
  /** The key in the form in which the state has it. */
  readonly key: string;
  /** Main blocks that the node has processed. */
  readonly height: bigint;
  /** Newest cycle at whose end the node's state of the domain is what a quorum sealed; 0: none yet. */
  readonly consistentUpTo: bigint;
  /** Name of the node. */
  readonly node: string;
  /** Null where there is no such key. */
  readonly entry: {
    readonly value: string;
    /** `CheckNum_BlockNum_TxNum_VerNum` of its last change. */
    readonly rev: string;
  } | null;
}

/**
 * Asks the own organisation's business node for a key, such as `trace/TRACEID`, whose identifier may be in any GS1 form.
 * Throws `CONFIG` where it has no node of that domain, `BAD_TRACE_ID`, and the node's own code with its name.
 */
export async function readState(connections: Connections, domain: string, typed: string): Promise<ReadState> {
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
  const { found, rev, height, value, consistentUpTo } = await connections
    .node({ ...node, address: node.address })
    .call(Business.method.getState, { key }, { timeout: READ_STATE_MS })
    .catch((error: unknown) => {
      if (!isCotraceError(error)) throw error;
      throw relayedError(error.code, `${node.name}: ${error.message}`, { node: node.name }, error.cause);
    });
  const entry = found ? { value: fromUtf8(value), rev } : null;
  return { domain, key, height, consistentUpTo, node: node.name, entry };
}
