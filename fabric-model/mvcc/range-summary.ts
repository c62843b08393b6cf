import { create, toBinary } from '@bufbuild/protobuf';
import { CotraceError, concat, sha256 } from '@cotrace/core';
import * as ledger from '../gen/fabric/ledger_pb.js';
import type { KeyRead, RangeSummary } from '../transaction/rwset.js';

/** Degree of the Merkle summary of every Fabric peer: up to 50 reads are recorded as they are. */
export const RANGE_SUMMARY_DEGREE = 50;

/**
 * Collects the results of a range query into what the read-write set records: the reads themselves, or from
 * `maxDegree` + 1 on a Merkle summary. Leaf: SHA-256 of the serialized `QueryReads` of `maxDegree` + 1
 * results; node: SHA-256 over `maxDegree` + 1 hashes of the level below; what is left over at the end is
 * combined upwards as it is.
 *
 * `maxDegree` is at least 2 (`BAD_DEGREE`). Source: Fabric `rwsetutil/query_results_helper.go`.
 */
export class RangeQueryResultsHelper {
  readonly #maxDegree: number;
  #pending: KeyRead[] = [];
  /** Hashes not yet combined, by level; index 0 is level 1. */
  readonly #levels: Uint8Array[][] = [[]];

  constructor(maxDegree = RANGE_SUMMARY_DEGREE) {
    if (maxDegree < 2) {
      throw new CotraceError('BAD_DEGREE', 'the degree of a range summary is at least 2', { maxDegree });
    }
    this.#maxDegree = maxDegree;
  }

  /** Takes the next result; results come in the order of their keys. */
  add(read: KeyRead): void {
    this.#pending.push(read);
    if (this.#pending.length > this.#maxDegree) this.#hashPending();
  }

  /** The summary of the results that were hashed so far. */
  summary(): RangeSummary {
    return {
      maxDegree: this.#maxDegree,
      maxLevel: this.#levels.length,
      maxLevelHashes: [...(this.#levels.at(-1) ?? [])],
    };
  }

  /** The final record; nothing may be added after it. */
  done(): { reads: readonly KeyRead[]; summary: null } | { reads: readonly []; summary: RangeSummary } {
    if (this.#levels.length === 1 && this.#level(0).length === 0) {
      return { reads: this.#pending, summary: null };
    }
    if (this.#pending.length > 0) this.#hashPending();
    for (let i = 0; i < this.#levels.length - 1; i++) {
      const hashes = this.#level(i);
      const [first, ...others] = hashes;
      if (first !== undefined) this.#level(i + 1).push(others.length === 0 ? first : sha256(...hashes));
      this.#levels[i] = [];
    }
    const top = this.#level(this.#levels.length - 1);
    if (top.length > this.#maxDegree) this.#levels.push([sha256(...top)]);
    return { reads: [], summary: this.summary() };
  }

  #hashPending(): void {
    this.#level(0).push(sha256(encodeReads(this.#pending)));
    this.#pending = [];
    for (let i = 0; this.#level(i).length > this.#maxDegree; i++) {
      const combined = sha256(concat(...this.#level(i)));
      this.#levels[i] = [];
      if (i + 1 === this.#levels.length) this.#levels.push([]);
      this.#level(i + 1).push(combined);
    }
  }

  #level(index: number): Uint8Array[] {
    const level = this.#levels[index];
    if (level === undefined)
      throw new CotraceError('BUG', 'a level of a range summary is missing', { index });
    return level;
  }
}

/** A read as the read-write set's message. */
export function readMessage({ key, version }: KeyRead): ledger.KVRead {
  return create(ledger.KVReadSchema, {
    key,
    ...(version === null ? {} : { version: { blockNum: version.blockNum, txNum: BigInt(version.txNum) } }),
  });
}

function encodeReads(reads: readonly KeyRead[]): Uint8Array {
  return toBinary(
    ledger.QueryReadsSchema,
    create(ledger.QueryReadsSchema, { kvReads: reads.map(readMessage) }),
  );
}
