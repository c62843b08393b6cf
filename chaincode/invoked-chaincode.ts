import { fromBinary } from '@bufbuild/protobuf';
import { peer } from '@cotrace/fabric-model';
import type { ChaincodeStub } from 'fabric-shim';

/** The chaincode that the client's proposal names: not this one where another chaincode makes the call. */
export function invokedChaincode(stub: Pick<ChaincodeStub, 'getSignedProposal'>): string {
  const { channelHeader } = stub.getSignedProposal().proposal.header;
  // fabric-shim hands out its generated message here, not the plain object of its types.
  const message = channelHeader as unknown as { getExtension_asU8(): Uint8Array };
  const extension = fromBinary(peer.ChaincodeHeaderExtensionSchema, message.getExtension_asU8());
  return extension.chaincodeId?.name ?? '';
}
