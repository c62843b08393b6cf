import { create } from '@bufbuild/protobuf';
import {
  bodyOf,
  checkingHeaderHash,
  completedNodes,
  encodeCheckingHeader,
  encodeIntervalLeaf,
  equalBytes,
  grownPeaks,
  HeaderChain,
  leafHash,
  rootOfPeaks,
  type AttestationBody,
  type ChainOrigin,
  type PartLeaf,
} from '@cotrace/core';
import {
  OpenCycleSchema,
  StoredCycleSchema,
  type OpenCycle,
  type StoredCycle,
} from '../../gen/cotrace/store_pb.js';
import type { StoreBatch } from '../../node/store.js';
import type { AnchorWrite } from './anchors.js';
import type { CycleRows } from './cycle-rows.js';

/** What a block of main adds to its cycle. */
export interface CycleBlock {
  readonly number: bigint;
  readonly headerHash: Uint8Array;
  readonly body: Pick<AttestationBody, 'txRoot' | 'txTotal' | 'trieRoot'>;
  readonly anchors: readonly AnchorWrite[];
  /** Whether it holds transactions besides anchors. */
  readonly busy: boolean;
  /** Whether it brought a configuration. */
  readonly configures: boolean;
  /** `membershipHash` of the configuration in force after it. */
  readonly membership: Uint8Array;
  /** Digests of all rank trees, where it ends a cycle. */
  readonly parts: readonly PartLeaf[] | null;
}

/** What a block makes of the cycles; it takes effect once its rows are written and `CycleKeeper.took` knows. */
export interface CycleStep {
  readonly chain: HeaderChain;
  readonly open: OpenCycle;
  readonly ended: StoredCycle | null;
}

/** Of which network checking headers are, and how many blocks a cycle has. */
export type CycleTerms = Pick<ChainOrigin, 'networkId' | 'c'>;

/** Main's block 0, from which the first header follows. */
export type CycleGenesis = Pick<ChainOrigin, 'genesisHeaderHash' | 'membership'>;

/**
 * The checking cycles of a master: interval leaves are added block by block, and block n·c ends cycle n with its header, a
 * function of main's blocks alone (docs/formats.md, Checking header).
 */
export class CycleKeeper {
  readonly #terms: CycleTerms;
  readonly #rows: CycleRows;
  #chain: HeaderChain | null;
  #open: OpenCycle | null;

  private constructor(terms: CycleTerms, rows: CycleRows, chain: HeaderChain | null) {
    this.#terms = terms;
    this.#rows = rows;
    this.#chain = chain;
    this.#open = chain === null ? null : rows.open();
  }

  /** The cycles of a ledger without blocks. */
  static start(terms: CycleTerms, rows: CycleRows): CycleKeeper {
    return new CycleKeeper(terms, rows, null);
  }

  /**
   * Goes on after block `last`, the newest of the store. Throws `HEADER_CHAIN` and as `decodeCheckingHeader` where the newest
   * header is damaged.
   */
  static resume(terms: CycleTerms, rows: CycleRows, genesis: CycleGenesis, last: bigint): CycleKeeper {
    const origin = { ...terms, ...genesis };
    const count = last / BigInt(terms.c);
    if (count === 0n) return new CycleKeeper(terms, rows, HeaderChain.start(origin));
    return new CycleKeeper(terms, rows, HeaderChain.resume(origin, rows.chain(count)));
  }

  /** The chain of all headers that were computed; null before main's first block. */
  get chain(): HeaderChain | null {
    return this.#chain;
  }

  /** What the next block makes of the cycles; `now` is when the master has it. */
  step(block: CycleBlock, now: Date): CycleStep {
    if (this.#chain === null || this.#open === null) return this.#first(block);
    const chain = this.#chain;
    const open = this.#grown(this.#open, block, chain.count);
    if (block.parts === null) return { chain, open, ended: null };
    const { root: bodyRoot, leaves } = bodyOf(block.parts);
    const header = encodeCheckingHeader(
      chain.next({
        parts: leaves.length,
        bodyRoot,
        cyclePointHeaderHash: block.headerHash,
        intervalSummary: rootOfPeaks(open.peaks),
        trieRoot: block.body.trieRoot,
        anchored: open.anchored,
        anchorBlock: open.anchorBlock,
        configBlock: open.configBlock,
        membership: block.membership,
      }),
    );
    const dueMs = BigInt(now.getTime());
    const ended = create(StoredCycleSchema, { header, parts: [...leaves], busy: open.busy, dueMs });
    return {
      chain: chain.extend(header),
      open: create(OpenCycleSchema, { ...open, blocks: 0, peaks: [], busy: false }),
      ended,
    };
  }

  /** Adds the rows of a step to the batch that writes its block. */
  put(batch: StoreBatch, { chain, open, ended }: CycleStep): void {
    this.#rows.putOpen(batch, open);
    if (ended !== null) this.#rows.putEnded(batch, ended, chain.count, chain.state?.peaks ?? []);
  }

  /** To be called once the batch with the step is on disk. */
  took({ chain, open }: CycleStep): void {
    this.#chain = chain;
    this.#open = open;
  }

  #first({ headerHash, membership }: CycleBlock): CycleStep {
    const chain = HeaderChain.start({ ...this.#terms, genesisHeaderHash: headerHash, membership });
    return { chain, open: create(OpenCycleSchema, {}), ended: null };
  }

  #grown(open: OpenCycle, block: CycleBlock, computed: bigint): OpenCycle {
    const { number, headerHash, body } = block;
    const leaf = encodeIntervalLeaf({ blockNum: number, headerHash, ...body });
    const peaks = grownPeaks(open.peaks, completedNodes(open.blocks, open.peaks, leafHash(leaf)));
    let { anchored, anchorBlock } = open;
    for (const { checkNum, hash } of block.anchors) {
      if (checkNum <= anchored || checkNum > computed) continue;
      const header = this.#rows.header(checkNum);
      if (header === null || !equalBytes(checkingHeaderHash(header), hash)) continue;
      [anchored, anchorBlock] = [checkNum, number];
    }
    return create(OpenCycleSchema, {
      blocks: open.blocks + 1,
      peaks,
      busy: open.busy || block.busy,
      configBlock: block.configures ? number : open.configBlock,
      anchored,
      anchorBlock,
    });
  }
}
