import type { Consortium, ConsortiumNode } from '../consortium/consortium.js';
import { Business, Master, type BusinessBlock } from '../gen/cotrace/cotrace_pb.js';
import type { RpcClient } from '../node/rpc-client.js';
import { PATIENCE } from './limits.js';

/** Where a business node may fetch its business blocks. */
export interface BlockOrigin {
  readonly name: string;
  /** The business blocks of the node's domain from block `from` on, as the origin sends them. */
  blocks(from: bigint, signal: AbortSignal): AsyncGenerator<BusinessBlock>;
}

/** How patient a node is with the origins of its blocks, in milliseconds. */
export interface Patience {
  /** How often it looks whether a quorum is already ahead of what its origin sends. */
  readonly watch: number;
  /** How long an origin may hold back a block that a quorum has attested. */
  readonly withheld: number;
  /** How long it stays away from the origin that it would prefer. */
  readonly stay: number;
  /** How long an origin that failed, lied or withheld is passed over. */
  readonly suspension: number;
}

/**
 * Chooses where to dock (seed 001, section 4.1): the domain's first live node by name fetches from a master, its own
 * organisation's first; every other node takes the blocks from the nodes before it, the first one first.
 */
export class Docking {
  readonly patience: Patience;
  readonly #origins: readonly BlockOrigin[];
  readonly #suspendedUntil = new Map<string, number>();

  /** `origins`: in the order of preference. */
  constructor(origins: readonly BlockOrigin[], patience: Patience = PATIENCE) {
    this.#origins = origins;
    this.patience = patience;
  }

  /** The origin to try now: the first that is not suspended; if all are, the one whose suspension ends first. */
  choose(now: number): BlockOrigin | null {
    const until = ({ name }: BlockOrigin) => this.#suspendedUntil.get(name) ?? 0;
    const free = this.#origins.find((origin) => until(origin) <= now);
    return free ?? [...this.#origins].sort((a, b) => until(a) - until(b))[0] ?? null;
  }

  /** Whether an origin is the one that would be chosen if none were suspended. */
  isFirst({ name }: BlockOrigin): boolean {
    return this.#origins[0]?.name === name;
  }

  /** Passes over an origin for a while. */
  suspend(origin: BlockOrigin, now: number): void {
    this.#suspendedUntil.set(origin.name, now + this.patience.suspension);
  }
}

/** The nodes that `self` may take business blocks from, in the order of preference. */
export function originsOf(self: ConsortiumNode, consortium: Consortium): ConsortiumNode[] {
  const byName = (a: ConsortiumNode, b: ConsortiumNode) => (a.name < b.name ? -1 : 1);
  const siblings = consortium.nodes
    .filter(({ role, domain, name }) => role === 'business' && domain === self.domain && name < self.name)
    .sort(byName);
  const masters = consortium.nodes.filter(({ role }) => role === 'master').sort(byName);
  const own = masters.filter(({ mspId }) => mspId === self.mspId);
  return [...siblings, ...own, ...masters.filter(({ mspId }) => mspId !== self.mspId)];
}

/** A node as origin of the blocks of `domain`, over the wire. */
export function remoteOrigin({ name, role }: ConsortiumNode, domain: string, client: RpcClient): BlockOrigin {
  const method = role === 'master' ? Master.method.businessBlocks : Business.method.businessBlocks;
  return { name, blocks: (blockNum, signal) => client.stream(method, { domain, blockNum }, signal) };
}
