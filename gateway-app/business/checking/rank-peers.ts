import { isCotraceError, type RankPeer } from '@cotrace/core';
import type { Consortium, ConsortiumNode } from '../../consortium/consortium.js';
import { Business, Master } from '../../gen/cotrace/cotrace_pb.js';
import type { RpcCaller } from '../../node/rpc-client.js';
import { RANK_CALL_MS } from '../limits.js';

/** A rank tree at one height. */
export interface RankHeight {
  /** The node's domain, or `_lifecycle`. */
  readonly domain: string;
  /** The cycle at whose end. */
  readonly checkNum: bigint;
}

/** A node that can be asked for its rank trees of the domain and of `_lifecycle`. */
export interface RankSource {
  readonly name: string;
  /** `signal` ends what is asked. The peer's methods throw `PeerFailure`. */
  at(height: RankHeight, signal: AbortSignal): RankPeer;
}

/** That a peer did not answer, or refused: not the own doing, whatever code it names. */
export class PeerFailure extends Error {}

/** The nodes that `self` may ask, in the order of preference: of its domain, then the own master, then the others. */
export function rankSourcesOf(self: ConsortiumNode, { nodes }: Consortium): ConsortiumNode[] {
  const siblings = nodes.filter(
    ({ role, domain, name }) => role === 'business' && domain === self.domain && name !== self.name,
  );
  const masters = nodes.filter(({ role }) => role === 'master');
  const isOwn = ({ mspId }: ConsortiumNode): boolean => mspId === self.mspId;
  return [...siblings, ...masters.filter(isOwn), ...masters.filter((master) => !isOwn(master))];
}

/** A node as a source, over the wire. */
export function remoteRanks({ name, role }: ConsortiumNode, client: RpcCaller): RankSource {
  const { method } = role === 'master' ? Master : Business;
  return {
    name,
    at: ({ domain, checkNum }, signal) => {
      const limits = { timeout: RANK_CALL_MS, signal };
      return {
        name,
        root: () => answer(client.call(method.rankTop, { domain, checkNum }, limits), ({ root }) => root),
        nodes: (tree, level, positions) =>
          answer(
            client.call(
              method.rankNodes,
              {
                domain,
                checkNum,
                level,
                positions: [...positions],
                ...(tree === 'ranks' ? {} : { rank: tree }),
              },
              limits,
            ),
            ({ hashes }) => hashes,
          ),
        group: (blockNum, offset) =>
          answer(
            client.call(method.rankGroup, { domain, checkNum, blockNum, offset }, limits),
            (slice) => slice,
          ),
      };
    },
  };
}

async function answer<T, R>(asked: Promise<T>, read: (reply: T) => R): Promise<R> {
  try {
    return read(await asked);
  } catch (error) {
    if (!isCotraceError(error)) throw error;
    throw new PeerFailure(error.message, { cause: error });
  }
}
