import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { sha256, toHex, utf8 } from '@cotrace/core';
import {
  BLOCK_METADATA,
  common,
  dataHash,
  encodeBlock,
  lastConfigMetadata,
  ordererMetadataValue,
} from '@cotrace/fabric-model';
import { CryptoLayout } from '../identity/layout.js';
import { caName, certificateFile } from '../identity/msp-files.js';
import type { Topology } from '../topology.js';
import { nominalAddresses, type ChannelAddresses } from './addresses.js';
import { channelGroup } from './channel-group.js';

const MESSAGE_VERSION = 1;
const NONCE_LENGTH = 24;

/**
 * Bytes of a channel's genesis block (`common.Block`), as `configtxgen` writes it (common/genesis).
 * Where configtxgen takes the clock and random bytes, this takes the ordering authority's date and a hash
 * of the content: the same certificates, topology and name give the same block.
 *
 * `channel` is the channel's name, `cryptoDir` the folder that `ensureCrypto` filled, `addresses` what the
 * configuration says of where nodes are. Throws `MSP_FOLDER`, `TLS_FOLDER`.
 */
export function genesisBlock(
  topology: Topology,
  channel: string,
  cryptoDir: string,
  addresses: ChannelAddresses = nominalAddresses(topology),
): Uint8Array {
  const layout = new CryptoLayout(cryptoDir, topology);
  const envelope = configEnvelope(topology, channel, layout, addresses);
  const signatures = create(common.MetadataSchema, { value: ordererMetadataValue(0n) });
  const metadata: Uint8Array[] = Object.keys(BLOCK_METADATA).map(() => new Uint8Array());
  metadata[BLOCK_METADATA.signatures] = toBinary(common.MetadataSchema, signatures);
  metadata[BLOCK_METADATA.lastConfig] = lastConfigMetadata(0n);
  return encodeBlock({
    number: 0n,
    previousHash: new Uint8Array(),
    dataHash: dataHash([envelope]),
    envelopes: [envelope],
    metadata,
  });
}

function configEnvelope(
  topology: Topology,
  channel: string,
  layout: CryptoLayout,
  addresses: ChannelAddresses,
): Uint8Array {
  const config = create(common.ConfigSchema, {
    channelGroup: channelGroup(topology, channel, layout, addresses),
  });
  const data = toBinary(common.ConfigEnvelopeSchema, create(common.ConfigEnvelopeSchema, { config }));
  const nonce = sha256(utf8(channel), data).slice(0, NONCE_LENGTH);
  const channelHeader = create(common.ChannelHeaderSchema, {
    type: common.HeaderType.CONFIG,
    version: MESSAGE_VERSION,
    timestamp: { seconds: authoritySeconds(topology, layout), nanos: 0 },
    channelId: channel,
    // The creator is empty, so the transaction id is the hash of the nonce alone.
    txId: toHex(sha256(nonce)),
    epoch: 0n,
  });
  const payload = create(common.PayloadSchema, {
    header: {
      channelHeader: toBinary(common.ChannelHeaderSchema, channelHeader),
      signatureHeader: toBinary(
        common.SignatureHeaderSchema,
        create(common.SignatureHeaderSchema, { nonce }),
      ),
    },
    data,
  });
  const envelope = create(common.EnvelopeSchema, { payload: toBinary(common.PayloadSchema, payload) });
  return toBinary(common.EnvelopeSchema, envelope);
}

function authoritySeconds({ orderer: { domain } }: Topology, layout: CryptoLayout): bigint {
  const path = join(layout.ordererOrganisation(), 'ca', certificateFile(caName(domain)));
  return BigInt(Math.floor(Date.parse(new X509Certificate(readFileSync(path)).validFrom) / 1000));
}
