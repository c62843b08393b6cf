import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { create } from '@bufbuild/protobuf';
import { DEFAULT_DOMAINS, rowsAndMarks, sha256, toHex, utf8, type ClientRecord } from '@cotrace/core';
import { nodeVerifier } from '@cotrace/network';
import { assembleProof } from '../../gateway-app/client/assemble-proof.js';
import { ProveRequestSchema, type ProofPart } from '../../gateway-app/gen/cotrace/cotrace_pb.js';
import { Attestor } from '../../gateway-app/master/attestor.js';
import { attestedRoot } from '../../gateway-app/master/open-trie.js';
import { Prover } from '../../gateway-app/master/proof/prover.js';
import { attest } from '../../gateway-app/testing/attestations.js';
import { questionOf, trustFile } from '../../gateway-app/testing/proofs.js';
import { capture, type TestTrace } from '../../gateway-app/testing/records.js';
import { TestChain } from '../../gateway-app/testing/test-chain.js';
import { TestMaster } from '../../gateway-app/testing/test-master.js';
import { TestNetwork } from '../../gateway-app/testing/test-network.js';
import { definition, put } from '../../gateway-app/testing/transactions.js';
import { readEpcisFile } from '../../epcis/read-documents.js';
import { readTrust, type Trust } from '../../verifier/proof/trust.js';
import type { TraceAnswer } from '../../verifier/trace-proof/answer.js';
import { readTraceProof, writeTraceProof } from '../../verifier/trace-proof/proof-file.js';
import type { Direction } from '../../verifier/lineage/types.js';
import type { TraceProof } from '../../verifier/trace-proof/types.js';
import { verifyTraceProof } from '../../verifier/trace-proof/verify-trace-proof.js';

const RECORDS_A_BLOCK = 128;
const KEYS_A_TRANSACTION = 1000;
const TRANSACTIONS_A_BLOCK = 50;
/** Room for 1.5 million keys and their values. */
const TRIE_BYTES = 512 << 20;

/** A proof as its file, with what it proves and what it took to make it. */
export interface ProofFile {
  readonly answer: TraceAnswer;
  readonly proof: TraceProof;
  /** Bytes of the file as gzip packs it. */
  readonly packed: number;
  /** Processor time of making it, in milliseconds. */
  readonly milliseconds: number;
  /** The most of that at a time, without letting others have the thread. */
  readonly held: number;
}

/** Bytes of the file of a proof as gzip packs it. */
export function packedSize(proof: TraceProof): number {
  return gzipSync(writeTraceProof(proof)).length;
}

/** A ledger as large as wanted, followed by a master in this process; three organisations attest its blocks. */
export class LargeLedger {
  readonly #network: TestNetwork;
  readonly #chain: TestChain;
  readonly #master: TestMaster;
  readonly #prover: Prover;
  readonly #trust: Trust;
  /** Newest row of an identifier in a domain. */
  readonly #rows = new Map<string, Pick<TestTrace, 'ver' | 'preTraceTxId' | 'preTraceHash'>>();
  #waiting: Uint8Array[] = [];
  #records = 0;

  private constructor(network: TestNetwork, master: TestMaster) {
    this.#network = network;
    this.#chain = new TestChain(network);
    this.#master = master;
    this.#prover = new Prover(master.ledger, network.consortium.checkingHeight);
    this.#trust = readTrust(trustFile(network), nodeVerifier);
  }

  static async create(): Promise<LargeLedger> {
    const domains = DEFAULT_DOMAINS.map(({ name }) => name);
    const network = await TestNetwork.create({ domains });
    const trie = { threads: 1, bytes: TRIE_BYTES, saveAfter: Number.MAX_SAFE_INTEGER };
    const ledger = new LargeLedger(network, await TestMaster.open(network, 0, 'master', { trie }));
    ledger.#chain.add(domains.map((domain) => definition(network, domain)));
    await ledger.follow();
    return ledger;
  }

