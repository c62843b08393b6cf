import { fromBinary } from '@bufbuild/protobuf';
import { common, signaturePolicyBytes } from '@cotrace/fabric-model';
import { outOfPeers } from './policies.js';

/**
 * The endorsement policy of a chaincode that `n` organisations' peers satisfy, of those named by their MSP ids: serialized
 * `ApplicationPolicy`, byte for byte what Fabric's tools make of `OutOf(n, 'A.peer', …)` with the organisations in this order.
 */
export function outOfPeersPolicy(n: number, mspIds: readonly string[]): Uint8Array {
  const { value } = outOfPeers(n, mspIds);
  return signaturePolicyBytes(fromBinary(common.SignaturePolicyEnvelopeSchema, value));
}
