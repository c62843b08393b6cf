import type { Network } from '@hyperledger/fabric-gateway';
import { isAborted } from '../node/retry.js';

/** The blocks of main from block `from` on, serialized, without end until `signal` is aborted. */
export type BlockSource = (from: bigint, signal: AbortSignal) => AsyncIterable<Uint8Array>;

/**
 * The blocks of one channel as a peer delivers them. The gateway's client has decoded them once: envelopes and
 * metadata, everything that is hashed or signed, are bytes in a block and come through as received.
 */
export async function* deliverBlocks(
  network: Network,
  from: bigint,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const events = await network.getBlockEvents({ startBlock: from });
  const close = () => events.close();
  signal.addEventListener('abort', close);
  // Closed before anybody reads it, a stream has nobody to tell its error, and the process would end.
  if (signal.aborted) setImmediate(close);
  try {
    for await (const block of events) {
      if (isAborted(signal)) return;
      yield block.serializeBinary();
    }
  } finally {
    signal.removeEventListener('abort', close);
    events.close();
  }
}
