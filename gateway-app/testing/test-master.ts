import { fromHex } from '@cotrace/core';
import { nodeVerifier, type SigningIdentity } from '@cotrace/network';
import type { AttestationSource } from '../business/follow-attestations.js';
import type { BlockOrigin } from '../business/docking.js';
import { Chain } from '../fabric/chain.js';
import type { Attestation, BusinessBlock } from '../gen/cotrace/cotrace_pb.js';
import { Attestor } from '../master/attestor.js';
import { businessBlock } from '../master/business-block.js';
import { MasterLedger, type LedgerParts } from '../master/master-ledger.js';
import { MasterStore } from '../master/master-store.js';
import { readBlock } from '../master/read-block.js';
import { HeightFeed } from '../node/feed.js';
import { SilentLog } from './silent-log.js';
import type { TestChain } from './test-chain.js';
import type { TestNetwork } from './test-network.js';

/** A trie that a test has room for. */
export const TEST_TRIE = { threads: 1, bytes: 64 << 20, saveAfter: 100_000 };

/** A master without its process: blocks of a test chain go in, attestations and business blocks come out. */
export class TestMaster {
  readonly name: string;
  readonly identity: SigningIdentity;
  readonly ledger: MasterLedger;
  readonly feed: HeightFeed;
  readonly #chain: Chain;

  private constructor(network: TestNetwork, name: string, identity: SigningIdentity, ledger: MasterLedger) {
    this.name = name;
    this.identity = identity;
    this.ledger = ledger;
    const hash = fromHex(network.consortium.channels.main.genesisHeaderHash, 32);
    this.#chain = new Chain(hash, nodeVerifier, ledger.store.checkpoint());
    this.feed = new HeightFeed(this.#chain.next);
  }

  /** The master of organisation `index`, its store in a folder of the network's. */
  static async open(
    network: TestNetwork,
    index: number,
    folder = `master${index}`,
    parts: Partial<LedgerParts> = {},
  ): Promise<TestMaster> {
    const { name, master } = network.organisation(index);
    const store = await MasterStore.open(network.folder(folder), network.owner(`${name}.master`));
    try {
      const ledger = await MasterLedger.open({
        store,
        attestor: new Attestor(master),
        terms: network.terms,
        checkingHeight: network.consortium.checkingHeight,
        trie: TEST_TRIE,
        log: new SilentLog(),
        ...parts,
      });
      return new TestMaster(network, `${name}.master`, master, ledger);
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  get store(): MasterStore {
    return this.ledger.store;
  }

  /** Masters of all organisations, in a folder of the network's. */
  static async openAll(network: TestNetwork, folder = 'masters'): Promise<TestMaster[]> {
    return Promise.all(
      network.organisations.map(({ name }, i) => TestMaster.open(network, i, `${folder}/${name}`)),
    );
  }

  /** Processes the blocks of `chain` that it has not yet. */
  async follow(chain: TestChain): Promise<void> {
    while (this.#chain.next < chain.height) await this.take(chain.block(this.#chain.next).bytes);
  }

  /** Takes in the next block, as its peer delivers it. Throws as `Chain.check`, `readBlock` and `MasterLedger.append`. */
  async take(bytes: Uint8Array): Promise<void> {
    const block = readBlock(this.#chain.check(bytes));
    await this.ledger.append(block, new Date());
    this.#chain.advance(block.checkpoint);
    this.feed.advance(this.#chain.next);
  }

  attestation(blockNum: bigint): Attestation {
    return this.store.attestation(blockNum);
  }

  businessBlock(blockNum: bigint, domain: string): BusinessBlock {
    return businessBlock(this.store, blockNum, domain);
  }

  /** This master as a business node of `domain` sees it over the wire. */
  origin(domain: string): BlockOrigin {
    const { feed, name } = this;
    const block = (blockNum: bigint) => this.businessBlock(blockNum, domain);
    return {
      name,
      async *blocks(from, signal) {
        for await (const blockNum of feed.numbers(from, signal)) yield block(blockNum);
      },
    };
  }

  /** This master's stream of attestations. */
  get source(): AttestationSource {
    const { feed, name } = this;
    const attestation = (blockNum: bigint) => this.attestation(blockNum);
    return {
      name,
      async *attestations(from, signal) {
        for await (const blockNum of feed.numbers(from, signal)) yield attestation(blockNum);
      },
    };
  }

  async close(): Promise<void> {
    await this.ledger.close();
    await this.store.close();
  }
}
