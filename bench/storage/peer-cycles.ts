import type { StoredLedger } from '@cotrace/gateway-app/ledgers';
import type { FabricBinaries } from '@cotrace/network';
import { progress } from '../output.js';
import { FabricPeer } from './fabric-peer.js';
import type { PeerBytes, PeerFiles } from './peer-files.js';
import type { StorageSetting } from './setting.js';

/** What a peer's ledger folder had after a cycle. */
export interface PeerCycle extends PeerBytes {
  readonly cycle: number;
}

/**
 * Gives a Fabric peer the experiment's blocks and measures its folder at the ends of the creations, and of as many and twice as
 * many cycles of updates: the paper's cycles 20, 40 and 60. `use` may read the files afterwards.
 */
export async function runPeer(
  stored: StoredLedger,
  { creating, height }: StorageSetting,
  binaries: FabricBinaries,
  signal: AbortSignal,
  use: (files: PeerFiles) => Promise<void>,
): Promise<PeerCycle[]> {
  const rows: PeerCycle[] = [];
  const peer = await FabricPeer.join(stored, binaries);
  try {
    for await (const block of stored.blocks()) {
      signal.throwIfAborted();
      await peer.files.write(block);
      const cycle = Number(block.number) / height;
      if (cycle === 0 || cycle % creating !== 0) continue;
      await peer.takeIn(block.number);
      rows.push({ cycle, ...peer.files.bytes() });
      progress(`a Fabric peer has ${cycle} cycles`);
    }
    await use(peer.files);
  } finally {
    await peer.close();
  }
  return rows;
}
