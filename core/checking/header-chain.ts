import { equalBytes } from '../bytes/bytes.js';
import { CotraceError } from '../errors.js';
import { FIRST_RULES } from '../formats/known-rules.js';
import { checkCheckingHeight } from '../formats/rev.js';
import { sha256 } from '../hash.js';
import { leafHash } from '../merkle/hashing.js';
import { peakPlaces, peaksAfter, rootOfPeaks } from '../merkle/peaks.js';
import { checkingHeaderHash, decodeCheckingHeader, type CheckingHeader } from './header.js';
import { encodeHistoryLeaf } from './leaves.js';

/** What the chain of a network's checking headers begins from. */
export interface ChainOrigin {
  readonly networkId: Uint8Array;
  /** Checking height, 2…2^32−1. */
  readonly c: number;
  /** Header hash of main's block 0, 32 bytes. */
  readonly genesisHeaderHash: Uint8Array;
  /** `membershipHash` of the configuration in main's block 0. */
  readonly membership: Uint8Array;
}

/** What is stored of a chain to go on with it: its last header, and the peaks of the tree that its `historyRoot` is of. */
export interface ChainState {
  readonly header: Uint8Array;
  readonly peaks: readonly Uint8Array[];
}

/** The fields of a header that do not follow from the headers before it. */
export type CycleFacts = Pick<
  CheckingHeader,
  | 'parts'
  | 'bodyRoot'
  | 'cyclePointHeaderHash'
  | 'intervalSummary'
  | 'trieRoot'
  | 'anchored'
  | 'anchorBlock'
  | 'configBlock'
  | 'membership'
  | 'rules'
>;

/** The fields of a header that the next one may have as well, and the block from which on it has others. */
export type Standing = Pick<
  CheckingHeader,
  'cyclePointBlock' | 'parts' | 'anchored' | 'anchorBlock' | 'configBlock' | 'membership' | 'rules'
>;

interface Link {
  readonly header: CheckingHeader;
  readonly state: ChainState;
}

/**
 * A chain of checking headers up to its last: what the next one must be made of. It does not change; `extend` makes another
 * one. Nothing here says that a header counts: that is for its seal.
 */
export class HeaderChain {
  readonly origin: ChainOrigin;
  readonly #last: Link | null;
  /** Hash of the last header; of main's block 0 where there is none. */
  readonly hash: Uint8Array;
  /** Peaks of the tree over all headers, 32 bytes each. */
  readonly peaks: readonly Uint8Array[];

  private constructor(origin: ChainOrigin, last: Link | null) {
    checkCheckingHeight(origin.c);
    this.origin = origin;
    this.#last = last;
    this.hash = last === null ? origin.genesisHeaderHash : checkingHeaderHash(last.state.header);
    this.peaks = last === null ? [] : peaksWith(last.state, last.header.checkNum, this.hash);
  }

  /** The chain before header 1. Throws `BAD_CHECKING_HEIGHT`. */
  static start(origin: ChainOrigin): HeaderChain {
    return new HeaderChain(origin, null);
  }

  /**
   * The chain whose `state` was stored. Throws `HEADER_CHAIN` where header, peaks and origin do not fit together, and the
   * codes of `decodeCheckingHeader`.
   */
  static resume(origin: ChainOrigin, state: ChainState): HeaderChain {
    const header = decodeCheckingHeader(state.header);
    const { checkNum, historyRoot, networkId, cyclePointBlock } = header;
    const before = Number(checkNum) - 1;
    const wanted = before === 0 ? 0 : peakPlaces(before).length;
    const fits =
      state.peaks.length === wanted &&
      equalBytes(historyRoot, rootOf(state.peaks)) &&
      equalBytes(networkId, origin.networkId) &&
      cyclePointBlock === checkNum * BigInt(origin.c);
    if (!fits) throw notFollowing('resume', 'historyRoot', checkNum);
    return new HeaderChain(origin, { header, state });
  }

  /** The last header; null before the first. */
  get header(): CheckingHeader | null {
    return this.#last?.header ?? null;
  }

  /** What `resume` continues with; null before the first header. */
  get state(): ChainState | null {
    return this.#last?.state ?? null;
  }

