import { CotraceError } from '@cotrace/core';
import { common, peer, proposalHash, withoutTransient } from '@cotrace/fabric-model';
import { unmarshal } from '../rpc/unmarshal.js';

/** A signed proposal taken apart: nothing in it is checked but its form. */
export interface UnpackedProposal {
  readonly signed: peer.SignedProposal;
  readonly header: common.Header;
  readonly channelHeader: common.ChannelHeader;
  readonly signatureHeader: common.SignatureHeader;
  readonly chaincodeName: string;
  readonly input: peer.ChaincodeInput;
  /** SHA-256 over channel header, signature header and payload without transient data, as received. */
  readonly proposalHash: Uint8Array;
}

function bad(message: string): CotraceError {
  return new CotraceError('BAD_PROPOSAL', message);
}

/**
 * Takes a signed proposal apart as `UnpackProposal` of core/endorser/msgvalidation.go does.
 * Throws `BAD_MESSAGE` or `BAD_PROPOSAL`, with Fabric's sentence where it has one of its own.
 */
export function unpackProposal(signed: peer.SignedProposal): UnpackedProposal {
  const proposal = unmarshal(peer.ProposalSchema, signed.proposalBytes);
  const header = unmarshal(common.HeaderSchema, proposal.header);
  const channelHeader = unmarshal(common.ChannelHeaderSchema, header.channelHeader);
  const signatureHeader = unmarshal(common.SignatureHeaderSchema, header.signatureHeader);
  const extension = unmarshal(peer.ChaincodeHeaderExtensionSchema, channelHeader.extension);
  if (extension.chaincodeId === undefined) throw bad('ChaincodeHeaderExtension.ChaincodeId is nil');
  if (extension.chaincodeId.name === '') throw bad('ChaincodeHeaderExtension.ChaincodeId.Name is empty');
  const payload = unmarshal(peer.ChaincodeProposalPayloadSchema, proposal.payload);
  const { chaincodeSpec } = unmarshal(peer.ChaincodeInvocationSpecSchema, payload.input);
  if (chaincodeSpec === undefined) throw bad('chaincode invocation spec did not contain chaincode spec');
  if (chaincodeSpec.input === undefined) throw bad('chaincode input did not contain any input');
  return {
    signed,
    header,
    channelHeader,
    signatureHeader,
    chaincodeName: extension.chaincodeId.name,
    input: chaincodeSpec.input,
    proposalHash: proposalHash(header.channelHeader, header.signatureHeader, withoutTransient(payload)),
  };
}
