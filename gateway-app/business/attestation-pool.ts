import { type Attestation, equalBytes } from '@cotrace/core';
import { ATTESTATION_WINDOW, KEPT_PER_SOURCE, MAX_SOURCE_BYTES } from './limits.js';

/** An attestation, and the master that sent it: that need not be the organisation that it names. */
export interface Received {
  readonly source: string;
  readonly attestation: Attestation;
}

/** Attestations as they arrive from the masters, by block, until the node has passed it. */
export class AttestationPool {
  #height: bigint;
  readonly #byBlock = new Map<bigint, Received[]>();
  /** Number of blocks that each source has attested, as far as it is known. */
  readonly #heights = new Map<string, bigint>();
  readonly #changed = new Set<() => void>();

  constructor(height: bigint) {
    this.#height = height;
  }

  get height(): bigint {
    return this.#height;
  }

  /** Adds what master `source` sent for `blockNum`. Blocks already passed, repeats and a third one are ignored. */
  add(source: string, blockNum: bigint, attestation: Attestation): void {
    if (blockNum < this.#height || blockNum >= this.#height + ATTESTATION_WINDOW) return;
    const received = this.#byBlock.get(blockNum) ?? [];
    const own = received.filter((one) => one.source === source);
    if (own.length >= KEPT_PER_SOURCE || own.some((one) => isSame(one.attestation, attestation))) return;
    this.#byBlock.set(blockNum, [...received, { source, attestation }]);
    this.#wake();
  }

  /** Number of blocks that at least `quorum` sources say they have attested. */
  reached(quorum: number): bigint {
    const heights = [...this.#heights.values()].sort((a, b) => (a < b ? 1 : -1));
    return heights[quorum - 1] ?? 0n;
  }

  /** Source `source` has attested `blockNum`, whether or not there is room for it. */
  heard(source: string, blockNum: bigint): void {
    if (blockNum >= (this.#heights.get(source) ?? 0n)) this.#heights.set(source, blockNum + 1n);
  }

  /** All attestations of `blockNum` so far. */
  of(blockNum: bigint): readonly Received[] {
    return this.#byBlock.get(blockNum) ?? [];
  }

  /** Forgets what is below `height`. */
  advance(height: bigint): void {
    this.#height = height;
    for (const blockNum of this.#byBlock.keys()) if (blockNum < height) this.#byBlock.delete(blockNum);
    this.#wake();
  }

  /** Whether a source may send `blockNum` now; else it waits for `changed`. */
  takes(source: string, blockNum: bigint): boolean {
    if (blockNum <= this.#height) return true;
    return blockNum < this.#height + ATTESTATION_WINDOW && this.#bytesOf(source) < MAX_SOURCE_BYTES;
  }

  /** Resolves at the next change, or when `signal` is aborted. */
  async changed(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const wake = () => {
        this.#changed.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#changed.add(wake);
      signal.addEventListener('abort', wake);
    });
  }

  #bytesOf(source: string): number {
    return [...this.#byBlock.values()]
      .flat()
      .filter((one) => one.source === source)
      .reduce((sum, { attestation }) => sum + sizeOf(attestation), 0);
  }

  #wake(): void {
    for (const wake of [...this.#changed]) wake();
  }
}

function isSame(a: Attestation, b: Attestation): boolean {
  return equalBytes(a.body, b.body) && equalBytes(a.signature, b.signature);
}

function sizeOf({ body, certificate, mspId, signature }: Attestation): number {
  return body.length + certificate.length + mspId.length + signature.length;
}
