import { create } from '@bufbuild/protobuf';
import {
  checkingHeaderHash,
  checkNum as cycleOfBlock,
  encodeCheckingHeader,
  equalBytes,
  isCotraceError,
  LIFECYCLE_NAMESPACE,
  Reader,
  u64,
  type CheckingHeader,
  type HeaderChain,
  type RankView,
} from '@cotrace/core';
import type { MainConfig } from '@cotrace/verifier';
import { EvidenceSchema, type SealedHeader } from '../../gen/cotrace/cotrace_pb.js';
import type { Log } from '../../node/log.js';
import type { RowWrite } from '../../node/store.js';
import type { BusinessHealth } from '../business-health.js';
import type { DomainStore } from '../domain-store.js';
import type { HeldRanks } from '../held-ranks.js';
import { MAX_DIFFERENCES, MAX_DIFFERING_GROUPS } from '../limits.js';
import type { ComparedPart, CycleKnowledge } from './compare-cycle.js';
import {
  CONSISTENT,
  cycleOf,
  differsIn,
  differsRow,
  readDifference,
  readPoint,
  ROWS,
  rowOf,
} from './cycle-rows.js';
import {
  adoptConfig,
  agreedConfig,
  headerRows,
  keptChain,
  sealingConfig,
  type HeaderTerms,
} from './kept-headers.js';
import type { RankHeight } from './rank-peers.js';

/** That the state of the domain, or of `_lifecycle`, is not what a quorum sealed, at the end of a cycle. */
export interface CycleDifference extends RankHeight {
  readonly code: string;
  /** In words, for people. */
  readonly reason: string;
  /** The groups of the rank tree that differ, by their blocks, rising; none where that is not known. */
  readonly blocks: readonly bigint[];
}

/** What a book of cycles is kept with. */
export interface CycleBookParts {
  readonly domain: string;
  readonly store: DomainStore;
  readonly ranks: HeldRanks;
  readonly health: Pick<BusinessHealth, 'disagrees'>;
  readonly terms: HeaderTerms;
  readonly log: Log;
}

/**
 * A business node's sealed headers, and how its own state stands to them: what is kept of a cycle is one batch, with what its
 * frozen height leaves of the rank trees.
 */
export class CycleBook {
  readonly #parts: CycleBookParts;
  #chain: HeaderChain | null;
  #consistent: bigint;
  #differences: readonly CycleDifference[];
  /** Under which the last header was sealed. */
  #config: MainConfig | null = null;
  /** The header that contradicted last: its evidence is kept already. */
  #contradicting: Uint8Array = new Uint8Array();

  private constructor(
    parts: CycleBookParts,
    chain: HeaderChain | null,
    consistent: bigint,
    differences: readonly CycleDifference[],
  ) {
    this.#parts = parts;
    this.#chain = chain;
    this.#consistent = consistent;
    this.#differences = differences;
    this.#tell();
  }

  /** Throws `STORE_DAMAGED` where the headers in the store are not those that were verified. */
  static async open(parts: CycleBookParts): Promise<CycleBook> {
    const { domain, store, terms } = parts;
    await adoptConfig(store, terms);
    const row = store.row(CONSISTENT);
    const consistent = row === null ? 0n : new Reader(row, 'the row of the newest consistent cycle').u64();
    const differences = [
      ...(await keptDifferences(store, domain)),
      ...(await keptDifferences(store, LIFECYCLE_NAMESPACE)),
    ];
    return new CycleBook(parts, await keptChain(store, terms), consistent, differences);
  }

