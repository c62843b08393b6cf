import { deliverBlocks, type BlockSource } from './block-source.js';
import { connectFabric, type FabricEndpoint } from './connection.js';
import { blockOfTransaction, ledgerEnd, ledgerHeight, type LedgerEnd } from './ledger-queries.js';
import { untilSilent } from './until-silent.js';
import { HEIGHT_MS, SILENT_STREAM_MS } from '../node/limits.js';

/** What a master asks its organisation's peer about a channel. */
export interface MainPeer {
  readonly blocks: BlockSource;
  /** Where the peer's ledger ends. */
  ledgerEnd(): Promise<LedgerEnd>;
  /** Number of the block with the first transaction of this id; null where the peer cannot tell. */
  blockOfTransaction(txId: string): Promise<bigint | null>;
  close(): void;
}

/** Connects to the peer at `endpoint` for channel `channel`; a connection that has died in silence is replaced. */
export function connectMainPeer(endpoint: FabricEndpoint, channel: string): MainPeer {
  let fabric = connectFabric(endpoint, 'blocks');
  const network = () => fabric.gateway.getNetwork(channel);
  return {
    blocks: async function* (from, signal) {
      const closing = new AbortController();
      const received = deliverBlocks(network(), from, AbortSignal.any([signal, closing.signal]));
      let next = from;
      const isBehind = async () => (await ledgerHeight(network())) > next;
      try {
        for await (const block of untilSilent(received, isBehind, SILENT_STREAM_MS)) {
          next += 1n;
          yield block;
        }
      } catch (error) {
        if (!signal.aborted) {
          fabric.close();
          fabric = connectFabric(endpoint, 'blocks');
        }
        throw error;
      } finally {
        closing.abort();
        await received.return(undefined);
      }
    },
    ledgerEnd: () => ledgerEnd(network(), HEIGHT_MS),
    blockOfTransaction: (txId) => blockOfTransaction(network(), txId),
    close: () => fabric.close(),
  };
}
