import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseStrictJson, readOrNull, Shape } from '@cotrace/core';
import { readTextFile } from '../text-file.js';

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
/** A thousand peers with their addresses have some 200 kB. */
const MAX_BYTES = 16 * 1024 * 1024;
/** Nobody sees it: a file that cannot be used is none. */
const SOURCE = { code: 'DEVNET_CONFIG' } as const;

/** Writes the information into the state folder, as a whole. */
export function writeNetworkInfo(dir: string, info: DevnetInfo): void {
  const temporary = join(dir, `.${FILE}.tmp`);
  writeFileSync(temporary, `${JSON.stringify(info, null, 2)}\n`);
  renameSync(temporary, join(dir, FILE));
}

/** Ports of the last start, 0 where there was none or the file cannot be used: they are a wish, not a need. */
export function lastPorts(dir: string): {
  readonly peer: (name: string) => number;
  readonly orderer: number;
} {
  const info = readOrNull(() => {
    const text = readTextFile(join(dir, FILE), SOURCE.code);
    return new Shape(parseStrictJson(text, MAX_BYTES), SOURCE);
  });
  const portOf = (node: (info: Shape) => Shape): number =>
    (info && readOrNull(() => portIn(node(info).at('address').text()))) ?? 0;
  return {
    peer: (name) => portOf((network) => network.at('peers').at(name)),
    orderer: portOf((network) => network.at('orderer')),
  };
}

function portIn(address: string): number {
  const port = Number(address.slice(address.lastIndexOf(':') + 1));
  return Number.isInteger(port) && port > 0 && port < 65536 ? port : 0;
}
