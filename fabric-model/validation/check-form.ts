import { MalformedError, equalBytes, isCotraceError } from '@cotrace/core';
import * as common from '../gen/fabric/common_pb.js';
import * as peer from '../gen/fabric/peer_pb.js';
import { computeTxId, proposalHash } from '../transaction/builders.js';
import { isConfiguration, isOfType, type Envelope } from '../transaction/envelope.js';
import { decode } from '../wire/decode.js';
import type { ValidationContext } from './context.js';

const Code = peer.TxValidationCode;

/** Outcome of the checks of form: an envelope if they all held. */
export type FormCheck =
  | { readonly code: peer.TxValidationCode.VALID; readonly envelope: Envelope }
  | {
      readonly code: Exclude<peer.TxValidationCode, peer.TxValidationCode.VALID>;
      readonly envelope: null;
    };

/**
 * The first of Fabric's validation steps: form, creator's signature, transaction id, proposal hash. It needs no
 * state. The content of a configuration transaction is not checked.
 * Source: Fabric `core/common/validation/msgvalidation.go`, `core/committer/txvalidator/v20/validator.go`.
 */
export function checkForm(
  bytes: Uint8Array,
  context: Pick<ValidationContext, 'channelId' | 'manager'>,
): FormCheck {
  const message = attempt(() => decode(common.EnvelopeSchema, bytes));
  if (message === null) return invalid(Code.INVALID_OTHER_REASON);
  const payload = attempt(() => decode(common.PayloadSchema, message.payload));
  if (payload === null) return invalid(Code.BAD_PAYLOAD);
  const headers = attempt(() => commonHeaders(payload.header));
  if (headers === null) return invalid(Code.BAD_COMMON_HEADER);

  const envelope = { ...headers, payload: message.payload, signature: message.signature, data: payload.data };
  if (!isSignedByCreator(envelope, context)) return invalid(Code.BAD_CREATOR_SIGNATURE);
  if (isConfiguration(envelope)) return { code: Code.VALID, envelope };
  if (!isOfType(envelope, common.HeaderType.ENDORSER_TRANSACTION))
    return invalid(Code.UNSUPPORTED_TX_PAYLOAD);
  if (envelope.channelHeader.txId !== computeTxId(envelope.nonce, envelope.creator)) {
    return invalid(Code.BAD_PROPOSAL_TXID);
  }
  if (attempt(() => isBoundToProposal(envelope)) !== true) return invalid(Code.INVALID_ENDORSER_TRANSACTION);
  return { code: Code.VALID, envelope };
}

function invalid(code: Exclude<peer.TxValidationCode, peer.TxValidationCode.VALID>): FormCheck {
  return { code, envelope: null };
}

/** What `decoded` gives, null where bytes do not follow their format: Fabric then has a code for it. */
export function attempt<T>(decoded: () => T): T | null {
  try {
    return decoded();
  } catch (error) {
    if (error instanceof MalformedError) return null;
    throw error;
  }
}

function commonHeaders(header?: common.Header): Omit<Envelope, 'payload' | 'signature' | 'data'> | null {
  if (header === undefined) return null;
  const channelHeader = decode(common.ChannelHeaderSchema, header.channelHeader);
  const { creator, nonce } = decode(common.SignatureHeaderSchema, header.signatureHeader);
  const { ENDORSER_TRANSACTION, CONFIG_UPDATE, CONFIG } = common.HeaderType;
  const known: readonly number[] = [ENDORSER_TRANSACTION, CONFIG_UPDATE, CONFIG];
  if (!known.includes(channelHeader.type) || channelHeader.epoch !== 0n) return null;
  if (nonce.length === 0 || creator.length === 0) return null;
  return {
    channelHeader,
    channelHeaderBytes: header.channelHeader,
    signatureHeaderBytes: header.signatureHeader,
    creator,
    nonce,
  };
}

/** A peer that has not joined the channel named in the header knows none of its identities. */
function isSignedByCreator(
  { channelHeader, creator, payload, signature }: Envelope,
  { channelId, manager }: Pick<ValidationContext, 'channelId' | 'manager'>,
): boolean {
  if (channelHeader.channelId !== channelId) return false;
  try {
    const identity = manager.deserialize(creator);
    return identity.isValid && manager.verify(identity, payload, signature);
  } catch (error) {
    if (!isCotraceError(error)) throw error;
    return false;
  }
}

/** Whether the transaction's one action carries the hash of the proposal that its headers and payload make. */
function isBoundToProposal({ channelHeaderBytes, data }: Envelope): boolean {
  const [action, ...others] = decode(peer.TransactionSchema, data).actions;
  if (action === undefined || others.length > 0) return false;
  const { creator, nonce } = decode(common.SignatureHeaderSchema, action.header);
  if (nonce.length === 0 || creator.length === 0) return false;
  const payload = decode(peer.ChaincodeActionPayloadSchema, action.payload);
  if (payload.action === undefined) return false;
  const prp = decode(peer.ProposalResponsePayloadSchema, payload.action.proposalResponsePayload);
  const hash = proposalHash(channelHeaderBytes, action.header, payload.chaincodeProposalPayload);
  return equalBytes(hash, prp.proposalHash);
}
