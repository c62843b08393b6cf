import { CotraceError } from '@cotrace/core';
import { common, computeTxId, type Identity, type MspManager } from '@cotrace/fabric-model';
import type { UnpackedProposal } from './unpack-proposal.js';

/** CONFIG has no business here, but Fabric lets it pass. */
const PROPOSAL_TYPES: readonly number[] = [common.HeaderType.ENDORSER_TRANSACTION, common.HeaderType.CONFIG];

function refuse(message: string, cause?: unknown): CotraceError {
  return new CotraceError('PROPOSAL_REFUSED', message, {}, cause);
}

/**
 * Checks header, transaction id, creator and signature of a proposal (`UnpackedProposal.Validate` of
 * core/endorser/msgvalidation.go). Throws `PROPOSAL_REFUSED`, which deliberately says no more than Fabric does.
 */
export function validateProposal(proposal: UnpackedProposal, manager: MspManager): void {
  checkHeaders(proposal);
  const { channelHeader, signatureHeader, signed } = proposal;
  if (signed.signature.length === 0) throw refuse('empty signature bytes');
  const creator = identify(manager, signatureHeader.creator, channelHeader.channelId);
  const denied = `access denied: channel [${channelHeader.channelId}] creator org [${creator.mspId}]`;
  try {
    creator.validate();
  } catch (cause) {
    throw refuse(denied, cause);
  }
  if (!manager.verify(creator, signed.proposalBytes, signed.signature)) throw refuse(denied);
}

function checkHeaders({ channelHeader, signatureHeader }: UnpackedProposal): void {
  const { type } = channelHeader;
  if (!PROPOSAL_TYPES.includes(type)) {
    throw refuse(`invalid header type ${common.HeaderType[type] ?? type}`);
  }
  if (channelHeader.epoch !== 0n) throw refuse('epoch is non-zero');
  if (signatureHeader.nonce.length === 0) throw refuse('nonce is empty');
  if (signatureHeader.creator.length === 0) throw refuse('creator is empty');
  const expected = computeTxId(signatureHeader.nonce, signatureHeader.creator);
  if (channelHeader.txId !== expected) {
    throw refuse(`incorrectly computed txid '${channelHeader.txId}' -- expected '${expected}'`);
  }
}

function identify(manager: MspManager, creator: Uint8Array, channelId: string): Identity {
  try {
    return manager.deserialize(creator);
  } catch (cause) {
    throw refuse(`access denied: channel [${channelId}] creator org unknown, creator is malformed`, cause);
  }
}
