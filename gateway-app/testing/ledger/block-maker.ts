import { sha256, u32, u64, utf8 } from '@cotrace/core';
import {
  BLOCK_METADATA,
  BlockOverlay,
  blockOf,
  commitHash,
  commitHashMetadata,
  computeTxId,
  dataHash,
  decodeBlock,
  decodeRwset,
  headerBytes,
  lastConfigMetadata,
  peer,
  validateReads,
  type Block,
  type CommittedUpdate,
} from '@cotrace/fabric-model';
import { blockSigner, type SignBlock } from '@cotrace/network';
import { transaction } from '../transactions.js';
import type { LedgerBlock, LedgerCall } from './ledger-call.js';
import type { LedgerNetwork } from './ledger-network.js';
import type { LedgerState } from './ledger-state.js';
import { Simulation } from './simulation.js';

const NONCE_LENGTH = 24;
const START = Date.UTC(2026, 0, 1);
const SECOND = 1000;
const NOTHING = new Uint8Array();

/** A transaction before its block is made. */
interface Made {
  readonly envelope: Uint8Array;
  readonly results: Uint8Array;
}

/** When block `blockNum` of a generated ledger is made, in Unix milliseconds: one a second. */
export function timeOf(blockNum: bigint): number {
  return START + Number(blockNum) * SECOND;
}

/**
 * Makes blocks of calls, one after the other: endorsed, ordered, validated, and signed as the embedded network does. What a
 * block holds depends on network, seed and calls alone.
 */
export class BlockMaker {
  readonly #network: LedgerNetwork;
  readonly #state: LedgerState;
  readonly #seed: number;
  readonly #signBlock: SignBlock;
  #tip: Pick<Block, 'number' | 'headerHash'>;
  #commitHash: Uint8Array = NOTHING;

  /** `state` is that of a ledger with the genesis block alone. */
  constructor(network: LedgerNetwork, state: LedgerState, seed: number) {
    this.#network = network;
    this.#state = state;
    this.#seed = seed;
    this.#tip = decodeBlock(network.genesis);
    this.#signBlock = blockSigner(network.orderer, (blockNum) => this.#nonce('block', blockNum, 0));
  }

  /** Number of the next block. */
  get next(): bigint {
    return this.#tip.number + 1n;
  }

  /** The next block, of at least one call. */
  async make(calls: LedgerBlock): Promise<Block> {
    const number = this.next;
    const made: Made[] = [];
    for (const [txNum, call] of calls.entries()) made.push(await this.#transaction(call, number, txNum));
    const { codes, updates } = await this.#validated(number, made);
    const envelopes = made.map(({ envelope }) => envelope);
    const data = dataHash(envelopes);
    const previousHash = this.#tip.headerHash;
    const header = headerBytes(number, previousHash, data);
    const hash = commitHash(codes, [...updates.values()], this.#commitHash);
    const metadata: Uint8Array[] = Object.keys(BLOCK_METADATA).map(() => NOTHING);
    metadata[BLOCK_METADATA.signatures] = await this.#signBlock({
      number,
      headerBytes: header,
      lastConfigIndex: 0n,
    });
    metadata[BLOCK_METADATA.lastConfig] = lastConfigMetadata(0n);
    metadata[BLOCK_METADATA.transactionsFilter] = codes;
    metadata[BLOCK_METADATA.commitHash] = commitHashMetadata(hash);
    const block = blockOf({ number, previousHash, dataHash: data, envelopes, metadata });
    await this.#state.advance(number, block.headerHash, updates.values());
    this.#tip = block;
    this.#commitHash = hash;
    return block;
  }

  async #transaction(call: LedgerCall, blockNum: bigint, txNum: number): Promise<Made> {
    const { chaincode, organisation, isAdmin = false, args } = call;
    const { client, admin } = this.#network.organisation(organisation);
    const caller = isAdmin ? admin : client;
    const nonce = this.#nonce('transaction', blockNum, txNum);
    const simulation = new Simulation(computeTxId(nonce, caller.serialized), this.#state);
    const answered = await call.run(simulation);
    const results = simulation.results();
    const { envelope } = transaction(this.#network, {
      chaincode,
      client: caller,
      endorsers: this.#network.endorsers(txNum),
      nonce,
      rwset: results,
      args,
      timestamp: new Date(timeOf(blockNum)),
      ...answered,
    });
    return { envelope, results };
  }

  /** Reads are validated as peers do; endorsements are right as they are made. */
  async #validated(number: bigint, made: readonly Made[]) {
    const overlay = new BlockOverlay(this.#state.committed, number);
    const codes = new Uint8Array(made.length);
    const updates = new Map<string, CommittedUpdate>();
    for (const [txNum, { results }] of made.entries()) {
      const rwset = decodeRwset(results);
      const code = await validateReads(rwset, overlay);
      codes[txNum] = code;
      if (code !== peer.TxValidationCode.VALID) continue;
      const version = { blockNum: number, txNum };
      for (const effect of await overlay.apply(rwset, txNum)) {
        const { namespace, key, kind } = effect;
        const at = `${namespace}/${key}`;
        const old = () => updates.get(at)?.value ?? this.#state.get(namespace, key)?.value ?? null;
        const value = kind === 'put' ? effect.value : kind === 'delete' ? null : old();
        updates.set(at, { namespace, key, value, version });
      }
    }
    return { codes, updates };
  }

  #nonce(of: string, blockNum: bigint, txNum: number): Uint8Array {
    return sha256(utf8(of), u64(BigInt(this.#seed)), u64(blockNum), u32(txNum)).subarray(0, NONCE_LENGTH);
  }
}
