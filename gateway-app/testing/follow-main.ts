import { fromHex } from '@cotrace/core';
import { nodeVerifier } from '@cotrace/network';
import type { BlockSource } from '../fabric/block-source.js';
import { Chain } from '../fabric/chain.js';
import { followMain } from '../master/follower.js';
import { MasterHealth, type OwnChain } from '../master/master-health.js';
import type { Log } from '../node/log.js';
import { SilentLog } from './silent-log.js';
import type { TestMaster } from './test-master.js';
import type { TestNetwork } from './test-network.js';

/** Milliseconds that suit a test. */
export const HASTE = { watch: 10, silence: 300, rolledBack: 100, stalled: 200, permanent: 50 };

/** The health of a test's master, which tells `log`. */
export function healthOf({ ledger: { store }, feed }: TestMaster, log: Log = new SilentLog()): MasterHealth {
  const chain: OwnChain = {
    get height() {
      return feed.height;
    },
    headerHash: (blockNum) => store.block(blockNum).headerHash,
  };
  return new MasterHealth(chain, log, HASTE);
}

/** Follows main as a master's process does, until `signal` is aborted. */
export function follow(
  network: TestNetwork,
  master: TestMaster,
  blocks: BlockSource,
  signal: AbortSignal,
  health = healthOf(master),
  patience = HASTE,
): Promise<void> {
  const { ledger, feed } = master;
  const hash = fromHex(network.consortium.channels.main.genesisHeaderHash, 32);
  const openChain = () => new Chain(hash, nodeVerifier, ledger.store.checkpoint());
  const newChain = () => new Chain(hash, nodeVerifier, null);
  return followMain({ blocks, openChain, newChain, ledger, feed, health, patience }, signal);
}
