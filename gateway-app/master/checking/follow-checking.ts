import type { BlockSource } from '../../fabric/block-source.js';
import type { Chain } from '../../fabric/chain.js';
import type { Log } from '../../node/log.js';
import { Backoff, isAborted } from '../../node/retry.js';
import { isCotraceError } from '@cotrace/core';
import type { CheckingLedger } from './checking-ledger.js';

/** What following the channel `checking` needs. */
export interface CheckingFollowerParts {
  readonly blocks: BlockSource;
  /** A chain that is where the store is. */
  readonly openChain: () => Chain;
  readonly checking: CheckingLedger;
  /** Called after each block. */
  readonly changed: () => Promise<void>;
  readonly log: Log;
}

/**
 * Follows the channel `checking` as the own peer has it until `signal` is aborted: every block is checked and judged, in
 * order. What cannot be checked is asked for again: nothing waits for this channel but sealing. Throws `STORE_FAILED`.
 */
export async function followChecking(parts: CheckingFollowerParts, signal: AbortSignal): Promise<void> {
  const { blocks, openChain, checking, changed, log } = parts;
  const backoff = new Backoff();
  while (!signal.aborted) {
    try {
      const chain = openChain();
      for await (const bytes of blocks(chain.next, signal)) {
        const checked = chain.check(bytes);
        await checking.take(checked, Date.now());
        chain.advance(checked.checkpoint);
        await changed();
        backoff.reset();
      }
    } catch (error) {
      if (isCotraceError(error, 'STORE_FAILED')) throw error;
      if (isAborted(signal)) return;
      log.often('warn', 'checking', 'could not follow the checking channel; retrying', error);
    }
    await backoff.wait(signal);
  }
}
