import { randomBytes } from 'node:crypto';
import { create, toBinary } from '@bufbuild/protobuf';
import {
  common,
  computeTxId,
  encodeChannelHeader,
  encodeProposalPayload,
  encodeSignatureHeader,
  peer,
} from '@cotrace/fabric-model';
import type { SigningIdentity } from '../../identity/signer.js';

const NONCE_LENGTH = 24;

/** A signed proposal with the parts that its transaction is made of. */
export interface Proposal {
  readonly txId: string;
  readonly signed: peer.SignedProposal;
  readonly channelHeader: Uint8Array;
  readonly signatureHeader: Uint8Array;
  /** Serialized `ChaincodeProposalPayload`; it has no transient data. */
  readonly payload: Uint8Array;
}

/** Proposes to invoke a chaincode; `args` start with the name of the function. */
export function makeProposal(
  call: { readonly channelId: string; readonly chaincode: string; readonly args: readonly Uint8Array[] },
  signer: SigningIdentity,
): Proposal {
  const { channelId, chaincode, args } = call;
  const nonce = randomBytes(NONCE_LENGTH);
  const txId = computeTxId(nonce, signer.serialized);
  const channelHeader = encodeChannelHeader({
    type: common.HeaderType.ENDORSER_TRANSACTION,
    channelId,
    txId,
    timestamp: new Date(),
    chaincode,
  });
  const signatureHeader = encodeSignatureHeader(signer.serialized, nonce);
  const header = toBinary(
    common.HeaderSchema,
    create(common.HeaderSchema, { channelHeader, signatureHeader }),
  );
  const payload = encodeProposalPayload(chaincode, args);
  const proposalBytes = toBinary(peer.ProposalSchema, create(peer.ProposalSchema, { header, payload }));
  const signed = create(peer.SignedProposalSchema, { proposalBytes, signature: signer.sign(proposalBytes) });
  return { txId, signed, channelHeader, signatureHeader, payload };
}
