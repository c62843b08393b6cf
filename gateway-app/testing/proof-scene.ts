import { toHex } from '@cotrace/core';
import { nodeVerifier } from '@cotrace/network';
import { readTrust, type TraceProof, type Trust } from '@cotrace/verifier';
import { questionOf, traceProof, trustFile } from './proofs.js';
import { capture, type TestRecord } from './records.js';
import { TestChain } from './test-chain.js';
import { TestMaster } from './test-master.js';
import { TestNetwork } from './test-network.js';
import { definition, put } from './transactions.js';

/** A network whose masters have followed a small chain, and an honest proof of what is on it. */
export class ProofScene {
  readonly network: TestNetwork;
  readonly chain: TestChain;
  readonly masters: readonly TestMaster[];
  readonly trust: Trust;
  /** Up from FLOUR: three records of it, GRAIN it was milled from, and FIELD, of which nothing more is known. */
  readonly honest: TraceProof;

  private constructor(
    network: TestNetwork,
    chain: TestChain,
    masters: readonly TestMaster[],
    honest: TraceProof,
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
      eventTime: '2026-01-01T00:00:00.000Z',
      traces: [
        { id: 'FIELD', role: 'input', ver: 1 },
        { id: 'GRAIN', role: 'output', ver: 1 },
      ],
    });
    const milling = add({
      label: 'milling',
      eventTime: '2026-01-02T00:00:00.000Z',
      traces: [
        { id: 'GRAIN', role: 'input', ver: 2, preTraceTxId: harvest.txId, preTraceHash: harvest.hash },
        { id: 'FLOUR', role: 'output', ver: 1 },
      ],
    });
    add({
      label: 'storing',
      eventTime: '2026-01-03T00:00:00.000Z',
      traces: [
        { id: 'FLOUR', role: 'subject', ver: 2, preTraceTxId: milling.txId, preTraceHash: milling.hash },
      ],
    });
    add({
      label: 'selling',
      domain: 'retail',
      eventTime: '2026-01-04T00:00:00.000Z',
      traces: [{ id: 'FLOUR', role: 'subject', ver: 1 }],
    });
    add({ label: 'other', traces: [{ id: 'SALT', role: 'subject', ver: 1 }] });
    for (const master of masters) await master.follow(chain);
    return new ProofScene(
      network,
      chain,
      masters,
      await traceProof(network, masters, questionOf('FLOUR', 'up')),
    );
  }

  async close(): Promise<void> {
    for (const master of this.masters) await master.close();
    await this.network.remove();
  }

  /** What masters attest of a block. */
  attestations(blockNum: bigint): TraceProof['root'] {
    return { block: blockNum, attestations: this.masters.map((master) => master.attestation(blockNum)) };
  }
}
