import { CotraceError } from '@cotrace/core';
import type {
  Consortium,
  ConsortiumNode,
  ConsortiumOrganisation,
  NodeRole,
} from '../consortium/consortium.js';

/** How one node runs on this machine; everything that others must know of it is in the consortium file. */
export interface NodeConfig {
  readonly name: string;
  /** MSP folder with the node's signing identity. */
  readonly mspDir: string;
  /** Folder with its TLS certificate and key, as cryptogen lays them out. */
  readonly tlsDir: string;
  readonly storeDir: string;
  /** `host:port` to listen on, where it is not the address by which others know the node. */
  readonly listen?: string;
  /** Threads of a master's state trie; by default the machine's cores, at most four. 1 is the master's own alone. */
  readonly trieThreads?: number;
  /** The most memory of a master's state trie, in MiB; by default half of the machine's, at most 4,096. */
  readonly trieMemory?: number;
  /** The checking contract of a master; without it the organisation neither endorses nor submits anything for cycles. */
  readonly contract?: ContractConfig;
}

/** The checking contract that a master serves to its organisation's peer, and who submits its transactions. */
export interface ContractConfig {
  /** `host:port` to listen on, for the peer. */
  readonly listen: string;
  /** Id of the chaincode package that names this service. */
  readonly packageId: string;
  /** Whether it speaks TLS with the master's certificate, and takes peers of the organisation alone. */
  readonly tls: boolean;
  /** MSP folder with the identity that submits, of the role client: channels do not take transactions from peers. */
  readonly mspDir: string;
}

/** The configuration of one process: the consortium, and the nodes that run in this process. */
export interface ProcessConfig {
  readonly consortium: string;
  readonly nodes: readonly NodeConfig[];
}

export interface RunningNode {
  readonly name: string;
  /** Rejects where the node cannot go on, as with `STORE_FAILED` or `TRIE_FULL`; stays pending else. */
  readonly failure: Promise<never>;
  stop(): Promise<void>;
}

/** The failure of a node: that of one of its activities. */
export async function failureOf(activities: readonly Promise<void>[]): Promise<never> {
  await Promise.all(activities);
  return new Promise<never>(() => undefined);
}

export type ListeningNode = ConsortiumNode & { readonly address: string };

/** The node of this name. Throws `CONFIG` where the consortium has none of that role, or it has no address. */
export function findNode(consortium: Consortium, name: string, role: NodeRole): ListeningNode {
  const node = consortium.nodes.find((candidate) => candidate.name === name && candidate.role === role);
  if (node?.address == null) {
    throw new CotraceError('CONFIG', `the consortium file has no ${role} node ${name} with an address`, {
      name,
    });
  }
  return { ...node, address: node.address };
}

export function findOrganisation(consortium: Consortium, mspId: string): ConsortiumOrganisation {
  const organisation = consortium.organisations.find((candidate) => candidate.mspId === mspId);
  if (organisation === undefined) {
    throw new CotraceError('CONFIG', `the consortium file has no organisation ${mspId}`, { mspId });
  }
  return organisation;
}
