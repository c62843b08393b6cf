import { defaultQuorum } from '@cotrace/core';
import type { CheckingTimes } from '@cotrace/network';

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
  /**
   * SHA-256 of the certificate (DER) that it signs with, 64 lower-case hexadecimal digits; null for a client, and where the
   * file does not say, as in version 2.
   */
  readonly signer: string | null;
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
  readonly version: 3;
  readonly channels: { readonly main: ConsortiumChannel; readonly checking: ConsortiumChannel };
  /** Checking height c: main blocks in a cycle, at least 2. */
  readonly checkingHeight: number;
  /** How long the initiator of a checking cycle is waited for. */
  readonly checking: CheckingTimes;
  readonly domains: readonly string[];
  readonly organisations: readonly ConsortiumOrganisation[];
  readonly nodes: readonly ConsortiumNode[];
}

/**
 * How many of a consortium's masters are more than may lie: what its file says alone. How many must attest a block is in the
 * configuration of main, and may be more; whoever verifies has it from there or from a trust file.
 */
export function majorityOf({ organisations }: Pick<Consortium, 'organisations'>): number {
  return defaultQuorum(organisations.length);
}
