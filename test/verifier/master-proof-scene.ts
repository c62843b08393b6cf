import { create } from '@bufbuild/protobuf';
import type { TraceEvent } from '@cotrace/core';
import { assembleProof } from '../../gateway-app/client/assemble-proof.js';
import { ProveRequestSchema, type ProofPart } from '../../gateway-app/gen/cotrace/cotrace_pb.js';
import { Prover } from '../../gateway-app/master/proof/prover.js';
import { TestChain } from '../../gateway-app/testing/test-chain.js';
import { TestMaster } from '../../gateway-app/testing/test-master.js';
import { LINEAGE_LIMITS } from '../../verifier/lineage/lineage.js';
import {
  ReferenceLedger,
  type LedgerWorld,
  type ToldRecord,
  type Writes,
} from '../../verifier/trace-proof/testing/reference-ledger.js';
import type { TraceProof } from '../../verifier/trace-proof/types.js';
import type { ProofWorld } from './trace-proof-scene.js';

/** A request; what is left out is nothing, or the most. */
export interface Asked {
  readonly traceId: string;
  readonly direction?: string;
  readonly recorders?: { readonly mspIds: string[] };
  readonly identifiers?: number;
  readonly events?: number;
  readonly newest?: number;
  readonly envelopes?: boolean;
  readonly blockNum?: bigint;
}

/** Checking height of the scene's masters: each even block is the end of a cycle. */
export const C = 2;

/** One ledger twice: as the reference keeps it, and as masters follow it. */
export class MasterScene {
  readonly ledger: ReferenceLedger;
  readonly chain: TestChain;
  readonly masters: readonly TestMaster[];
  readonly prover: Prover;
  readonly #world: ProofWorld;
  #last: Uint8Array | null = null;

  private constructor(world: ProofWorld, masters: readonly TestMaster[]) {
    this.#world = world;
    this.masters = masters;
    this.chain = new TestChain(world.network);
    this.prover = new Prover(this.master.ledger, C);
    const remembering: LedgerWorld = {
      networkId: world.networkId,
      membership: world.membership,
      attest: (mspId, body, at) => world.attest(mspId, body, at),
      transaction: (mspId, nonce, writes) => {
        const made = world.transaction(mspId, nonce, writes);
        this.#last = made.envelope;
        return made;
      },
    };
    this.ledger = new ReferenceLedger(remembering);
  }

  /** A scene in its own folder; two of its masters are a quorum. */
  static async create(world: ProofWorld, folder: string): Promise<MasterScene> {
    const open = (index: number) =>
      TestMaster.open(world.network, index, `${folder}/${index}`, { checkingHeight: C });
    return new MasterScene(world, [await open(0), await open(1)]);
  }

  get master(): TestMaster {
    const [first] = this.masters;
    if (first === undefined) throw new RangeError('there is no master');
    return first;
  }

  /** Records in a block of its own. */
  capture(mspId: string, told: ToldRecord, domain = 'goods'): string {
    const recordId = this.ledger.capture(mspId, told, domain);
    this.#addBlock();
    return recordId;
  }

  /** A block of one transaction that writes whatever it is told. */
  write(mspId: string, writes: (txId: string) => Writes): TraceEvent[] {
    const events = this.ledger.write(mspId, writes);
    this.#addBlock();
    return events;
  }

  async follow(): Promise<void> {
    for (const master of this.masters) await master.follow(this.chain);
  }

  /** What the first master sends. */
  async parts(asked: Asked): Promise<ProofPart[]> {
    const { signal } = new AbortController();
    const parts: ProofPart[] = [];
    for await (const part of this.prover.prove(requestOf(asked), 'caller', signal)) parts.push(part);
    return parts;
  }

  /** The proof that the first master makes, under what both masters attest. */
  async proven(asked: Asked): Promise<TraceProof> {
    return this.proofOf(asked, await this.parts(asked));
  }

  /** The proof that parts are, under what both masters attest. */
  async proofOf(asked: Asked, parts: Iterable<ProofPart>): Promise<TraceProof> {
    const { direction, recorders, identifiers, events } = requestOf(asked);
    const { block, nodes, records, envelopes, traces } = await assembleProof(each(parts));
    return {
      question: {
        traceId: asked.traceId,
        direction: direction as TraceProof['question']['direction'],
        recorders: recorders?.mspIds ?? null,
        limits: { identifiers, events },
      },
      root: { block, attestations: this.masters.map((master) => master.attestation(block)) },
      transitions: [],
      tips: [],
      states: [],
      ...{ nodes, records, envelopes, traces },
    };
  }

  get trust(): ProofWorld['trust'] {
    return this.#world.trust;
  }

  async close(): Promise<void> {
    for (const master of this.masters) await master.close();
  }

  #addBlock(): void {
    if (this.#last === null) throw new RangeError('nothing was written');
    this.chain.add([this.#last]);
  }
}

export function requestOf(asked: Asked) {
  return create(ProveRequestSchema, { direction: 'none', ...LINEAGE_LIMITS, ...asked });
}

async function* each<T>(items: Iterable<T>): AsyncGenerator<T> {
  for (const item of items) yield await Promise.resolve(item);
}
