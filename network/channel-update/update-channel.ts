import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { create, toBinary } from '@bufbuild/protobuf';
import { CotraceError, equalBytes } from '@cotrace/core';
import {
  ChannelConfig,
  common,
  computeUpdate,
  decode,
  decodeEnvelope,
  encodeChannelHeader,
  encodePayload,
  encodeSignatureHeader,
  signUpdate,
  unsignedUpdate,
  type Block,
} from '@cotrace/fabric-model';
import type { OrdererEndpoint } from '../fabric/leader.js';
import { LOOK_PAUSE_MS, UPDATE_MS } from '../fabric/limits.js';
import type { SigningIdentity } from '../identity/signer.js';
import { changedBy, type Change } from './changes.js';
import { OrdererClient } from './orderer-client.js';

const NONCE_LENGTH = 24;

/** An update of the configuration of a channel. */
export interface ChannelUpdate {
  /** The ordering node that is asked, by somebody who may read the channel. */
  readonly orderer: OrdererEndpoint;
  readonly channel: string;
  readonly changes: readonly Change[];
  /** Whoever agrees; the first hands it in. */
  readonly signers: readonly [SigningIdentity, ...SigningIdentity[]];
}

/**
 * Changes the configuration of a channel: fetches it, computes the update, has it signed, hands it in and waits until it is in force. Returns the block that
 * brings it. Throws `CHANNEL_UPDATE` with the ordering node's answer, `CONFIG_UPDATE` where nothing changes.
 */
export async function updateChannel({ orderer, channel, changes, signers }: ChannelUpdate): Promise<Block> {
  const client = new OrdererClient(orderer);
  try {
    const current = configurationOf(await client.configurationBlock(channel));
    const update = computeUpdate(channel, current.group, changedBy(current.group, ...changes));
    const envelope = updateEnvelope(channel, update, signers);
    await client.broadcast(envelope);
    return await inForce(client, channel, current.sequence + 1n, envelope);
  } finally {
    client.close();
  }
}

/**
 * An update with signatures, in an envelope of the first who signs: what `peer channel signconfigtx` and then `peer channel update`
 * hand to an ordering node (Fabric internal/peer/channel/create.go).
 */
export function updateEnvelope(
  channelId: string,
  update: common.ConfigUpdate,
  signers: readonly [SigningIdentity, ...SigningIdentity[]],
): common.Envelope {
  const [first] = signers;
  const signed = signers.reduce(
    (so, signer) => signUpdate(so, signer, randomBytes(NONCE_LENGTH)),
    unsignedUpdate(update),
  );
  const payload = encodePayload(
    encodeChannelHeader({ type: common.HeaderType.CONFIG_UPDATE, channelId, timestamp: new Date() }),
    encodeSignatureHeader(first.serialized, randomBytes(NONCE_LENGTH)),
    toBinary(common.ConfigUpdateEnvelopeSchema, signed),
  );
  return create(common.EnvelopeSchema, { payload, signature: first.sign(payload) });
}

/** Payload of the update that made the configuration of a block; empty in a genesis block. */
function updateIn({ envelopes }: Block): Uint8Array {
  const { data } = decodeEnvelope(envelopes[0] ?? new Uint8Array());
  return decode(common.ConfigEnvelopeSchema, data).lastUpdate?.payload ?? new Uint8Array();
}

function dropped(channel: string, reason: string): CotraceError {
  return new CotraceError('CHANNEL_UPDATE', `the update of channel ${channel} was taken, but ${reason}`, {
    channel,
  });
}

function configurationOf({ bytes }: Block): ChannelConfig {
  return ChannelConfig.fromBlock(bytes);
}

/** What is taken is not yet ordered, and may be dropped if another configuration was there first. */
async function inForce(
  client: OrdererClient,
  channel: string,
  sequence: bigint,
  envelope: common.Envelope,
): Promise<Block> {
  const deadline = Date.now() + UPDATE_MS;
  for (;;) {
    const block = await client.configurationBlock(channel);
    const now = configurationOf(block).sequence;
    if (now === sequence && !equalBytes(updateIn(block), envelope.payload)) {
      throw dropped(channel, 'another update was there first; make it again from that configuration');
    }
    if (now >= sequence) return block;
    if (Date.now() > deadline) throw dropped(channel, `it is not in force after ${UPDATE_MS / 1000} s`);
    await sleep(LOOK_PAUSE_MS);
  }
}
