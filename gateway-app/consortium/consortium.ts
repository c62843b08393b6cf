import { CotraceError, defaultQuorum } from '@cotrace/core';
import { consortiumOf } from './check.js';
import { readJsonFile } from '../settings/json-file.js';

export type NodeRole = 'master' | 'business' | 'client';

/** A node or client of the consortium: which certificate it is, and what it may ask for. */
export interface ConsortiumNode {
  readonly name: string;
  readonly role: NodeRole;
  /** MSP id of its organisation. */
  readonly mspId: string;
  /** The domain of a business node. */
  readonly domain: string | null;
  /** `host:port` where it listens; null for a client. */
  readonly address: string | null;
  /** SHA-256 of its TLS certificate (DER), 64 lower-case hexadecimal digits. */
  readonly certificate: string;
}

/** An organisation: its peer, and the TLS authorities that its nodes' certificates come from. */
export interface ConsortiumOrganisation {
  readonly name: string;
  readonly mspId: string;
  readonly peer: { readonly address: string; readonly serverName: string | null };
  readonly tlsRoots: string;
}

export interface ConsortiumChannel {
  readonly name: string;
  /** Hash of the header of the genesis block, 64 lower-case hexadecimal digits. */
  readonly genesisHeaderHash: string;
}

/** The configuration that all nodes and clients of a consortium share. */
export interface Consortium {
  readonly version: 1;
  readonly channels: { readonly main: ConsortiumChannel; readonly checking: ConsortiumChannel };
  /** Checking height c: main blocks in a cycle, at least 2. */
  readonly checkingHeight: number;
  /** How many organisations must agree; null for the default, max(2, floor(n/2)+1). */
  readonly quorum: number | null;
  readonly domains: readonly string[];
  readonly organisations: readonly ConsortiumOrganisation[];
  readonly nodes: readonly ConsortiumNode[];
}

/** How many organisations must agree: never fewer than the default. */
export function quorumOf({ organisations, quorum }: Pick<Consortium, 'organisations' | 'quorum'>): number {
  return Math.max(quorum ?? 0, defaultQuorum(organisations.length));
}

/**
 * Reads a consortium file. Throws `CONFIG` with the member that is wrong, or where there is no such file; what names
 * the file is told by who asks for it.
 */
export function readConsortium(path: string): Consortium {
  const consortium = readJsonFile(path, 'make it again, or get it from whoever made it', consortiumOf);
  if (consortium !== undefined) return consortium;
  throw new CotraceError(
    'CONFIG',
    `there is no consortium file ${path}; correct the path in the file that names it (its member \`consortium\`), or put the file there`,
    { path },
  );
}
