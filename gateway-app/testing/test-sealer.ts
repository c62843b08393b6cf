import {
  bodyOf,
  decodeAttestationBody,
  encodeCheckingHeader,
  encodeIntervalLeaf,
  fromHex,
  HeaderChain,
  headerKey,
  merkleRoot,
  type CheckingHeader,
  type PartLeaf,
} from '@cotrace/core';
import { isConfigBlock } from '@cotrace/fabric-model';
import { nodeVerifier, type SigningIdentity } from '@cotrace/network';
import { mainConfig } from '@cotrace/verifier';
import type { SealedSource } from '../business/checking/follow-cycles.js';
import { configOfEnvelope } from '../fabric/configuration.js';
import type { SealedHeader } from '../gen/cotrace/cotrace_pb.js';
import { sealedHeader, type SealedCycle } from '../master/checking/sealed-header.js';
import { HeightFeed } from '../node/feed.js';
import type { TestChain } from './test-chain.js';
import type { TestMaster } from './test-master.js';
import type { TestNetwork } from './test-network.js';
import { transaction, type Signers } from './transactions.js';

/** The organisations of a test that seal the cycles of a chain; what the parts are is the test's to say. */
export class TestSealer {
  readonly #network: TestNetwork;
  readonly #chain: TestChain;
  readonly #master: TestMaster;
  readonly #cycles: SealedCycle[] = [];
  /** Counts sealed cycles, from 1. */
  readonly #feed = new HeightFeed(1n);
  headers: HeaderChain;

  /** `master` has followed `chain` as far as cycles are sealed. */
  constructor(network: TestNetwork, chain: TestChain, master: TestMaster) {
    this.#network = network;
    this.#chain = chain;
    this.#master = master;
    const { consortium, terms } = network;
    this.headers = HeaderChain.start({
      networkId: terms.networkId,
      c: consortium.checkingHeight,
      genesisHeaderHash: fromHex(consortium.channels.main.genesisHeaderHash, 32),
      membership: this.#configAt(0n).membership,
    });
  }

  /** Seals the next cycle. */
  seal(parts: readonly PartLeaf[], endorsers: readonly SigningIdentity[] = this.#network.peers): SealedCycle {
    const cycle = this.make(parts, {}, endorsers);
    this.headers = this.headers.extend(cycle.header);
    this.#cycles.push(cycle);
    this.#feed.advance(BigInt(this.#cycles.length) + 1n);
    return cycle;
  }

  /** The next cycle as `seal` makes it, with other members of its header, and without going on. */
  make(
    parts: readonly PartLeaf[],
    others: Partial<CheckingHeader> = {},
    endorsers: readonly SigningIdentity[] = this.#network.peers,
  ): SealedCycle {
    const { c } = this.headers.origin;
    const last = (this.headers.count + 1n) * BigInt(c);
    const blocks = Array.from({ length: c }, (_, i) => last - BigInt(c - 1 - i));
    const interval = blocks.map((blockNum) => {
      const { txRoot, txTotal, trieRoot } = this.#attested(blockNum);
      const { headerHash } = this.#chain.block(blockNum);
      return encodeIntervalLeaf({ blockNum, headerHash, txRoot, txTotal, trieRoot });
    });
    const header = encodeCheckingHeader({
      ...this.headers.next({
        parts: parts.length,
        bodyRoot: bodyOf(parts).root,
        cyclePointHeaderHash: this.#chain.block(last).headerHash,
        intervalSummary: merkleRoot(interval),
        trieRoot: this.#attested(last).trieRoot,
        anchored: 0n,
        anchorBlock: 0n,
        rules: 1,
        ...this.#configAt(last),
      }),
      ...others,
    });
    return { header, seal: sealOf(this.#network, header, this.headers.count + 1n, endorsers), parts };
  }

  /** What a master sends of cycle `checkNum` to the nodes of a domain. */
  message(checkNum: bigint, domain: string): SealedHeader {
    const cycle = this.#cycles[Number(checkNum) - 1];
    if (cycle === undefined) throw new RangeError(`cycle ${checkNum} is not sealed`);
    return sealedHeader(cycle, domain);
  }

  /** A master that sends what was sealed; `change` may make something else of it. */
  source(
    name: string,
    domain = 'goods',
    change: (honest: SealedHeader, checkNum: bigint) => SealedHeader = (honest) => honest,
  ): SealedSource {
    const sealed = (checkNum: bigint) => change(this.message(checkNum, domain), checkNum);
    const feed = this.#feed;
    return {
      name,
      async *sealedHeaders(from, signal) {
        for await (const checkNum of feed.numbers(from, signal)) yield sealed(checkNum);
      },
    };
  }

  #attested(blockNum: bigint) {
    return decodeAttestationBody(this.#master.attestation(blockNum).body);
  }

  #configAt(last: bigint): Pick<CheckingHeader, 'configBlock' | 'membership'> {
    let configBlock = last;
    while (!isConfigBlock(this.#chain.block(configBlock))) configBlock -= 1n;
    const [envelope = new Uint8Array()] = this.#chain.block(configBlock).envelopes;
    return { configBlock, membership: mainConfig(configOfEnvelope(envelope), nodeVerifier).hash };
  }
}

/** The transaction of `checking` that proves a header. */
export function sealOf(
  network: TestNetwork,
  header: Uint8Array,
  checkNum: bigint,
  endorsers: readonly SigningIdentity[],
): Uint8Array {
  const chaincode = 'checking';
  const { checking } = network.topology.channels;
  const signers: Signers = {
    topology: { channels: { main: checking, checking } },
    organisation: (index) => network.organisation(index),
    peers: endorsers,
  };
  const rwset = { [chaincode]: { writes: { [headerKey(checkNum)]: header } } };
  return transaction(signers, { chaincode, rwset }).envelope;
}
