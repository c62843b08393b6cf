import { isCotraceError, sha256, utf8, type Attestation } from '@cotrace/core';
import { ChannelConfig } from '@cotrace/fabric-model';
import { nodeVerifier } from '@cotrace/network';
import { Attestor } from '../../gateway-app/master/attestor.js';
import { attest } from '../../gateway-app/testing/attestations.js';
import { trustFile } from '../../gateway-app/testing/proofs.js';
import { TestNetwork } from '../../gateway-app/testing/test-network.js';
import { transaction } from '../../gateway-app/testing/transactions.js';
import { mainConfig } from '../../verifier/main-block/main-config.js';
import { readTrust, type Trust } from '../../verifier/proof/trust.js';
import { answerJson, type TraceAnswer } from '../../verifier/trace-proof/answer.js';
import { readTraceProof, writeTraceProof } from '../../verifier/trace-proof/proof-file.js';
import {
  ReferenceLedger,
  type LedgerWorld,
  type Writes,
} from '../../verifier/trace-proof/testing/reference-ledger.js';
import type { Tip, TraceProof, TraceQuestion } from '../../verifier/trace-proof/types.js';
import { verifyTraceProof } from '../../verifier/trace-proof/verify-trace-proof.js';

/** The organisations of the scene; two of them are a quorum. */
export const [O, M, N] = ['Org1MSP', 'Org2MSP', 'Org3MSP'] as const;
export const QUORUM = [O, M] as const;

/** Three organisations with real certificates, whose ledgers are kept by the reference. */
export class ProofWorld implements LedgerWorld {
  readonly network: TestNetwork;
  readonly trustText: string;
  readonly trust: Trust;
  readonly networkId: Uint8Array;
  readonly membership: Uint8Array;
  #next: Promise<TestNetwork> | null = null;

  private constructor(network: TestNetwork) {
    this.network = network;
    this.trustText = trustFile(network);
    this.trust = readTrust(this.trustText, nodeVerifier);
    this.networkId = network.terms.networkId;
    this.membership = mainConfig(ChannelConfig.fromBlock(network.genesis), nodeVerifier).hash;
  }

  static async create(): Promise<ProofWorld> {
    return new ProofWorld(await TestNetwork.create());
  }

  ledger(): ReferenceLedger {
    return new ReferenceLedger(this);
  }

  transaction(mspId: string, nonce: Uint8Array, writes: Writes) {
    return this.#transactionOn(this.network, mspId, nonce, writes);
  }

  #transactionOn(network: TestNetwork, mspId: string, nonce: Uint8Array, writes: Writes) {
    const { client } = this.#organisation(mspId);
    const rwset = Object.fromEntries(
      Object.entries(writes).map(([domain, values]) => [domain, { writes: values }]),
    );
    const [chaincode = 'goods'] = Object.keys(writes);
    return transaction(network, { chaincode, rwset, client, nonce, endorsers: [] });
  }

  attest(mspId: string, body: Uint8Array, unixSeconds: bigint): Attestation {
    return attest(this.#organisation(mspId).peer, body, new Date(Number(unixSeconds) * 1000));
  }

  /** The same world, whose transactions are on another channel. */
  elsewhere(): LedgerWorld {
    const { networkId, membership } = this;
    const network = this.network.sibling('other');
    return {
      ...{ networkId, membership },
      transaction: (mspId, nonce, writes) => this.#transactionOn(network, mspId, nonce, writes),
      attest: (mspId, body, unixSeconds) => this.attest(mspId, body, unixSeconds),
    };
  }

  /** The same organisations under new authorities, made when first asked for. */
  async next(): Promise<TestNetwork> {
    this.#next ??= TestNetwork.create();
    return this.#next;
  }

  /** A tip that a peer of the organisation signs. */
  tip(mspId: string, block: bigint, unixSeconds: bigint, networkId = this.networkId): Tip {
    const stated = { block, headerHash: sha256(utf8(`header ${block}`)), trieRoot: sha256() };
    const attestor = new Attestor(this.#organisation(mspId).peer);
    return attestor.tip({ networkId, ...stated }, new Date(Number(unixSeconds) * 1000));
  }

  async remove(): Promise<void> {
    await this.network.remove();
    await (await this.#next)?.remove();
  }

  #organisation(mspId: string) {
    const found = this.network.organisations.find((one) => one.mspId === mspId);
    if (found === undefined) throw new RangeError(`there is no ${mspId}`);
    return found;
  }
}

/** The answer of a proof that went through its text, as a file does. */
export function verified(proof: TraceProof, { trust }: Pick<ProofWorld, 'trust'>): TraceAnswer {
  return verifyTraceProof(readTraceProof(writeTraceProof(proof)), trust, null);
}

/** The canonical answer to a proof's text, or the code with which it is refused. */
export function verdictOn(text: string, trust: Trust): string {
  return verdictOf(outcomeOf(text, trust, null));
}

export function verdictOf(outcome: TraceAnswer | string): string {
  return typeof outcome === 'string' ? outcome : answerJson(outcome);
}

/** The answer to a proof's text, as to a question where there is one, or the code with which it is refused. */
export function outcomeOf(text: string, trust: Trust, asked: TraceQuestion | null): TraceAnswer | string {
  try {
    return verifyTraceProof(readTraceProof(text), trust, asked);
  } catch (error) {
    if (!isCotraceError(error)) throw error;
    return error.code;
  }
}
