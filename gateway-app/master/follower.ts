import { isCotraceError } from '@cotrace/core';
import type { BlockSource } from '../fabric/block-source.js';
import type { Chain } from '../fabric/chain.js';
import type { HeightFeed } from '../node/feed.js';
import { Backoff, isAborted, pauseFor } from '../node/retry.js';
import type { MasterHealth, MasterPatience } from './master-health.js';
import type { MasterLedger } from './master-ledger.js';
import { readBlock } from './read-block.js';

/** What following main needs. */
export interface FollowerParts {
  readonly blocks: BlockSource;
  /** A chain that is where the store is. */
  readonly openChain: () => Chain;
  /** A chain at its beginning. */
  readonly newChain: () => Chain;
  readonly ledger: MasterLedger;
  readonly feed: HeightFeed;
  readonly health: MasterHealth;
  readonly patience: Pick<MasterPatience, 'permanent'>;
}

/**
 * Follows main until `signal` is aborted: every block is checked, read and taken into the ledger, in order.
 * A peer that goes away is asked again; a block that does not check is never stored, and asked for again too,
 * since the fault may be the peer's: soon, or after a while where only an operator can help. Throws what breaks the ledger, such as `STORE_FAILED` or `TRIE_FULL`: a write may
 * be there all the same, so only a new start from what the store really holds may go on, or a block could be attested
 * anew.
 */
export async function followMain(parts: FollowerParts, signal: AbortSignal): Promise<void> {
  const { blocks, openChain, ledger, feed, health, patience } = parts;
  const backoff = new Backoff();
  while (!signal.aborted) {
    let mayHelp = true;
    try {
      const chain = openChain();
      feed.advance(chain.next);
      for await (const bytes of blocks(chain.next, signal)) {
        const block = readBlock(chain.check(bytes));
        await ledger.append(block, new Date());
        chain.advance(block.checkpoint);
        feed.advance(chain.next);
        health.advanced();
        backoff.reset();
      }
    } catch (error) {
      if (ledger.isBroken) throw error;
      if (isAborted(signal)) return;
      mayHelp = health.failed(feed.height, error);
      if (isCotraceError(error, 'PREVIOUS_HASH')) await lookAtGenesis(parts, signal);
    }
    if (mayHelp) await backoff.wait(signal);
    else await pauseFor(patience.permanent, signal);
  }
}

/** A block that does not go on from the own chain may be of another network altogether. */
async function lookAtGenesis(
  { blocks, newChain, health }: FollowerParts,
  signal: AbortSignal,
): Promise<void> {
  try {
    for await (const bytes of blocks(0n, signal)) {
      newChain().check(bytes);
      return;
    }
  } catch (error) {
    if (isCotraceError(error, 'GENESIS_BLOCK')) health.isForeign();
    else health.peerFailed(error);
  }
}
