import { create } from '@bufbuild/protobuf';
import { CotraceError } from '@cotrace/core';
import { discovery, type peer } from '@cotrace/fabric-model';
import type { Channel } from '../channel/channel.js';
import type { DiscoveryContext } from './context.js';
import { describePeer } from './membership.js';

function bad(message: string): CotraceError {
  return new CotraceError('BAD_QUERY', message);
}

/** Throws `BAD_QUERY` for an interest that names no chaincode. */
export function checkInterest({ chaincodes }: peer.ChaincodeInterest): void {
  if (chaincodes.length === 0) throw bad('chaincode interest must contain at least one chaincode');
  if (chaincodes.some(({ name }) => name === '')) throw bad('chaincode name in interest cannot be empty');
}

/** Throws `NO_COLLECTION` where a call names one: chaincodes have none here. */
export function checkCollections(calls: readonly peer.ChaincodeCall[]): void {
  for (const { name, collectionNames } of calls) {
    const [collection] = collectionNames;
    if (collection === undefined) continue;
    const message = `collection ${collection} doesn't exist in collection config for chaincode ${name}`;
    throw new CotraceError('NO_COLLECTION', message, { name, collection });
  }
}

/**
 * Who can endorse a transaction that calls certain chaincodes, and which of them are enough together
 * (discovery/endorsement). A group is what Fabric makes of a principal; with one peer for each organisation it is that
 * organisation's. Throws `NO_LAYOUT`, `NO_COLLECTION`.
 */
export async function endorsers(
  context: DiscoveryContext,
  channel: Channel,
  { chaincodes }: peer.ChaincodeInterest,
): Promise<discovery.EndorsementDescriptor> {
  checkCollections(chaincodes);
  const layouts = context.layouts(channel.id, chaincodes);
  const mspIds = [...new Set(layouts.flat())];
  const group = (mspId: string): string => `G${mspIds.indexOf(mspId)}`;
  const descriptor = create(discovery.EndorsementDescriptorSchema, {
    chaincode: chaincodes[0]?.name ?? '',
    layouts: layouts.map((layout) => ({
      quantitiesByGroup: Object.fromEntries(layout.map((mspId) => [group(mspId), 1])),
    })),
  });
  for (const peer of context.peers) {
    if (!mspIds.includes(peer.mspId)) continue;
    const peers = [await describePeer(context, peer, channel)];
    descriptor.endorsersByGroups[group(peer.mspId)] = create(discovery.PeersSchema, { peers });
  }
  return descriptor;
}
