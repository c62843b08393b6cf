import { join } from 'node:path';
import { toHex } from '@cotrace/core';
import { decodeBlock, type SignatureVerifier } from '@cotrace/fabric-model';
import { genesisBlock } from '../../config/genesis.js';
import type { SigningIdentity } from '../../identity/signer.js';
import type { Topology } from '../../topology.js';
import { openLedger } from '../ledger/ledger.js';
import { blockSigner } from '../orderer/block-signer.js';
import { OrdererChain } from '../orderer/chain.js';
import { ChannelProcessor } from '../orderer/processor.js';
import { ChannelAccess } from './access.js';
import type { Channel } from './channel.js';
import { BlockFeed } from './feed.js';
import { withRules, type EndorsementRules } from './genesis-policies.js';

/** A channel that can be closed again. */
export interface OpenChannel extends Channel {
  /** Hex. */
  readonly genesisHeaderHash: string;
}

/** What channels are opened with. */
export interface ChannelSettings {
  readonly topology: Topology;
  readonly cryptoDir: string;
  /** Folder with one ledger for each channel. */
  readonly ledgersDir: string;
  readonly rules: EndorsementRules;
  readonly verifier: SignatureVerifier;
  /** The ordering node: it signs blocks, and the configurations that it makes of updates. */
  readonly orderer: SigningIdentity;
  /** Told of a block that cannot be committed. */
  readonly onError: (error: unknown) => void;
}

/** Opens every channel of the topology, by name. Throws as `openLedger`; nothing stays open then. */
export async function openChannels(settings: ChannelSettings): Promise<Map<string, OpenChannel>> {
  const channels = new Map<string, OpenChannel>();
  try {
    for (const channelId of Object.values(settings.topology.channels)) {
      channels.set(channelId, await openChannel(settings, channelId));
    }
    return channels;
  } catch (error) {
    await closeChannels(channels.values());
    throw error;
  }
}

async function openChannel(settings: ChannelSettings, channelId: string): Promise<OpenChannel> {
  const { topology, cryptoDir, ledgersDir, verifier, orderer, onError } = settings;
  const genesis = withRules(genesisBlock(topology, channelId, cryptoDir), settings.rules);
  const ledger = await openLedger({
    dir: join(ledgersDir, channelId),
    channelId,
    genesisBlock: genesis,
    verifier,
  });
  const access = new ChannelAccess(ledger);
  const processor = new ChannelProcessor({ ledger, access }, orderer, () => Date.now());
  return {
    id: channelId,
    ledger,
    chain: new OrdererChain(ledger, processor, blockSigner(orderer), onError),
    feed: new BlockFeed(ledger),
    access,
    genesisHeaderHash: toHex(decodeBlock(genesis).headerHash),
  };
}

/** Closes channels: their chains first, so that what was accepted is committed. */
export async function closeChannels(channels: Iterable<Channel>): Promise<void> {
  for (const { chain, feed, ledger } of channels) {
    await chain.close();
    feed.close();
    await ledger.close();
  }
}