  /** Text of the trust file. */
  get trustText(): string {
    return trustFile(this.#network);
  }

  /** Writes random keys, as other products' states would be. */
  async pad(keys: number): Promise<void> {
    const bytes = KEYS_A_TRANSACTION * 16;
    for (let written = 0; written < keys;) {
      const envelopes: Uint8Array[] = [];
      for (let i = 0; i < TRANSACTIONS_A_BLOCK && written < keys; i++) {
        const random = randomBytes(bytes).toString('hex');
        const writes = Array.from(
          { length: Math.min(KEYS_A_TRANSACTION, keys - written) },
          (_, at): [string, string] => [`rec/${random.slice(32 * at, 32 * at + 32)}`, 'x'],
        );
        envelopes.push(put(this.#network, 'distribution', writes, { endorsers: [] }));
        written += writes.length;
      }
      this.#chain.add(envelopes);
      await this.follow();
    }
  }

  /** Records events of EPCIS documents, in their order, each of one organisation after the other; what repeats an event is left out. */
  async record(...documents: readonly string[]): Promise<void> {
    const known = new Set<string>();
    for (const document of documents) {
      for (const { result } of readEpcisFile(document, 'generated').events) {
        if (!result.ok) throw new Error(`an event is refused: ${JSON.stringify(result.errors)}`);
        const { eventHash, eventID } = result.record;
        if (known.has(eventHash) || known.has(eventID ?? '')) continue;
        for (const name of [eventHash, eventID]) if (name !== null) known.add(name);
        await this.#capture(result.domain, result.record);
      }
    }
    await this.follow();
  }

  /** Has the master follow the ledger to its end. */
  async follow(): Promise<void> {
    if (this.#waiting.length > 0) this.#chain.add(this.#waiting);
    this.#waiting = [];
    await this.#master.follow(this.#chain);
  }

  /** What the master proves, under what all attest. */
  async proof(
    traceId: string,
    { direction = 'none', newest }: { readonly direction?: Direction; readonly newest?: number } = {},
  ): Promise<ProofFile> {
    const question = questionOf(traceId, direction);
    const request = create(ProveRequestSchema, {
      ...{ traceId, direction, ...question.limits },
      ...(newest === undefined ? {} : { newest }),
    });
    const watch = new HeldThread();
    const began = processorTime();
    const sent: ProofPart[] = [];
    const { signal } = new AbortController();
    for await (const part of this.#prover.prove(request, 'caller', signal)) sent.push(part);
    const milliseconds = processorTime() - began;
    const held = watch.stop();
    const { block, nodes, records, envelopes, traces } = await assembleProof(each(sent));
    const { body } = this.#master.attestation(block);
    const masters = this.#network.organisations.map(({ master }) => master);
    const proof: TraceProof = {
      question,
      root: { block, attestations: masters.map((master) => attest(master, body)) },
      transitions: [],
      tips: this.#tips(block),
      ...{ nodes, records, envelopes, traces },
      states: [],
    };
    const answer = verifyTraceProof(readTraceProof(writeTraceProof(proof)), this.#trust, null);
    return { answer, proof, packed: packedSize(proof), milliseconds, held };
  }

  async remove(): Promise<void> {
    await this.#master.close();
    await this.#network.remove();
  }

  #tips(block: bigint): TraceProof['tips'] {
    const { headerHash } = this.#master.store.block(block);
    const { networkId } = this.#network.terms;
    const tip = { networkId, block, headerHash, trieRoot: attestedRoot(this.#master.store, block) };
    return this.#network.organisations.map(({ master }) => new Attestor(master).tip(tip, new Date()));
  }

  async #capture(domain: string, record: ClientRecord): Promise<void> {
    const { rows } = rowsAndMarks(record);
    const traces = record.traces.map(({ id, role, lot, amounts }) => ({
      ...{ id, role, amounts, ver: 1, ...this.#rows.get(`${domain} ${id}`) },
      ...(lot === null ? {} : { lot }),
    }));
    const label = `${this.#records++}`;
    const organisation = Number(label) % 3;
    const { step, ...told } = record;
    const { envelope, txId } = capture(this.#network, {
      ...{ ...told, traces, domain, label, organisation },
      ...(step === null ? {} : { step }),
    });
    for (const id of rows) {
      const ver = (this.#rows.get(`${domain} ${id}`)?.ver ?? 1) + 1;
      this.#rows.set(`${domain} ${id}`, { ver, preTraceTxId: txId, preTraceHash: toHex(sha256(utf8(txId))) });
    }
    if (this.#waiting.push(envelope) === RECORDS_A_BLOCK) await this.follow();
  }
}

async function* each<T>(items: Iterable<T>): AsyncGenerator<T> {
  for (const item of items) yield await Promise.resolve(item);
}

/** Watches how long the thread is held at a time, in processor time: the machine may be busy. */
class HeldThread {
  #longest = 0;
  #last = processorTime();
  #next = setImmediate(() => this.#turn());

  /** The longest turn, in milliseconds. */
  stop(): number {
    clearImmediate(this.#next);
    return Math.max(this.#longest, processorTime() - this.#last);
  }

  #turn(): void {
    const now = processorTime();
    this.#longest = Math.max(this.#longest, now - this.#last);
    this.#last = now;
    this.#next = setImmediate(() => this.#turn());
  }
}

/** Of this process, in milliseconds. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
