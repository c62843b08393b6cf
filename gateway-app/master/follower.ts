import { isCotraceError } from '@cotrace/core';
import type { BlockSource } from '../fabric/block-source.js';
import type { Chain } from '../fabric/chain.js';
import type { HeightFeed } from '../node/feed.js';
import type { Log } from '../node/log.js';
import { Backoff, isAborted } from '../node/retry.js';
import type { MasterLedger } from './master-ledger.js';
import { readBlock } from './read-block.js';

/** What following main needs. */
export interface FollowerParts {
  readonly blocks: BlockSource;
  /** A chain that stands where the store stands. */
  readonly openChain: () => Chain;
  readonly ledger: MasterLedger;
  readonly feed: HeightFeed;
  readonly log: Log;
}

/**
 * Follows main until `signal` is aborted: every block is checked, read and taken into the ledger, in order.
 * A peer that goes away is asked again; a block that does not check is never stored, and asked for again too,
 * since the fault may be the peer's. Throws what breaks the ledger, such as `STORE_FAILED` or `TRIE_FULL`: a write may
 * be there all the same, so only a new start from what the store really holds may go on, or a block could be attested
 * anew.
 */
export async function followMain(parts: FollowerParts, signal: AbortSignal): Promise<void> {
  const { blocks, openChain, ledger, feed, log } = parts;
  const backoff = new Backoff();
  while (!signal.aborted) {
    try {
      const chain = openChain();
      feed.advance(chain.next);
      for await (const bytes of blocks(chain.next, signal)) {
        const block = readBlock(chain.check(bytes));
        await ledger.append(block, new Date());
        chain.advance(block.position);
        feed.advance(chain.next);
        backoff.reset();
      }
    } catch (error) {
      if (ledger.isBroken) throw error;
      if (isCotraceError(error, 'UNREADABLE_VALID_TRANSACTION'))
        log.error(`block ${feed.height} of main is not attested, nor any after it`, error);
      else if (!isAborted(signal))
        log.warn(`block ${feed.height} of main is not to be had, trying again`, error);
    }
    await backoff.wait(signal);
  }
}
