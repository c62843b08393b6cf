import { decodeEnvelope, decodeTransaction, type Block } from '@cotrace/fabric-model';
import type { KeyChange } from './types.js';

/**
 * What transaction `txNum` of a block wrote to a key; null if it did not.
 * Source: Fabric core/ledger/kvledger/history/query_executer.go, getKeyModificationFromTran.
 */
export function keyChange(block: Block, namespace: string, key: string, txNum: number): KeyChange | null {
  const bytes = block.envelopes[txNum];
  if (bytes === undefined) return null;
  const envelope = decodeEnvelope(bytes);
  const { rwset } = decodeTransaction(envelope);
  const write = rwset.find((set) => set.namespace === namespace)?.writes.find((one) => one.key === key);
  if (write === undefined) return null;
  const { txId, timestamp } = envelope.channelHeader;
  return {
    txId,
    value: write.value,
    isDelete: write.isDelete,
    timestamp: (timestamp && { seconds: timestamp.seconds, nanos: timestamp.nanos }) ?? null,
    blockNum: block.number,
    txNum,
  };
}
