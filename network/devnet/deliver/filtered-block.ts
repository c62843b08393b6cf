import { create } from '@bufbuild/protobuf';
import { MalformedError } from '@cotrace/core';
import { common, decode, peer } from '@cotrace/fabric-model';
import type { CommittedBlock, CommittedTransaction } from '../ledger/types.js';

/** Events of a transaction's actions, without their payload. Throws `MalformedError`. */
function chaincodeActions(envelope: Uint8Array): peer.FilteredChaincodeAction[] {
  const payload = decode(common.PayloadSchema, decode(common.EnvelopeSchema, envelope).payload);
  return decode(peer.TransactionSchema, payload.data).actions.flatMap((action) => {
    const { action: endorsed } = decode(peer.ChaincodeActionPayloadSchema, action.payload);
    if (endorsed === undefined) return [];
    const { extension } = decode(peer.ProposalResponsePayloadSchema, endorsed.proposalResponsePayload);
    const { events } = decode(peer.ChaincodeActionSchema, extension);
    const { txId, chaincodeId, eventName } = decode(peer.ChaincodeEventSchema, events);
    if (chaincodeId === '') return [];
    const chaincodeEvent = create(peer.ChaincodeEventSchema, { txId, chaincodeId, eventName });
    return [create(peer.FilteredChaincodeActionSchema, { chaincodeEvent })];
  });
}

function filteredTransaction(
  { claimedTxId, type, code }: CommittedTransaction,
  envelope: Uint8Array,
): peer.FilteredTransaction[] {
  if (type === null) return [];
  // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- any number may come over the wire
  const known = type as common.HeaderType;
  const filtered = create(peer.FilteredTransactionSchema, {
    txid: claimedTxId,
    type: known,
    txValidationCode: code,
  });
  if (known === common.HeaderType.ENDORSER_TRANSACTION) {
    const actions = create(peer.FilteredTransactionActionsSchema, {
      chaincodeActions: chaincodeActions(envelope),
    });
    filtered.Data = { case: 'transactionActions', value: actions };
  }
  return [filtered];
}

/**
 * The block as listeners see it who are not to see its data: ids, codes, and events without their payload
 * (`toFilteredBlock` of core/peer/deliverevents.go). Envelopes that cannot be decoded are left out; null
 * where a transaction inside cannot be decoded, for then Fabric has no filtered block.
 */
export function filteredBlock(channelId: string, block: CommittedBlock): peer.FilteredBlock | null {
  try {
    return create(peer.FilteredBlockSchema, {
      channelId,
      number: block.number,
      filteredTransactions: block.transactions.flatMap((transaction, i) =>
        filteredTransaction(transaction, block.block.envelopes[i] ?? new Uint8Array()),
      ),
    });
  } catch (error) {
    if (error instanceof MalformedError) return null;
    throw error;
  }
}

/** Header and metadata of a block, without its data: what a seek for HEADER_WITH_SIG_BYTES gets. */
export function blockWithoutData({ bytes }: CommittedBlock): common.Block {
  const { header, metadata } = decode(common.BlockSchema, bytes);
  return create(common.BlockSchema, { ...(header && { header }), ...(metadata && { metadata }) });
}

/** Whether a block holds a configuration. */
export function isConfigBlock({ transactions }: CommittedBlock): boolean {
  return transactions[0]?.type === common.HeaderType.CONFIG;
}
