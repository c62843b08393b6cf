import { MerkleTree, sha256, toHex } from '@cotrace/core';
import { nodeVerifier } from '@cotrace/network';
import { type ProofTransaction, readTrust, type RecordsProof, type Trust } from '@cotrace/verifier';
import { oddRecords } from './odd-records.js';
import { recordsProof, trustFile } from './proofs.js';
import { capture, type TestRecord } from './records.js';
import { TestChain } from './test-chain.js';
import { TestMaster } from './test-master.js';
import { TestNetwork } from './test-network.js';
import { definition, put, type TestWrite } from './transactions.js';

const MVCC_READ_CONFLICT = 11;

/** Block with an invalid transaction that would be the second record of SALT. */
export const INVALID = { block: 7n, txNum: 0 } as const;

/** Identifiers whose second record does not follow their first, and the blocks of both; the transaction is number 1. */
export const BROKEN_CHAINS = [
  { traceId: 'OTHER-BEFORE', second: { preTraceTxId: 'ab'.repeat(32) }, blocks: [12n, 13n] },
  { traceId: 'TOO-FAR', second: { ver: 3 }, blocks: [14n, 15n] },
] as const;

/** Block whose transactions are the odd records, in their order. */
export const ODD_BLOCK = 8n;

/** A network whose masters have followed a small chain, and the honest proof of what is on it. */
export class ProofScene {
  readonly network: TestNetwork;
  readonly chain: TestChain;
  readonly masters: readonly TestMaster[];
  readonly trust: Trust;
  /** Up from FLOUR: two records of it, GRAIN it was milled from, and FIELD, of which nothing is known. */
  readonly honest: RecordsProof;

  private constructor(
    network: TestNetwork,
    chain: TestChain,
    masters: readonly TestMaster[],
    honest: RecordsProof,
  ) {
    this.network = network;
    this.chain = chain;
    this.masters = masters;
    this.trust = readTrust(trustFile(network), nodeVerifier);
    this.honest = honest;
  }

  static async create(): Promise<ProofScene> {
    const network = await TestNetwork.create();
    const chain = new TestChain(network);
    const masters = await TestMaster.openAll(network);
    chain.add([definition(network, 'goods'), definition(network, 'retail')]);
    const noise = () => put(network, 'retail', { noise: String(chain.height) });
    const add = (record: TestRecord) => {
      const { txId, envelope } = capture(network, record);
      return { txId, hash: toHex(chain.add([noise(), envelope, noise()]).headerHash) };
    };
    const harvest = add({
      label: 'harvest',
      traces: [
        { id: 'FIELD', role: 'input', ver: 1 },
        { id: 'GRAIN', role: 'output', ver: 1 },
      ],
    });
    const milling = add({
      label: 'milling',
      traces: [
        { id: 'GRAIN', role: 'input', ver: 2, preTraceTxId: harvest.txId, preTraceHash: harvest.hash },
        { id: 'FLOUR', role: 'output', ver: 1 },
      ],
    });
    add({
      label: 'storing',
      traces: [
        { id: 'FLOUR', role: 'subject', ver: 2, preTraceTxId: milling.txId, preTraceHash: milling.hash },
      ],
    });
    add({ label: 'selling', domain: 'retail', traces: [{ id: 'FLOUR', role: 'subject', ver: 1 }] });
    add({ label: 'other', traces: [{ id: 'SALT', role: 'subject', ver: 1 }] });
    const lost = capture(network, {
      label: 'lost',
      traces: [{ id: 'SALT', role: 'subject', ver: 2, preTraceTxId: harvest.txId }],
    });
    chain.add([lost.envelope, noise()], [MVCC_READ_CONFLICT]);
    chain.add(oddRecords(network).map(({ envelope }) => envelope));
    chain.add([besideEachOther(network)]);
    const mixed = ['M1', 'M2'].map((id) => {
      const made = { label: `made ${id}`, traces: [{ id, role: 'output' as const, ver: 1 }] };
      return { id, ...capture(network, made) };
    });
    const preTraceHash = toHex(chain.add(mixed.map(({ envelope }) => envelope)).headerHash);
    add({
      label: 'mixing',
      traces: [
        ...mixed.map(({ id, txId }) => ({
          id,
          role: 'input' as const,
          ver: 2,
          preTraceTxId: txId,
          preTraceHash,
        })),
        { id: 'MIX', role: 'output', ver: 1 },
        { id: 'MIX', role: 'subject', ver: 1 },
      ],
    });
    for (const { traceId: id, second } of BROKEN_CHAINS) {
      const { txId: preTraceTxId } = add({ label: `${id} 1`, traces: [{ id, role: 'subject', ver: 1 }] });
      add({ label: `${id} 2`, traces: [{ id, role: 'subject', ver: 2, preTraceTxId, ...second }] });
    }
    for (const master of masters) await master.follow(chain);
    return new ProofScene(network, chain, masters, await recordsProof(masters, 'FLOUR', 'up'));
  }

  async close(): Promise<void> {
    for (const master of this.masters) await master.close();
    await this.network.remove();
  }

  /** What masters attest of a block. */
  attestations(blockNum: bigint): RecordsProof['blocks'][number] {
    return { block: blockNum, attestations: this.masters.map((master) => master.attestation(blockNum)) };
  }

  /** A transaction with its inclusion proof. */
  transaction(blockNum: bigint, txNum: number): ProofTransaction {
    const leaves = this.masters[0]?.store.block(blockNum).transactions.map(({ leaf }) => leaf) ?? [];
    return {
      block: blockNum,
      txNum,
      envelope: this.chain.block(blockNum).envelopes[txNum] ?? new Uint8Array(),
      inclusionProof: new MerkleTree(leaves).inclusionProof(txNum),
    };
  }

  /** A proof that shows transactions as the answer to a question about one identifier. */
  proofOf(
    traceId: string,
    places: readonly { readonly block: bigint; readonly txNum: number }[],
  ): RecordsProof {
    return {
      question: { traceId, direction: 'none' },
      blocks: [...new Set(places.map(({ block }) => block))].map((blockNum) => this.attestations(blockNum)),
      transactions: places.map(({ block, txNum }) => this.transaction(block, txNum)),
    };
  }

  /** The hash of a leaf of a block's transaction tree. */
  leafHash(blockNum: bigint, txNum: number): Uint8Array {
    const leaf = this.masters[0]?.store.block(blockNum).transactions[txNum]?.leaf ?? new Uint8Array();
    return sha256(Uint8Array.of(0), leaf);
  }
}

/** A transaction of a chaincode that captures two records, of PEAR and of PLUM, which have nothing to do with each other. */
function besideEachOther(network: TestNetwork): Uint8Array {
  const label = 'two at once';
  const writes: TestWrite[] = [];
  for (const id of ['PEAR', 'PLUM']) {
    capture(network, { label, traces: [{ id, role: 'subject', ver: 1 }] }, (capturing) => {
      writes.push(...capturing.writes);
      return [];
    });
  }
  // Equal labels make equal event hashes: one `evt/` key.
  return capture(network, { label, traces: [] }, () => [...new Map(writes)]).envelope;
}
