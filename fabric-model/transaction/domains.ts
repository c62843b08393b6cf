import { domainsAmong, LIFECYCLE_NAMESPACE, MalformedError } from '@cotrace/core';
import * as common from '../gen/fabric/common_pb.js';
import * as peer from '../gen/fabric/peer_pb.js';
import { decode } from '../wire/decode.js';
import { decodeEnvelope, isConfiguration, isOfType } from './envelope.js';
import { decodeRwset, isWritten, type NamespaceRwset } from './rwset.js';

export { LIFECYCLE_NAMESPACE };

/**
 * Domains that a transaction belongs to, whatever its validation code: sorted by UTF-8 bytes, or 'all' for
 * configuration transactions, those that invoke or write `_lifecycle`, and those in too many (`domainsAmong`).
 *
 * A pure function of the envelope's bytes: every node gets the same answer. It never throws; an envelope
 * that cannot be decoded down to its read-write set, which Fabric never validates, is in no domain.
 * Source: docs/formats.md, "Domains of a transaction".
 */
export function domainsOf(envelope: Uint8Array): readonly string[] | 'all' {
  try {
    return decodedDomains(envelope);
  } catch (error) {
    if (error instanceof MalformedError) return [];
    throw error;
  }
}

function decodedDomains(bytes: Uint8Array): readonly string[] | 'all' {
  const envelope = decodeEnvelope(bytes);
  if (isConfiguration(envelope)) return 'all';
  if (!isOfType(envelope, common.HeaderType.ENDORSER_TRANSACTION)) return [];
  const { chaincodeId } = decode(peer.ChaincodeHeaderExtensionSchema, envelope.channelHeader.extension);
  const touched = new Set(
    endorsedRwset(envelope.data)
      .filter(isWritten)
      .map(({ namespace }) => namespace),
  );
  if (chaincodeId !== undefined) touched.add(chaincodeId.name);
  if (touched.has(LIFECYCLE_NAMESPACE)) return 'all';
  return domainsAmong(touched);
}

/** Only what Fabric decodes too: the proposal's payload, which it never looks into, may be anything. */
function endorsedRwset(data: Uint8Array): NamespaceRwset[] {
  const [action] = decode(peer.TransactionSchema, data).actions;
  if (action === undefined) return [];
  const { action: endorsed } = decode(peer.ChaincodeActionPayloadSchema, action.payload);
  const prp = decode(
    peer.ProposalResponsePayloadSchema,
    endorsed?.proposalResponsePayload ?? new Uint8Array(),
  );
  return decodeRwset(decode(peer.ChaincodeActionSchema, prp.extension).results);
}
