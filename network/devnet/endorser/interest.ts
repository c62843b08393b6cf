import { create } from '@bufbuild/protobuf';
import { common, decode, decodeRwset, type NamespaceRwset, peer } from '@cotrace/fabric-model';
import { isSystemChaincode } from '../system/names.js';

/** Metadata entry that holds a key's own endorsement policy. */
const VALIDATION_PARAMETER = 'VALIDATION_PARAMETER';

/** Metadata entries of a key in the state that was simulated on. */
export type KeyMetadata = (namespace: string, key: string) => ReadonlyMap<string, Uint8Array>;

/**
 * The policies that a transaction is subject to: those of all chaincodes whose state it reads or writes, the
 * system's aside, and those of written keys that have their own. A chaincode's own policy does not matter
 * where only such keys are written (`buildChaincodeInterest` of core/endorser/endorser.go).
 * `results` are the bytes of the read-write set.
 */
export function chaincodeInterest(results: Uint8Array, metadata: KeyMetadata): peer.ChaincodeInterest {
  const chaincodes = decodeRwset(results)
    .filter(({ namespace }) => !isSystemChaincode(namespace))
    .map((set) => chaincodeCall(set, metadata));
  return create(peer.ChaincodeInterestSchema, { chaincodes });
}

function chaincodeCall(
  { namespace, writes, metadataWrites }: NamespaceRwset,
  metadata: KeyMetadata,
): peer.ChaincodeCall {
  const keys = new Set([...writes, ...metadataWrites].map(({ key }) => key));
  const policies = [...keys].map((key) => metadata(namespace, key).get(VALIDATION_PARAMETER));
  const keyPolicies = policies.flatMap((policy) =>
    policy === undefined ? [] : [decode(common.SignaturePolicyEnvelopeSchema, policy)],
  );
  const disregardNamespacePolicy = keyPolicies.length > 0 && keyPolicies.length === policies.length;
  return create(peer.ChaincodeCallSchema, { name: namespace, keyPolicies, disregardNamespacePolicy });
}
