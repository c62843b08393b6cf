import { CotraceError, isCotraceError } from '@cotrace/core';
import { pauseFor } from '../node/retry.js';
import { openDatabase, type Store } from '../node/store.js';
import type { Workspace } from '../workspace/workspace.js';
import { LOCK_MS, LOCK_PAUSE_MS } from './limits.js';

const NEVER = new AbortController().signal;

/**
 * Runs `work` while no other command changes this workspace. The lock is that of an empty store: the operating system
 * ends it with the process that has it, however that ends, so that none is ever left behind or taken over.
 * `patience`: milliseconds that it may be waited for. Throws `LOCKED`.
 */
export async function withLock<T>(
  workspace: Workspace,
  work: () => Promise<T>,
  patience = LOCK_MS,
): Promise<T> {
  const lock = await take(workspace, Date.now() + patience);
  try {
    return await work();
  } finally {
    await lock.close();
  }
}

async function take(workspace: Workspace, deadline: number): Promise<Store> {
  for (;;) {
    try {
      return await openDatabase(workspace.lock);
    } catch (error) {
      if (!isCotraceError(error, 'STORE_LOCKED')) throw error;
      if (Date.now() > deadline) {
        throw new CotraceError(
          'LOCKED',
          `another cotrace command is working on ${workspace.root}; wait until it has ended, then repeat this one`,
          { workspace: workspace.root },
          error,
        );
      }
    }
    await pauseFor(LOCK_PAUSE_MS, NEVER);
  }
}