  /** Number of headers: the CheckNum of the last. */
  get count(): bigint {
    return this.#last?.header.checkNum ?? 0n;
  }

  /** `membershipHash` of the organisations that seal the next header: those in force after the last one's cycle point. */
  get membership(): Uint8Array {
    return this.last.membership;
  }

  /** What the next header may leave as it is: of the last one, and before the first what holds of block 0. */
  get last(): Standing {
    if (this.#last !== null) return this.#last.header;
    const { membership } = this.origin;
    return {
      cyclePointBlock: 0n,
      parts: 0,
      anchored: 0n,
      anchorBlock: 0n,
      configBlock: 0n,
      membership,
      rules: FIRST_RULES,
    };
  }

  /** The next header, of what the blocks of its cycle give. */
  next(facts: CycleFacts): CheckingHeader {
    const checkNum = this.count + 1n;
    return {
      networkId: this.origin.networkId,
      checkNum,
      previousHeaderHash: this.hash,
      historyRoot: rootOf(this.peaks),
      parts: facts.parts,
      bodyRoot: facts.bodyRoot,
      cyclePointBlock: checkNum * BigInt(this.origin.c),
      cyclePointHeaderHash: facts.cyclePointHeaderHash,
      intervalSummary: facts.intervalSummary,
      trieRoot: facts.trieRoot,
      anchored: facts.anchored,
      anchorBlock: facts.anchorBlock,
      configBlock: facts.configBlock,
      membership: facts.membership,
      rules: facts.rules,
    };
  }

  /**
   * Checks that `header` can be the next one. Throws `HEADER_CHAIN`, naming the field that does not follow. `anchored` and
   * `configBlock` stay, or are of this cycle; the membership changes by a configuration block alone; rules do not become older.
   */
  follows(header: CheckingHeader): void {
    const wanted = this.next(header);
    const { last } = this;
    const isNew = (block: bigint): boolean => block > last.cyclePointBlock && block <= wanted.cyclePointBlock;
    const checks: Partial<Record<keyof CheckingHeader, boolean>> = {
      networkId: equalBytes(header.networkId, wanted.networkId),
      checkNum: header.checkNum === wanted.checkNum,
      previousHeaderHash: equalBytes(header.previousHeaderHash, wanted.previousHeaderHash),
      historyRoot: equalBytes(header.historyRoot, wanted.historyRoot),
      parts: header.parts >= last.parts,
      cyclePointBlock: header.cyclePointBlock === wanted.cyclePointBlock,
      anchored: header.anchored >= last.anchored,
      anchorBlock:
        header.anchored === last.anchored
          ? header.anchorBlock === last.anchorBlock
          : isNew(header.anchorBlock),
      configBlock: header.configBlock === last.configBlock || isNew(header.configBlock),
      membership: header.configBlock !== last.configBlock || equalBytes(header.membership, last.membership),
      rules: header.rules >= last.rules,
    };
    const field = Object.entries(checks).find(([, follows]) => !follows)?.[0] ?? null;
    if (field !== null) throw notFollowing('follow', field, header.checkNum);
  }

  /**
   * The chain with one more header, given as its bytes. Throws `HEADER_CHAIN` where it does not follow, and the codes of
   * `decodeCheckingHeader`.
   */
  extend(bytes: Uint8Array): HeaderChain {
    const header = decodeCheckingHeader(bytes);
    this.follows(header);
    return new HeaderChain(this.origin, { header, state: { header: bytes, peaks: this.peaks } });
  }
}

function peaksWith({ peaks }: ChainState, checkNum: bigint, headerHash: Uint8Array): Uint8Array[] {
  const leaf = leafHash(encodeHistoryLeaf(headerHash));
  return peaksAfter(Number(checkNum) - 1, peaks, leaf);
}

function rootOf(peaks: readonly Uint8Array[]): Uint8Array {
  return peaks.length === 0 ? sha256() : rootOfPeaks(peaks);
}

function notFollowing(how: 'follow' | 'resume', field: string, checkNum: bigint): CotraceError {
  const message =
    how === 'follow'
      ? `checking header ${checkNum} does not follow from the one before: ${field}`
      : `checking header ${checkNum} and what is stored beside it do not fit together`;
  return new CotraceError('HEADER_CHAIN', message, { checkNum: String(checkNum), field });
}
