import { create } from '@bufbuild/protobuf';
import {
  checkingHeaderHash,
  checkNum as cycleOfBlock,
  encodeCheckingHeader,
  equalBytes,
  isCotraceError,
  Reader,
  u64,
  type CheckingHeader,
  type HeaderChain,
  type RankView,
} from '@cotrace/core';
import type { MainConfig } from '@cotrace/verifier';
import { EvidenceSchema, type SealedHeader } from '../../gen/cotrace/cotrace_pb.js';
import type { Log } from '../../node/log.js';
import type { BusinessHealth } from '../business-health.js';
import type { DomainRank } from '../domain-rank.js';
import type { DomainStore, RowWrite } from '../domain-store.js';
import { MAX_DIFFERENCES, MAX_DIFFERING_GROUPS } from '../limits.js';
import type { CycleKnowledge } from './compare-cycle.js';
import { CONSISTENT, cycleOf, differsRow, readDifference, readPoint, ROWS, rowOf } from './cycle-rows.js';
import {
  adoptConfig,
  agreedConfig,
  headerRows,
  keptChain,
  sealingConfig,
  type HeaderTerms,
} from './kept-headers.js';

/** That the state is not what a quorum sealed, at the end of a cycle. */
export interface CycleDifference {
  readonly checkNum: bigint;
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
  readonly rank: DomainRank;
  readonly health: Pick<BusinessHealth, 'disagrees'>;
  readonly terms: HeaderTerms;
  readonly log: Log;
}

/**
 * A business node's sealed headers, and how its own state stands to them: what is kept of a cycle is one batch, with what its
 * frozen height leaves of the rank tree.
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
    const { store, terms } = parts;
    await adoptConfig(store, terms);
    const row = store.row(CONSISTENT);
    const consistent = row === null ? 0n : new Reader(row, 'the row of the newest consistent cycle').u64();
    const differences = (await store.rows(ROWS.differs)).map(([key, bytes]) => {
      const { code, reason, blocks } = readDifference(bytes);
      return { checkNum: cycleOf(key), code, reason, blocks };
    });
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

  /** The cycles since then at whose ends it is not, the first of them. */
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

  /** Keeps the next header; `agrees` as `compareCycle` says. */
  async verified(header: CheckingHeader, agrees: boolean | null): Promise<void> {
    const { store, rank, log } = this.#parts;
    const { checkNum } = header;
    const chain = this.#chain;
    if (chain === null) throw new RangeError('there is no chain of headers to continue');
    const bytes = encodeCheckingHeader(header);
    const before = this.#differences;
    const differences = agrees === true ? [] : agrees === null ? before : this.#withDifference(header);
    await store.inTurn(async () => {
      const rows: RowWrite[] = [
        ...headerRows(chain, header, checkingHeaderHash(bytes)),
        { key: rowOf(ROWS.due, checkNum), bytes: null },
        ...(await this.#oldConfigs(checkNum)),
        ...(agrees === true ? [{ key: CONSISTENT, bytes: u64(checkNum) }] : []),
        ...before.map((one) => ({ key: rowOf(ROWS.differs, one.checkNum), bytes: null })),
        ...differences.map((one) => differsRow(one.checkNum, one)),
      ];
      // The height stays until the next one is compared: what differs there, here or elsewhere, can be looked for.
      await store.commitRank(rank.released(checkNum - 1n), rows);
    });
    this.#chain = chain.extend(bytes);
    this.#differences = differences;
    if (agrees === true) this.#consistent = checkNum;
    if (agrees === true && before.length > 0) {
      log.info(`the state is what a quorum sealed again, at the end of cycle ${checkNum}`);
    }
    this.#tell();
  }

  /** The own tree at the end of cycle `checkNum`; null where that was not frozen. Throws `RANK_TREE_DAMAGED`. */
  view(checkNum: bigint): RankView | null {
    try {
      return this.#parts.rank.view(checkNum);
    } catch (error) {
      if (isCotraceError(error, 'NOT_FROZEN')) return null;
      throw error;
    }
  }

  /** Keeps in which groups the state differs at the end of cycle `checkNum`, which is among the differences. */
  async located(checkNum: bigint, blocks: readonly bigint[]): Promise<void> {
    const { store, log, terms } = this.#parts;
    this.#differences = this.#differences.map((one) =>
      one.checkNum === checkNum
        ? { ...one, blocks, reason: `${one.reason}: ${groupsText(blocks, terms.consortium.checkingHeight)}` }
        : one,
    );
    const found = this.#differences.find((one) => one.checkNum === checkNum);
    if (found === undefined) return;
    log.error(found.reason);
    await store.inTurn(() => store.commitRank([], [differsRow(checkNum, found)]));
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

  #withDifference({ checkNum, cyclePointBlock }: CheckingHeader): readonly CycleDifference[] {
    if (this.#differences.length >= MAX_DIFFERENCES) return this.#differences;
    const { domain } = this.#parts;
    const reason = `the state of ${domain} after block ${cyclePointBlock}, the end of cycle ${checkNum}, is not what a quorum sealed`;
    return [...this.#differences, { checkNum, code: 'STATE_DIFFERS', reason, blocks: [] }];
  }

  /** The rows of configurations that are no longer needed after cycle `checkNum`, removed. */
  async #oldConfigs(checkNum: bigint): Promise<RowWrite[]> {
    const { store } = this.#parts;
    const needed = await store.lastKey(ROWS.config, rowOf(ROWS.config, checkNum));
    const old = needed === null ? [] : await store.keysBefore(ROWS.config, needed);
    return old.map((key) => ({ key, bytes: null }));
  }

  #tell(): void {
    const [first] = this.#differences;
    this.#parts.health.disagrees(first?.reason ?? null);
  }
}

/** Groups by their blocks, in words, with the cycles that they are of. */
function groupsText(blocks: readonly bigint[], c: number): string {
  if (blocks.length === 0) return 'no group of the rank tree differs';
  const cycles = [...new Set(blocks.map((block) => cycleOfBlock(block, c)))];
  const most = blocks.length < MAX_DIFFERING_GROUPS ? '' : ', and maybe more';
  return `what blocks ${blocks.join(', ')} wrote differs (cycles ${cycles.join(', ')})${most}`;
}
