import { common, decode } from '@cotrace/fabric-model';
import { status } from '@grpc/grpc-js';
import { GatewayError, type Network } from '@hyperledger/fabric-gateway';

/** Fabric's system chaincode that answers questions about the ledger. */
const QSCC = 'qscc';

/** Where a peer's ledger of a channel ends. */
export interface LedgerEnd {
  /** Number of its blocks. */
  readonly height: bigint;
  /** Header hash of the last one, 32 bytes. */
  readonly headerHash: Uint8Array;
}

/**
 * Where the peer's ledger of this channel ends. `patience`: milliseconds until the call fails; by default those of the
 * connection. Throws `GatewayError`.
 */
export async function ledgerEnd(network: Network, patience?: number): Promise<LedgerEnd> {
  const query = network.getContract(QSCC).newProposal('GetChainInfo', { arguments: [network.getName()] });
  const bytes = await query.evaluate(
    patience === undefined ? undefined : { deadline: Date.now() + patience },
  );
  const { height, currentBlockHash } = decode(common.BlockchainInfoSchema, bytes);
  return { height, headerHash: currentBlockHash };
}

/** Number of blocks of the peer's ledger of this channel; `patience`: see `ledgerEnd`. */
export async function ledgerHeight(network: Network, patience?: number): Promise<bigint> {
  return (await ledgerEnd(network, patience)).height;
}

/**
 * Number of the block that holds the first transaction with this id, or null where the peer's chaincode says that it
 * cannot tell: it has one status for ids that it does not know and for every other trouble of its own (Fabric
 * `core/scc/qscc/query.go`). Throws where the peer does not answer.
 */
export async function blockOfTransaction(network: Network, txId: string): Promise<bigint | null> {
  try {
    const bytes = await network
      .getContract(QSCC)
      .evaluateTransaction('GetBlockByTxID', network.getName(), txId);
    return decode(common.BlockSchema, bytes).header?.number ?? null;
  } catch (error) {
    if (error instanceof GatewayError && error.code === CHAINCODE_FAILED) return null;
    throw error;
  }
}

/** How a gateway says that the chaincode itself answered with an error (`responseStatus` of internal/pkg/gateway). */
const CHAINCODE_FAILED: number = status.UNKNOWN;
