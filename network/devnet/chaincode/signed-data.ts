import { common, decode, peer, type SignedData } from '@cotrace/fabric-model';

/** A signed proposal as data signed by its creator. Throws `BAD_PROTOBUF`. */
export function signedDataOf({ proposalBytes, signature }: peer.SignedProposal): SignedData {
  const { header } = decode(peer.ProposalSchema, proposalBytes);
  const { signatureHeader } = decode(common.HeaderSchema, header);
  const { creator } = decode(common.SignatureHeaderSchema, signatureHeader);
  return { identity: creator, data: proposalBytes, signature };
}
