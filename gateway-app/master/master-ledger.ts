import { checkNum, CotraceError, encodeAttestationBody, requireRules, type HeaderChain } from '@cotrace/core';
import { attestationBodyOf, type NetworkTerms } from '@cotrace/verifier';
import type { Log } from '../node/log.js';
import type { Attestor } from './attestor.js';
import type { StoreBatch } from '../node/store.js';
import { LedgerCycles } from './checking/ledger-cycles.js';
import type { LedgerTrie } from './ledger-trie.js';
import type { MasterStore } from './master-store.js';
import { openTrie, snapshotNote, snapshotPath } from './open-trie.js';
import type { ReadBlock } from './read-block.js';
import type { TrieSettings } from './trie-settings.js';
import { oldestKept } from './kept-cycles.js';

/** What a master's ledger is made of. */
export interface LedgerParts {
  readonly store: MasterStore;
  readonly attestor: Attestor;
  readonly terms: NetworkTerms;
  /** Checking height c. */
  readonly checkingHeight: number;
  readonly trie: TrieSettings;
  readonly log: Log;
}

/**
 * A master's store and the state trie beside it, which move together: a block goes into the trie, is attested with
 * its root, and is stored. Whoever reads both waits for that, so that what is read is of one block.
 */
export class MasterLedger {
  readonly store: MasterStore;
  readonly #parts: LedgerParts;
  readonly #trie: LedgerTrie;
  readonly #cycles: LedgerCycles;
  #failure: Error | null = null;
  #turn: Promise<void> = Promise.resolve();
  /** Changes that there were when a snapshot failed: trying again with every block would be all that is done. */
  #unsaved = 0;

  private constructor(parts: LedgerParts, trie: LedgerTrie, cycles: LedgerCycles) {
    this.store = parts.store;
    this.#parts = parts;
    this.#trie = trie;
    this.#cycles = cycles;
  }

  /** Opens the trie of a store; throws as `openTrie`. The store is the caller's to close, after `close`. */
  static async open(parts: LedgerParts): Promise<MasterLedger> {
    const { store, terms, checkingHeight, log } = parts;
    const trie = await openTrie(store, parts.trie, log);
    try {
      const cycles = await LedgerCycles.open(store, { networkId: terms.networkId, c: checkingHeight }, log);
      return new MasterLedger(parts, trie, cycles);
    } catch (error) {
      await trie.stop();
      throw error;
    }
  }

  /** Whether a block went wrong half way: the trie may be ahead of the store, and only a new start goes on. */
  get isBroken(): boolean {
    return this.#failure !== null;
  }

  /**
   * Takes in the next block and attests it, once for all. Throws `NOT_NEXT`, `DIVERGED` where nothing is attested any
   * more, and `RULES` where rules are in force that this version does not know; `TRIE_FULL`, `STORE_FAILED` and whatever else happens on the way break the ledger.
   */
  async append(block: ReadBlock, now: Date): Promise<void> {
    await this.#inTurn(async () => {
      const { number } = block.block;
      if (number !== this.#trie.next) {
        throw new CotraceError('NOT_NEXT', `the ledger expects block ${this.#trie.next}, not ${number}`, {
          next: this.#trie.next,
          block: number,
        });
      }
      this.#parts.attestor.requireAgreement();
      requireRules(this.#cycles.rules, `block ${number}`);
      try {
        await this.#append(block, now);
      } catch (error) {
        this.#failure = error instanceof Error ? error : new Error(String(error));
        throw error;
      }
    });
    if (this.#snapshotIsDue()) this.#saveSoon();
  }

  /** The chain of all checking headers that this master computed; null before main's first block. */
  get chain(): HeaderChain | null {
    return this.#cycles.chain;
  }

  /** The rules in force for the next block. */
  get rules(): number {
    return this.#cycles.rules;
  }

  /** The newest cycle that main has an anchor of; 0: none. */
  get anchored(): bigint {
    return this.#cycles.anchored;
  }

  /** Makes rank trees and cycles again of the store's blocks, where a quorum sealed something else than came of them. */
  remakeCycles(): Promise<void> {
    return this.#inTurn(() => this.#cycles.remake());
  }

  /** Runs `read` while trie and store are at one block, the store's last. Throws what broke the ledger. */
  read<T>(read: (trie: LedgerTrie) => T): Promise<T> {
    return this.#inTurn(() => read(this.#trie));
  }

  /** Writes a snapshot, where anything has changed, and lets the trie's threads go. */
  async close(): Promise<void> {
    await this.#inTurn(() => this.#save()).catch((error: unknown) => {
      if (!this.isBroken) this.#parts.log.warn('the state trie could not be saved', error);
    });
    await this.#trie.stop();
  }

  async #append(block: ReadBlock, now: Date): Promise<void> {
    const { checked, facts, writing, ...record } = block;
    const { store, attestor, terms, checkingHeight } = this.#parts;
    const { number } = record.block;
    attestor.requireFit(checked.main);
    const taken = await this.#trie.apply(writing, {
      removed: (key) => store.trie.removed(key, number),
      policyHash: (key) => store.trie.policyHash(key),
    });
    const { root, nodes } = await this.#trie.commit();
    const { rules } = this.#cycles;
    const body = attestationBodyOf(checked.block, facts, checked.main.hash, terms, root, rules);
    const ended = number / BigInt(checkingHeight);
    const oldest = oldestKept(ended, store.checking.marks().sealed);
    const trie = { cycle: checkNum(number, checkingHeight), oldest, nodes, ...taken };
    const step = await this.#cycles.step(block, taken.keys, body, now);
    const putChecking = (batch: StoreBatch) => this.#cycles.put(batch, step);
    await store.append({
      ...record,
      trie,
      attestation: attestor.attest(encodeAttestationBody(body), now),
      putChecking,
    });
    this.#cycles.took(step);
  }

  /** Each is as long as the trie is large: so that all together cost a constant share of the changes. */
  #snapshotIsDue(): boolean {
    const { changes, fill } = this.#trie;
    return changes >= this.#unsaved + Math.max(this.#parts.trie.saveAfter, fill.keys / 2);
  }

  #saveSoon(): void {
    this.#inTurn(() => this.#save()).catch((error: unknown) => {
      this.#unsaved = this.#trie.changes;
      this.#parts.log.warn('the state trie could not be saved; it will be tried again later', error);
    });
  }

  async #save(): Promise<void> {
    if (this.#trie.changes === 0) return;
    const note = snapshotNote(this.store, this.#trie.root);
    if (note === null) return;
    await this.#trie.save(snapshotPath(this.store), note);
    this.#unsaved = 0;
  }

  /** One after the other, in the order of the calls. */
  async #inTurn<T>(act: () => Promise<T> | T): Promise<T> {
    const before = this.#turn;
    let done = (): void => undefined;
    this.#turn = new Promise((resolve) => {
      done = resolve;
    });
    await before;
    try {
      if (this.#failure !== null) throw this.#failure;
      return await act();
    } finally {
      done();
    }
  }
}
