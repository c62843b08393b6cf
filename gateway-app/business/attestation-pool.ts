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

  /** Adds what master `source` sent for `block`. Blocks already passed, repeats and a third one are ignored. */
  add(source: string, block: bigint, attestation: Attestation): void {
    if (block < this.#height || block >= this.#height + ATTESTATION_WINDOW) return;
    const received = this.#byBlock.get(block) ?? [];
    const own = received.filter((one) => one.source === source);
    if (own.length >= KEPT_PER_SOURCE || own.some((one) => isSame(one.attestation, attestation))) return;
    this.#byBlock.set(block, [...received, { source, attestation }]);
    this.#wake();
  }

  /** Number of blocks that at least `quorum` sources say they have attested. */
  reached(quorum: number): bigint {
    const heights = [...this.#heights.values()].sort((a, b) => (a < b ? 1 : -1));
    return heights[quorum - 1] ?? 0n;
  }

  /** Source `source` has attested `block`, whether or not there is room for it. */
  heard(source: string, block: bigint): void {
    if (block >= (this.#heights.get(source) ?? 0n)) this.#heights.set(source, block + 1n);
  }

  /** All attestations of `block` so far. */
  of(block: bigint): readonly Received[] {
    return this.#byBlock.get(block) ?? [];
  }

  /** Forgets what is below `height`. */
  advance(height: bigint): void {
    this.#height = height;
    for (const block of this.#byBlock.keys()) if (block < height) this.#byBlock.delete(block);
    this.#wake();
  }

  /** Whether a source may send `block` now; else it waits for `changed`. */
  takes(source: string, block: bigint): boolean {
    if (block <= this.#height) return true;
    return block < this.#height + ATTESTATION_WINDOW && this.#bytesOf(source) < MAX_SOURCE_BYTES;
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
