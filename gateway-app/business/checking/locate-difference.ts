import { compareRanks, isCotraceError, type RankView } from '@cotrace/core';
import type { Log } from '../../node/log.js';
import { LOCATE_MS, MAX_DIFFERING_GROUPS } from '../limits.js';
import type { RefusalLog } from '../refusal-log.js';
import { PeerFailure, type RankHeight, type RankSource } from './rank-peers.js';

/** What is compared, and whom to ask. */
export interface LocateParts {
  readonly height: RankHeight;
  /** The own tree at that height. */
  readonly view: RankView;
  /** The digest that a quorum sealed for it, 32 bytes. */
  readonly sealed: Uint8Array;
  /** In the order of preference. */
  readonly sources: readonly RankSource[];
  readonly refusals: RefusalLog;
  readonly log: Log;
}

/**
 * The blocks of the groups in which the own tree is not the sealed one, rising, at most `MAX_DIFFERING_GROUPS`; null where nobody
 * could show it. Nodes are asked one after the other; what they say is verified from the sealed digest down. One that lies, or whose
 * tree is not the sealed one either, is named and passed over. Throws `RANK_TREE_DAMAGED` where the own tree is.
 */
export async function locateDifference(
  { sources, ...parts }: LocateParts,
  signal: AbortSignal,
): Promise<readonly bigint[] | null> {
  const { log, refusals, height, view } = parts;
  for (const source of sources) {
    if (signal.aborted) return null;
    try {
      return await groupsThatDiffer(source, parts, AbortSignal.any([signal, AbortSignal.timeout(LOCATE_MS)]));
    } catch (error) {
      const isPeers = isCotraceError(error, 'PEER_LIES') || isCotraceError(error, 'PEER_DIFFERS');
      if (!isPeers && !(error instanceof PeerFailure)) throw error;
      if (isPeers) {
        refusals.add({ blockNum: view.block, source: source.name, code: error.code, reason: error.message });
      }
      const what = `${source.name} could not show what differs in ${height.domain} at the end of cycle ${height.checkNum}; asking the next`;
      log.often('warn', `ranks ${source.name}`, what, error);
    }
  }
  return null;
}

async function groupsThatDiffer(
  source: RankSource,
  { height, view, sealed }: Omit<LocateParts, 'sources'>,
  signal: AbortSignal,
): Promise<bigint[]> {
  const blocks: bigint[] = [];
  for await (const { block } of compareRanks(view, sealed, source.at(height, signal))) {
    blocks.push(block);
    if (blocks.length >= MAX_DIFFERING_GROUPS) break;
  }
  return blocks;
}
