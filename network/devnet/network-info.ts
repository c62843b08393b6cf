import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { textOfFile } from '../text-file.js';

/** A node that clients call. */
export interface NodeAddress {
  /** Host name in its TLS certificate. */
  readonly name: string;
  readonly mspId: string;
  /** `host:port` */
  readonly address: string;
}

/** What clients need to reach a running network; plain JSON. */
export interface NetworkInfo {
  /** Peers by the short name of their organisation. */
  readonly peers: Readonly<Record<string, NodeAddress>>;
  readonly orderer: NodeAddress;
  /** Folder with `peerOrganizations` and `ordererOrganizations`. */
  readonly cryptoDir: string;
  /** Name and header hash (hex) of block 0 of each channel. */
  readonly channels: readonly { readonly name: string; readonly genesisHeaderHash: string }[];
}

/** What the embedded network's file says. */
export interface DevnetInfo extends NetworkInfo {
  /** The process that wrote it. */
  readonly processId: number;
}

const FILE = 'devnet.json';

/** Writes the information into the state folder, as a whole. */
export function writeNetworkInfo(dir: string, info: DevnetInfo): void {
  const temporary = join(dir, `.${FILE}.tmp`);
  writeFileSync(temporary, `${JSON.stringify(info, null, 2)}\n`);
  renameSync(temporary, join(dir, FILE));
}

function portOf(node: unknown): number {
  const address = typeof node === 'object' && node !== null && 'address' in node ? node.address : undefined;
  const port = typeof address === 'string' ? Number(address.slice(address.lastIndexOf(':') + 1)) : 0;
  return Number.isInteger(port) && port > 0 && port < 65536 ? port : 0;
}

/** Ports of the last start, 0 where there was none or the file cannot be used: they are a wish, not a need. */
export function lastPorts(dir: string): {
  readonly peer: (name: string) => number;
  readonly orderer: number;
} {
  let info: unknown;
  try {
    info = JSON.parse(textOfFile(readFileSync(join(dir, FILE)), FILE));
  } catch {
    info = {};
  }
  const { peers = {}, orderer } = (typeof info === 'object' && info !== null ? info : {}) as Record<
    string,
    unknown
  >;
  const byName = (typeof peers === 'object' && peers !== null ? peers : {}) as Record<string, unknown>;
  return { peer: (name) => portOf(byName[name]), orderer: portOf(orderer) };
}
