import type { AttestationSource } from '../../business/follow-attestations.js';
import { Attestor } from '../../master/attestor.js';
import { TestBusinessNode, type TestBusinessOptions } from '../test-business-node.js';
import { TestMaster } from '../test-master.js';
import type { TestNetwork } from '../test-network.js';
import { SealedCycles } from './sealed-cycles.js';

/** Blocks that business nodes may be behind the master while it takes in the next. */
const MOST_BEHIND = 16;
/** Milliseconds. Nothing is withheld here: a node that is busy is not to blame its origin. */
const PATIENCE = { watch: 1000, withheld: 600_000, stay: 600_000, suspension: 1000 };

/** What is driven. */
export interface DrivenOptions {
  /** Folder of the network's in which the stores are. */
  readonly folder: string;
  /** Domains with a business node. */
  readonly domains: readonly string[];
  /** Whose master it is, by its place among the organisations. */
  readonly organisation?: number;
  /** Bytes of memory for the master's trie. */
  readonly trieBytes?: number;
}

/**
 * A master's ledger and business nodes of its organisation in this process: blocks go in at full speed, without processes,
 * peers and connections. The other organisations attest what this master does, as masters that agree with it would, and seal
 * each cycle as soon as it has ended.
 */
export class DrivenNodes {
  readonly master: TestMaster;
  /** One for each domain. */
  readonly nodes: readonly TestBusinessNode[];
  readonly #cycles: SealedCycles;

  private constructor(master: TestMaster, nodes: readonly TestBusinessNode[], cycles: SealedCycles) {
    this.master = master;
    this.nodes = nodes;
    this.#cycles = cycles;
  }

  static async open(network: TestNetwork, options: DrivenOptions): Promise<DrivenNodes> {
    const { folder, domains, organisation = 0, trieBytes = 64 << 20 } = options;
    const trie = { threads: 1, bytes: trieBytes, saveAfter: 1_000_000 };
    const master = await TestMaster.open(network, organisation, `${folder}/master`, { trie });
    const others = network.organisations.filter((_, index) => index !== organisation);
    const sources = [
      master.source,
      ...others.map(({ name, master: identity }) => alike(master, name, new Attestor(identity))),
    ];
    const cycles = new SealedCycles(network, master);
    const optionsOf = (domain: string): TestBusinessOptions => ({
      folder: `${folder}/${domain}`,
      domain,
      origins: [master.origin(domain)],
      sources,
      sealed: [cycles.source(domain)],
      patience: PATIENCE,
      withheldHeader: PATIENCE.withheld,
    });
    const nodes = await Promise.all(
      domains.map((domain) => TestBusinessNode.start(network, optionsOf(domain))),
    );
    return new DrivenNodes(master, nodes, cycles);
  }

  /** Takes in the next block; business nodes may still be some blocks behind. Throws as `TestMaster.take`, and where a node stops. */
  async take(bytes: Uint8Array): Promise<void> {
    await this.master.take(bytes);
    await this.#cycles.advance();
    await this.#wait(this.master.feed.height - BigInt(MOST_BEHIND));
  }

  /** Waits until the business nodes are where the master is, with all cycles compared. */
  async caughtUp(): Promise<void> {
    await this.#wait(this.master.feed.height);
    const { next } = this.#cycles;
    for (const node of this.nodes) {
      if (node.book.next < next) await node.until(() => node.book.next >= next);
    }
  }

  async close(): Promise<void> {
    for (const node of this.nodes) await node.stop();
    await this.master.close();
  }

  async #wait(height: bigint): Promise<void> {
    for (const node of this.nodes) {
      if (node.height < height) await node.until(() => node.height >= height);
    }
  }
}

/** The attestations of a master that agrees with `master`. */
function alike(master: TestMaster, name: string, attestor: Attestor): AttestationSource {
  return {
    name: `${name}.master`,
    async *attestations(from, signal) {
      for await (const blockNum of master.feed.numbers(from, signal)) {
        yield attestor.attest(master.attestation(blockNum).body, new Date());
      }
    },
  };
}
