import { create, toBinary, type DescMessage, type MessageShape } from '@bufbuild/protobuf';
import { sha256, utf8 } from '@cotrace/core';
import { discovery, gossip } from '@cotrace/fabric-model';
import type { Channel } from '../channel/channel.js';
import { LIFECYCLE } from '../system/names.js';
import type { DiscoveredPeer, DiscoveryContext } from './context.js';

const NANOSECONDS = 1_000_000n;
/** Tells the messages of this run from those of earlier ones, as the start of Fabric's peer does. */
const INCARNATION = BigInt(Date.now()) * NANOSECONDS;

/** Id of a peer in gossip: SHA-256 over MSP id and certificate (internal/peer/gossip/mcs.go). */
function pkiId({ mspId, identity }: DiscoveredPeer): Uint8Array {
  return sha256(utf8(mspId), utf8(identity.certificate));
}

function seal<Desc extends DescMessage>(
  { identity }: DiscoveredPeer,
  schema: Desc,
  message: MessageShape<Desc>,
): gossip.Envelope {
  const payload = toBinary(schema, message);
  return create(gossip.EnvelopeSchema, { payload, signature: identity.sign(payload) });
}

function now(): { incNum: bigint; seqNum: bigint } {
  return { incNum: INCARNATION, seqNum: BigInt(Date.now()) * NANOSECONDS };
}

function aliveMessage(peer: DiscoveredPeer): gossip.Envelope {
  const message = create(gossip.GossipMessageSchema, {
    tag: gossip.GossipMessage_Tag.EMPTY,
    content: {
      case: 'aliveMsg',
      value: { membership: { endpoint: peer.address, pkiId: pkiId(peer) }, timestamp: now() },
    },
  });
  return seal(peer, gossip.GossipMessageSchema, message);
}

/** Chaincodes that a peer can run, with the sequence of the definition for version (metadata_provider.go). */
async function chaincodesOf(
  context: DiscoveryContext,
  { id, ledger }: Channel,
  { mspId }: DiscoveredPeer,
): Promise<{ name: string; version: string }[]> {
  const names = await ledger.definitionNames();
  const installed = names.filter((name) => context.hasChaincode(mspId, id, name));
  return [
    { name: LIFECYCLE, version: '1' },
    ...installed.map((name) => ({ name, version: String(ledger.definition(name)?.sequence ?? 0n) })),
  ];
}

async function stateInfo(
  context: DiscoveryContext,
  channel: Channel,
  peer: DiscoveredPeer,
): Promise<gossip.Envelope> {
  const id = pkiId(peer);
  const message = create(gossip.GossipMessageSchema, {
    tag: gossip.GossipMessage_Tag.CHAN_OR_ORG,
    content: {
      case: 'stateInfo',
      value: {
        timestamp: now(),
        pkiId: id,
        channelMAC: sha256(id, utf8(channel.id)),
        properties: {
          ledgerHeight: channel.ledger.height,
          chaincodes: await chaincodesOf(context, channel, peer),
        },
      },
    },
  });
  return seal(peer, gossip.GossipMessageSchema, message);
}

/**
 * What gossip knows of a peer: that it lives, and (with a channel) how far its ledger has got and which chaincodes it
 * runs. The peer itself signs both (gossip/discovery, gossip/gossip/channel).
 */
export async function describePeer(
  context: DiscoveryContext,
  peer: DiscoveredPeer,
  channel?: Channel,
): Promise<discovery.Peer> {
  return create(discovery.PeerSchema, {
    identity: peer.identity.serialized,
    membershipInfo: aliveMessage(peer),
    ...(channel && { stateInfo: await stateInfo(context, channel, peer) }),
  });
}

/**
 * The peers by organisation: of a channel those that can run all `chaincodes`, without channel all of them. An
 * organisation without such a peer is there, with none.
 */
export async function membership(
  context: DiscoveryContext,
  channel?: Channel,
  chaincodes: readonly string[] = [],
): Promise<discovery.PeerMembershipResult> {
  const result = create(discovery.PeerMembershipResultSchema);
  const all = context.peers.filter(
    ({ mspId }) => channel === undefined || context.belongs(mspId, channel.id),
  );
  for (const peer of all) {
    const peers = (result.peersByOrg[peer.mspId] ??= create(discovery.PeersSchema));
    const fits =
      channel === undefined || chaincodes.every((name) => context.hasChaincode(peer.mspId, channel.id, name));
    if (fits) peers.peers.push(await describePeer(context, peer, channel));
  }
  return result;
}
