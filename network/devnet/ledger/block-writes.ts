import { u64 } from '@cotrace/core';
import { blockKey, hashKey, TIP_KEY, transactionKey } from './keys.js';
import { encodeLocation, encodeTip, type Tip } from './records.js';
import type { StoreView, StoreWrite } from './store.js';
import type { CommittedBlock } from './types.js';

/** Everything that a block writes: one batch. `state` are the writes of its valid transactions. */
export function blockWrites(
  store: StoreView,
  { number, bytes, block, transactions }: CommittedBlock,
  state: readonly StoreWrite[],
  tip: Tip,
): StoreWrite[] {
  const indexed = new Set<string>();
  const index: StoreWrite[] = [];
  for (const { txId, txNum, code } of transactions) {
    // The first transaction of an id keeps it, be it invalid.
    if (txId === '' || indexed.has(txId) || store.transaction(txId) !== null) continue;
    indexed.add(txId);
    index.push({ key: transactionKey(txId), value: encodeLocation({ blockNum: number, txNum, code }) });
  }
  return [
    { key: blockKey(number), value: bytes },
    { key: hashKey(block.headerHash), value: u64(number) },
    ...index,
    ...state,
    { key: TIP_KEY, value: encodeTip(tip) },
  ];
}
