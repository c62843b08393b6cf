import { randomBytes } from 'node:crypto';
import { concat, fromUtf8, type IndexEntry, sha256, u32, utf8 } from '@cotrace/core';
import { dataHash, headerHash } from '@cotrace/fabric-model';
import { Random } from '../rank/workload.js';

/** A kind of transactions, by their size. */
export interface Kind {
  readonly name: string;
  /** Bytes of an envelope: the least, and how many different sizes from there on. */
  readonly least: number;
  readonly spread: number;
}

/** What Fabric makes of a record with three endorsements: 3 to 4 KB. */
export const FABRIC: Kind = { name: 'Fabric, 3 to 4 KB', least: 3000, spread: 1001 };
/** Seed 002, table 8: 61.59 GB for 2e8 records, its index included. */
export const PAPER: Kind = { name: 'paper, 270 B', least: 270, spread: 1 };

/** A block before it is built: what an orderer and the external index hand over. */
export interface RawBlock {
  readonly number: bigint;
  readonly previousHash: Uint8Array;
  readonly envelopes: readonly Uint8Array[];
  readonly entries: readonly IndexEntry[];
}

/** Records of a trace, on average: all but the first have a previous block. */
const TRACE_LENGTH = 10;
const POOL = 1 << 22;

/** Makes blocks; the same ones in every run, but for bytes that only take room. */
export class BlockSource {
  readonly #kind: Kind;
  readonly #traces: number;
  readonly #random = new Random(2);
  readonly #pool = randomBytes(POOL);
  #next = 1n;

  /** `records`: how many there will be in all. */
  constructor(kind: Kind, records: number) {
    this.#kind = kind;
    this.#traces = Math.max(1, Math.round(records / TRACE_LENGTH));
  }

  block(records: number): RawBlock {
    const blockNum = this.#next++;
    const entries = Array.from({ length: records }, (_, txNum) => this.#entry(blockNum, txNum));
    const envelopes = entries.map(({ traceId }) => this.#envelope(utf8(traceId)));
    return { number: blockNum, previousHash: sha256(utf8(String(blockNum - 1n))), envelopes, entries };
  }

  #entry(blockNum: bigint, txNum: number): IndexEntry {
    const lot = this.#random.below(this.#traces);
    const txId = sha256(utf8(`${blockNum}/${txNum}`));
    const traceId = `https://id.gs1.org/01/09506000134352/10/LOT-${String(lot).padStart(8, '0')}`;
    return {
      // Text in one piece, as it is when it was decoded from a transaction.
      traceId: fromUtf8(utf8(traceId)),
      txNum,
      txId,
      previous: this.#random.below(TRACE_LENGTH) === 0 ? null : sha256(txId),
      upstream: false,
    };
  }

  /** Begins with the TraceID, so that a scan finds it at the least cost there can be. */
  #envelope(traceId: Uint8Array): Uint8Array {
    const length = this.#kind.least + this.#random.below(this.#kind.spread);
    const from = this.#random.below(POOL - length);
    const envelope = Uint8Array.from(this.#pool.subarray(from, from + length));
    envelope[0] = traceId.length;
    envelope.set(traceId, 1);
    return envelope;
  }
}

/** A plain block in bytes: Fabric's header with its data hash, then the envelopes, each behind its length. */
export function plainBlock({ number, previousHash, envelopes }: RawBlock): Uint8Array {
  const data = dataHash(envelopes);
  const framed = envelopes.flatMap((envelope) => [u32(envelope.length), envelope]);
  return concat(headerHash(number, previousHash, data), previousHash, data, u32(envelopes.length), ...framed);
}

/** Places of the transactions of a plain block that are of `traceId`: every one is looked at. */
export function scanBlock(block: Uint8Array, traceId: Uint8Array): number[] {
  const view = new DataView(block.buffer, block.byteOffset, block.length);
  const found: number[] = [];
  let at = 96;
  const count = view.getUint32(at);
  at += 4;
  for (let txNum = 0; txNum < count; txNum++) {
    const length = view.getUint32(at);
    at += 4;
    if (block[at] === traceId.length && begins(block, at + 1, traceId)) found.push(txNum);
    at += length;
  }
  return found;
}

function begins(bytes: Uint8Array, at: number, key: Uint8Array): boolean {
  // From the end: TraceIDs differ there.
  for (let i = key.length - 1; i >= 0; i--) if (bytes[at + i] !== key[i]) return false;
  return true;
}
