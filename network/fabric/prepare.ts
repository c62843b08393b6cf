import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CotraceError, toHex } from '@cotrace/core';
import { decodeBlock } from '@cotrace/fabric-model';
import { parseDocument } from 'yaml';
import type { ChannelAddresses } from '../config/addresses.js';
import { genesisBlock } from '../config/genesis.js';
import { ensureCrypto } from '../identity/ensure.js';
import type { CryptoLayout } from '../identity/layout.js';
import { ordererNodes, type Topology } from '../topology.js';
import type { FabricBinaries } from './binaries.js';
import { BUILDER_VARIABLE, writeBuilder } from './builder.js';
import type { FabricLayout } from './fabric-layout.js';
import { peerName, type Ports } from './node-specs.js';
import { readTextFile } from '../text-file.js';

/** A channel as every node joins it. */
export interface ChannelGenesis {
  readonly name: string;
  /** The bytes of its block 0. */
  readonly block: Uint8Array;
  /** Hash of that block's header, hexadecimal. */
  readonly headerHash: string;
}

/**
 * Makes what is missing of a network's files: certificates, a genesis block per channel with the addresses of `ports`,
 * the stock configuration with our builder, the builder. What exists stays, for the ledgers hang on it; the
 * configuration is taken anew from `binaries` each time, so that an upgrade of Fabric brings its own.
 * Throws `CRYPTO_FOLDER`, `MSP_FOLDER`, `FABRIC_BIN`.
 */
export async function prepareFabric(
  topology: Topology,
  files: FabricLayout,
  binaries: FabricBinaries,
  ports: Ports,
): Promise<{ readonly layout: CryptoLayout; readonly channels: readonly ChannelGenesis[] }> {
  const layout = await ensureCrypto(topology, files.crypto);
  const channels = ensureChannels(topology, files, localAddresses(topology, ports));
  mkdirSync(files.config, { recursive: true });
  writeFileSync(join(files.config, 'core.yaml'), coreConfiguration(binaries, files));
  writeFileSync(join(files.config, 'orderer.yaml'), readFileSync(join(binaries.config, 'orderer.yaml')));
  writeBuilder(files.builder);
  return { layout, channels };
}

/**
 * The genesis block of each channel, made where it is missing of the certificates in `files` and of `addresses`.
 * Throws `MSP_FOLDER`, `TLS_FOLDER`.
 */
export function ensureChannels(
  topology: Topology,
  files: FabricLayout,
  addresses: ChannelAddresses,
): ChannelGenesis[] {
  const { main, checking } = topology.channels;
  return [main, checking].map((name) => ensureGenesis(topology, name, files, addresses));
}

function ensureGenesis(
  topology: Topology,
  name: string,
  files: FabricLayout,
  addresses: ChannelAddresses,
): ChannelGenesis {
  const path = files.genesis(name);
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.tmp`, genesisBlock(topology, name, files.crypto, addresses));
    renameSync(`${path}.tmp`, path);
  }
  const block = new Uint8Array(readFileSync(path));
  return { name, block, headerHash: toHex(decodeBlock(block).headerHash) };
}

/** The loop-back interface: the certificates name it, and no host name has to be resolved. */
function localAddresses(topology: Topology, ports: Ports): ChannelAddresses {
  const local = (name: string) => ({ host: '127.0.0.1', port: ports[name] ?? 0 });
  return {
    orderers: Object.fromEntries(ordererNodes(topology).map(({ name }) => [name, local(name)])),
    anchors: Object.fromEntries(
      topology.organisations.map((organisation) => [organisation.name, local(peerName(organisation))]),
    ),
  };
}

/** The stock `core.yaml`, without Docker, and with our builder, which environment variables cannot set. */
function coreConfiguration({ config }: FabricBinaries, files: FabricLayout): string {
  const path = join(config, 'core.yaml');
  const document = parseDocument(readTextFile(path, 'FABRIC_BIN'));
  const [error] = document.errors;
  if (error !== undefined) {
    throw new CotraceError('FABRIC_BIN', `${path} is not valid YAML; restore Fabric's own`, { path }, error);
  }
  document.setIn(['vm', 'endpoint'], '');
  document.setIn(
    ['chaincode', 'externalBuilders'],
    [{ name: 'cotrace', path: files.builder, propagateEnvironment: [BUILDER_VARIABLE] }],
  );
  return document.toString();
}
