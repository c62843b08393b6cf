import { equalBytes } from '@cotrace/core';
import type { peer } from '@cotrace/fabric-model';
import type { EndpointError } from '../rpc/rpc-error.js';
import type { ProposalOutcome } from './response-status.js';

/** An endorsing peer as a gateway sees it. */
export interface GatewayEndorser {
  readonly mspId: string;
  /** `host:port` */
  readonly address: string;
  process(proposal: peer.SignedProposal): Promise<ProposalOutcome>;
}

/** Error detail of a failure at `endorser`. */
export function endorserError(endorser: GatewayEndorser, message: string): EndpointError {
  return { address: endorser.address, mspId: endorser.mspId, message };
}

interface Layout {
  /** Organisations whose endorsement is still missing. */
  readonly missing: Set<string>;
  readonly endorsements: peer.Endorsement[];
}

/**
 * Which peers to ask, and what came back: layouts (sets of organisations, each of them enough for the policy) are
 * tried one after the other, every peer at most once, and a layout is complete when all of its organisations
 * answered with the same payload (internal/pkg/gateway/endorsement.go, for one peer an organisation).
 */
export class EndorsementPlan {
  /** Failures so far, in the order they came. */
  readonly errors: EndpointError[] = [];
  readonly #layouts: (Layout | null)[];
  readonly #untried: Map<string, GatewayEndorser>;
  #next = 0;
  #payload: Uint8Array | null = null;
  #completed: Layout | null = null;

  constructor(layouts: readonly (readonly string[])[], endorsers: readonly GatewayEndorser[]) {
    this.#layouts = layouts.map((mspIds) => ({ missing: new Set(mspIds), endorsements: [] }));
    this.#untried = new Map(endorsers.map((endorser) => [endorser.mspId, endorser]));
  }

  /** Payload and endorsements of the first complete layout. */
  get result(): { payload: Uint8Array; endorsements: readonly peer.Endorsement[] } | null {
    if (this.#completed === null || this.#payload === null) return null;
    return { payload: this.#payload, endorsements: this.#completed.endorsements };
  }

  /** Peers to ask for the next layout that can still be met; null when none is left. */
  next(): GatewayEndorser[] | null {
    for (; this.#next < this.#layouts.length; this.#next++) {
      const missing = [...(this.#layouts[this.#next]?.missing ?? [])];
      const endorsers = missing.flatMap((mspId) => this.#untried.get(mspId) ?? []);
      if (missing.length === 0 || endorsers.length < missing.length) {
        this.#layouts[this.#next] = null;
        continue;
      }
      for (const mspId of missing) this.#untried.delete(mspId);
      return endorsers;
    }
    return null;
  }

  /** Notes a successful response. False if it differs from the earlier ones, which is an error of that peer. */
  accept(endorser: GatewayEndorser, { payload, endorsement }: peer.ProposalResponse): boolean {
    this.#untried.delete(endorser.mspId);
    this.#payload ??= payload;
    if (!equalBytes(this.#payload, payload)) {
      this.errors.push(endorserError(endorser, 'ProposalResponsePayloads do not match'));
      return false;
    }
    for (const layout of this.#layouts.slice(this.#next)) {
      if (this.#completed !== null || layout?.missing.delete(endorser.mspId) !== true) continue;
      if (endorsement !== undefined) layout.endorsements.push(endorsement);
      if (layout.missing.size === 0) this.#completed = layout;
    }
    return true;
  }

  /** Notes a failure. */
  fail(endorser: GatewayEndorser, message: string): void {
    this.errors.push(endorserError(endorser, message));
  }

  /** Gives up the layouts that need one of `mspIds`, and the current one. */
  abandon(mspIds: readonly string[]): void {
    for (let i = this.#next; i < this.#layouts.length; i++) {
      if (mspIds.some((mspId) => this.#layouts[i]?.missing.has(mspId))) this.#layouts[i] = null;
    }
    this.#next += 1;
  }
}
