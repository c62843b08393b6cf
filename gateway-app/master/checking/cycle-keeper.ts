import { create } from '@bufbuild/protobuf';
import {
  bodyOf,
  checkingHeaderHash,
  encodeCheckingHeader,
  encodeIntervalLeaf,
  equalBytes,
  FIRST_RULES,
  HeaderChain,
  leafHash,
  peaksAfter,
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
  readonly body: Pick<AttestationBody, 'txRoot' | 'txTotal' | 'trieRoot' | 'rules'>;
  /** The rules in force after it. */
  readonly rulesAfter: number;
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
  /** Cycles of which the block has an anchor. */
  readonly anchored: readonly bigint[];
  readonly blockNum: bigint;
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
   * Continues after block `last`, the newest of the store. Throws `HEADER_CHAIN` and as `decodeCheckingHeader` where the newest
   * header is damaged.
   */
  static resume(terms: CycleTerms, rows: CycleRows, genesis: CycleGenesis, last: bigint): CycleKeeper {
    const origin = { ...terms, ...genesis };
    const count = last / BigInt(terms.c);
    if (count === 0n) return new CycleKeeper(terms, rows, HeaderChain.start(origin));
    return new CycleKeeper(terms, rows, HeaderChain.resume(origin, rows.chain(count)));
  }

  /** The newest cycle that main has an anchor of; 0: none. */
  get anchored(): bigint {
    return this.#open?.anchored ?? 0n;
  }

  /** The rules in force for the next block. */
  get rules(): number {
    return Math.max(FIRST_RULES, this.#open?.rules ?? 0);
  }

  /** The chain of all headers that were computed; null before main's first block. */
  get chain(): HeaderChain | null {
    return this.#chain;
  }

  /** What the next block makes of the cycles; `now` is when the master has it. */
  step(block: CycleBlock, now: Date): CycleStep {
    if (this.#chain === null || this.#open === null) return this.#first(block);
    const chain = this.#chain;
    const { number: blockNum } = block;
    const anchored = this.#anchoredBy(block, chain.count);
    const open = grown(this.#open, block, anchored);
    if (block.parts === null) return { chain, open, ended: null, anchored, blockNum };
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
        rules: block.body.rules,
      }),
    );
    const dueMs = BigInt(now.getTime());
    const ended = create(StoredCycleSchema, { header, parts: [...leaves], busy: open.busy, dueMs });
    return {
      chain: chain.extend(header),
      open: create(OpenCycleSchema, { ...open, blocks: 0, peaks: [], busy: false }),
      ended,
      anchored,
      blockNum,
    };
  }

  /** Adds the rows of a step to the batch that writes its block. */
  put(batch: StoreBatch, { chain, open, ended, anchored, blockNum }: CycleStep): void {
    this.#rows.putOpen(batch, open);
    for (const checkNum of anchored) this.#rows.putAnchored(batch, checkNum, blockNum);
    if (ended !== null) this.#rows.putEnded(batch, ended, chain.count, chain.state?.peaks ?? []);
  }

  /** To be called once the batch with the step is on disk. */
  took({ chain, open }: CycleStep): void {
    this.#chain = chain;
    this.#open = open;
  }

  #first({ headerHash, membership }: CycleBlock): CycleStep {
    const chain = HeaderChain.start({ ...this.#terms, genesisHeaderHash: headerHash, membership });
    return {
      chain,
      open: create(OpenCycleSchema, { rules: FIRST_RULES }),
      ended: null,
      anchored: [],
      blockNum: 0n,
    };
  }

  /** The cycles of which a block has the first anchor: with the hash that this master computed. */
  #anchoredBy({ anchors }: CycleBlock, computed: bigint): bigint[] {
    const found = new Set<bigint>();
    for (const { checkNum, hash } of anchors) {
      if (checkNum > computed || this.#rows.anchorBlock(checkNum) !== null) continue;
      const header = this.#rows.header(checkNum);
      if (header !== null && equalBytes(checkingHeaderHash(header), hash)) found.add(checkNum);
    }
    return [...found];
  }
}

/** The running cycle with one more block, which has these anchors. */
function grown(open: OpenCycle, block: CycleBlock, anchors: readonly bigint[]): OpenCycle {
  const { number, headerHash, body } = block;
  const leaf = encodeIntervalLeaf({ blockNum: number, headerHash, ...body });
  const newest = anchors.reduce((most, checkNum) => (checkNum > most ? checkNum : most), open.anchored);
  return create(OpenCycleSchema, {
    blocks: open.blocks + 1,
    peaks: peaksAfter(open.blocks, open.peaks, leafHash(leaf)),
    busy: open.busy || block.busy,
    configBlock: block.configures ? number : open.configBlock,
    anchored: newest,
    anchorBlock: newest > open.anchored ? number : open.anchorBlock,
    rules: block.rulesAfter,
  });
}
