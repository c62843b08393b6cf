import { compareRanks, type GroupDifference } from '../compare.js';
import type { RankPeer } from '../peer.js';
import type { RankView } from '../rank-view.js';

/** All differences from what a peer has under a digest. */
export async function differences(
  mine: RankView,
  digest: Uint8Array,
  peer: RankPeer,
): Promise<GroupDifference[]> {
  const found: GroupDifference[] = [];
  for await (const difference of compareRanks(mine, digest, peer)) found.push(difference);
  return found;
}
