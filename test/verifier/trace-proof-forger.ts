import { encodeHead } from '@cotrace/core';
import { writeTraceProof } from '../../verifier/trace-proof/proof-file.js';
import { prove, type ProofParts } from '../../verifier/trace-proof/testing/prove.js';
import type { ReferenceLedger } from '../../verifier/trace-proof/testing/reference-ledger.js';
import type { TraceProof } from '../../verifier/trace-proof/types.js';
import type { Forgery } from './trace-proof-cases.js';
import type { Edit } from './trace-proof-edits.js';
import { O, QUORUM, type ProofWorld } from './trace-proof-scene.js';
import { A, chain, made, X } from './trace-proof-scenes.js';

/** Makes forgeries of proofs of one ledger. */
export class Forger {
  readonly world: ProofWorld;
  readonly #ledger: ReferenceLedger;
  #usual: Promise<TraceProof> | null = null;

  constructor(world: ProofWorld) {
    this.world = world;
    this.#ledger = chain(world);
  }

  /** The proof that most forgeries are made of, or another one. */
  honest(parts: Partial<ProofParts> | null = null): Promise<TraceProof> {
    if (parts !== null) return this.#proven(parts);
    this.#usual ??= this.#proven({});
    return this.#usual;
  }

  edited(name: string, code: string, edit: Edit, parts: Partial<ProofParts> | null = null): Forgery {
    return {
      name,
      code,
      make: async () => ({ proof: writeTraceProof(edit(await this.honest(parts))) }),
    };
  }

  rewritten(name: string, code: string, edit: (text: string) => string): Forgery {
    return { name, code, make: async () => ({ proof: edit(writeTraceProof(await this.honest())) }) };
  }

  /** Under a root that a quorum attested for a trie with another head: what liars of a quorum, or a wrong master, could do. */
  underHead(name: string, code: string, head: (honest: Uint8Array) => Uint8Array): Forgery {
    return {
      name,
      code,
      make: async () => {
        const heads = new Map([[A, head(encodeHead(this.#ledger.head(A)))]]);
        const proof = await prove(this.#ledger, { traceId: A, attestedBy: QUORUM, heads });
        return { proof: writeTraceProof(proof) };
      },
    };
  }

  /** Of a proof of now and one of before. */
  mixed(name: string, code: string, mix: (now: TraceProof, before: TraceProof) => TraceProof): Forgery {
    return {
      name,
      code,
      make: async () => ({
        proof: writeTraceProof(mix(await this.honest({ traceId: A, direction: 'none' }), await this.#old())),
      }),
    };
  }

  #proven(parts: Partial<ProofParts>): Promise<TraceProof> {
    return prove(this.#ledger, { traceId: X, direction: 'up', attestedBy: QUORUM, ...parts });
  }

  async #old(): Promise<TraceProof> {
    const before = this.world.ledger();
    before.capture(O, made('make A', 1, A));
    return prove(before, { traceId: A, attestedBy: QUORUM });
  }
}