  /** The cycle whose header comes next. */
  get next(): bigint {
    return (this.#chain?.count ?? 0n) + 1n;
  }

  /** The last block of that cycle. */
  get nextPoint(): bigint {
    return this.next * BigInt(this.#parts.terms.consortium.checkingHeight);
  }

  /** The newest cycle at whose end the own state is what was sealed; 0: none yet. */
  get consistentUpTo(): bigint {
    return this.#consistent;
  }

  /** The cycles since then at whose ends it is not, the first of them: those of the domain, then those of `_lifecycle`. */
  get differences(): readonly CycleDifference[] {
    return this.#differences;
  }

  /** What is known of the next cycle, once its last block is verified; null where the store is too old to verify headers. */
  async knowledge(): Promise<CycleKnowledge | null> {
    const { domain, store, terms } = this.#parts;
    this.#chain ??= await keptChain(store, terms);
    if (this.#chain === null) return null;
    const config = await this.#sealing(this.#chain);
    const row = store.row(rowOf(ROWS.due, this.next));
    const point = row === null ? null : readPoint(row);
    const { name: channel } = terms.consortium.channels.checking;
    const agreed = await agreedConfig(store, this.next, terms);
    return { domain, channel, chain: this.#chain, config, agreed, point };
  }

  /** Keeps the next header; `parts` as `compareCycle` says. */
  async verified(header: CheckingHeader, parts: readonly ComparedPart[]): Promise<void> {
    const { domain, store, ranks, log } = this.#parts;
    const { checkNum } = header;
    const chain = this.#chain;
    if (chain === null) throw new RangeError('there is no chain of headers to continue');
    const bytes = encodeCheckingHeader(header);
    const before = this.#differences;
    const differences = parts.flatMap((part) => this.#differencesAfter(header, part));
    const isConsistent =
      differences.length === 0 && parts.some((part) => part.domain === domain && part.agrees === true);
    await store.inTurn(async () => {
      const rows: RowWrite[] = [
        ...headerRows(chain, header, checkingHeaderHash(bytes)),
        { key: rowOf(ROWS.due, checkNum), bytes: null },
        ...(await this.#oldConfigs(checkNum)),
        ...(isConsistent ? [{ key: CONSISTENT, bytes: u64(checkNum) }] : []),
        ...before.map((one) => ({ key: rowOf(differsIn(one.domain), one.checkNum), bytes: null })),
        ...differences.map(differsRow),
      ];
      // The height stays until the next one is compared: what differs there, here or elsewhere, can be looked for.
      await store.commitRows([...ranks.released(checkNum - 1n), ...rows]);
    });
    this.#chain = chain.extend(bytes);
    this.#differences = differences;
    if (isConsistent) this.#consistent = checkNum;
    if (isConsistent && before.length > 0) {
      log.info(`the state is what a quorum sealed again, at the end of cycle ${checkNum}`);
    }
    this.#tell();
  }

  /** Whether a difference is among those that are listed. */
  isListed(height: RankHeight): boolean {
    return this.#differences.some((one) => isOf(one, height));
  }

  /** The node’s own tree at a height; null where that was not frozen. Throws `RANK_TREE_DAMAGED`. */
  view({ domain, checkNum }: RankHeight): RankView | null {
    try {
      return this.#parts.ranks.of(domain).view(checkNum);
    } catch (error) {
      if (isCotraceError(error, 'NOT_FROZEN')) return null;
      throw error;
    }
  }

  /** Keeps in which groups the state differs at a height that is among the differences. */
  async located(height: RankHeight, blocks: readonly bigint[]): Promise<void> {
    const { store, log, terms } = this.#parts;
    this.#differences = this.#differences.map((one) =>
      isOf(one, height)
        ? { ...one, blocks, reason: `${one.reason}: ${groupsText(blocks, terms.consortium.checkingHeight)}` }
        : one,
    );
    const found = this.#differences.find((one) => isOf(one, height));
    if (found === undefined) return;
    log.error(found.reason);
    await store.inTurn(() => store.commitRows([differsRow(found)]));
    this.#tell();
  }

  /** Keeps a sealed header that contradicts what the node has verified, as evidence. The node continues with what it has. */
  async contradiction(
    sealed: SealedHeader,
    { cyclePointBlock }: CheckingHeader,
    reason: string,
  ): Promise<void> {
    if (equalBytes(sealed.header, this.#contradicting)) return;
    const { store, health, log } = this.#parts;
    const evidence = { kind: 'contradiction', blockNum: cyclePointBlock, reason, sealedHeaders: [sealed] };
    await store.keepEvidence(create(EvidenceSchema, evidence), null);
    this.#contradicting = sealed.header;
    log.error(`${reason}; the evidence is kept`);
    health.disagrees(reason);
  }

  /** Members seldom change, and reading their certificates takes longer than all else of a cycle. */
  async #sealing(chain: HeaderChain): Promise<MainConfig> {
    if (this.#config === null || !equalBytes(this.#config.hash, chain.membership)) {
      this.#config = await sealingConfig(this.#parts.store, chain, this.#parts.terms);
    }
    return this.#config;
  }

  /** The differences of one part once it was compared with a header. */
  #differencesAfter(
    { checkNum, cyclePointBlock }: CheckingHeader,
    { domain, agrees }: ComparedPart,
  ): readonly CycleDifference[] {
    if (agrees === true) return [];
    const before = this.#differences.filter((one) => one.domain === domain);
    if (agrees === null || before.length >= MAX_DIFFERENCES) return before;
    const reason = `the state of ${domain} after block ${cyclePointBlock}, the end of cycle ${checkNum}, is not what a quorum sealed`;
    return [...before, { domain, checkNum, code: 'STATE_DIFFERS', reason, blocks: [] }];
  }

  /** The rows of configurations that are no longer needed after cycle `checkNum`, removed. */
  async #oldConfigs(checkNum: bigint): Promise<RowWrite[]> {
    const { store } = this.#parts;
    const needed = await store.lastKey(ROWS.config, rowOf(ROWS.config, checkNum));
    const old = needed === null ? [] : await store.keysBefore(ROWS.config, needed);
    return old.map((key) => ({ key, bytes: null }));
  }

  #tell(): void {
    const firsts = [this.#parts.domain, LIFECYCLE_NAMESPACE].flatMap(
      (domain) => this.#differences.find((one) => one.domain === domain)?.reason ?? [],
    );
    this.#parts.health.disagrees(firsts.length === 0 ? null : firsts.join('; '));
  }
}

function isOf(one: CycleDifference, { domain, checkNum }: RankHeight): boolean {
  return one.domain === domain && one.checkNum === checkNum;
}

/** The differences that a store keeps of the domain, or of `_lifecycle`. */
async function keptDifferences(store: DomainStore, domain: string): Promise<CycleDifference[]> {
  return (await store.rows(differsIn(domain))).map(([key, bytes]) => {
    const { code, reason, blocks } = readDifference(bytes);
    return { domain, checkNum: cycleOf(key), code, reason, blocks };
  });
}

/** Groups by their blocks, in words, with the cycles that they are of. */
function groupsText(blocks: readonly bigint[], c: number): string {
  if (blocks.length === 0) return 'no group of the rank tree differs';
  const cycles = [...new Set(blocks.map((block) => cycleOfBlock(block, c)))];
  const most = blocks.length < MAX_DIFFERING_GROUPS ? '' : ', and maybe more';
  return `what blocks ${blocks.join(', ')} wrote differs (cycles ${cycles.join(', ')})${most}`;
}
