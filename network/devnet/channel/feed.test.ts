import { describe, expect, it } from '@jest/globals';
import { peer } from '@cotrace/fabric-model';
import type { CommittedBlock, Ledger, TransactionLocation } from '../ledger/types.js';
import { BlockFeed } from './feed.js';

/** A ledger of numbered blocks, each with one transaction `t<number>`. */
function fakeLedger(): { ledger: Ledger; commit: () => void } {
  const blocks: CommittedBlock[] = [];
  const listeners = new Set<(block: CommittedBlock) => void>();
  const ledger = {
    channelId: 'main',
    get height() {
      return BigInt(blocks.length);
    },
    block: (blockNum: bigint) => Promise.resolve(blocks[Number(blockNum)]),
    transaction: (txId: string): TransactionLocation | null => {
      const block = blocks.find(({ transactions }) =>
        transactions.some((transaction) => transaction.txId === txId),
      );
      return (block && { blockNum: block.number, txNum: 0, code: peer.TxValidationCode.VALID }) ?? null;
    },
    onCommit: (listener: (block: CommittedBlock) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  } as unknown as Ledger;
  const commit = (): void => {
    const blockNum = BigInt(blocks.length);
    const block = {
      number: blockNum,
      transactions: [{ txId: `t${String(blockNum)}` }],
    } as unknown as CommittedBlock;
    blocks.push(block);
    for (const listener of listeners) listener(block);
  };
  return { ledger, commit };
}

describe('the feed of a ledger', () => {
  it('gives old blocks and then new ones, without gap, however far it is behind', async () => {
    const { ledger, commit } = fakeLedger();
    const feed = new BlockFeed(ledger);
    for (let i = 0; i < 50; i++) commit();
    const seen: bigint[] = [];
    const stop = new AbortController();
    for await (const { number } of feed.blocks(3n, stop.signal)) {
      seen.push(number);
      if (number < 60n && number >= 45n) commit();
      if (number === 60n) stop.abort();
    }
    expect(seen).toEqual(Array.from({ length: 58 }, (_, i) => BigInt(i + 3)));
  });

  it('waits for blocks that are still to come', async () => {
    const { ledger, commit } = fakeLedger();
    const feed = new BlockFeed(ledger);
    const blocks = feed.blocks(1n, new AbortController().signal);
    const next = blocks.next();
    commit();
    commit();
    expect(await next).toMatchObject({ value: { number: 1n } });
  });

  it('ends when its reader leaves or it is closed', async () => {
    const { ledger } = fakeLedger();
    const feed = new BlockFeed(ledger);
    const stop = new AbortController();
    const [left, closed] = [
      feed.blocks(0n, stop.signal).next(),
      feed.blocks(0n, new AbortController().signal).next(),
    ];
    stop.abort();
    expect(await left).toEqual({ done: true, value: undefined });
    feed.close();
    expect(await closed).toEqual({ done: true, value: undefined });
  });

  it('tells everybody who waits for a transaction, and who asks later', async () => {
    const { ledger, commit } = fakeLedger();
    const feed = new BlockFeed(ledger);
    const waiting = [feed.transaction('t1'), feed.transaction('t1')];
    commit();
    commit();
    for (const location of await Promise.all(waiting)) expect(location.blockNum).toBe(1n);
    expect((await feed.transaction('t0')).blockNum).toBe(0n);
  });

  it('gives up waiting when the caller leaves, or it is closed', async () => {
    const { ledger } = fakeLedger();
    const feed = new BlockFeed(ledger);
    const stop = new AbortController();
    const left = feed.transaction('t0', stop.signal);
    stop.abort();
    await expect(left).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(feed.transaction('t0', AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' });
    const closed = feed.transaction('t0');
    feed.close();
    await expect(closed).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
