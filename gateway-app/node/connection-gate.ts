import type { TokenBucket } from './token-bucket.js';

/** A connection before it is known who makes it. */
export interface Newcomer {
  /** Where it comes from. */
  readonly address: string;
  /** Its TLS handshake may begin. */
  start(): void;
  /** It waited, and others wait more rightfully. */
  drop(): void;
}

/**
 * Lets TLS handshakes begin, since each costs the machine more than its sender. A handshake takes a token, and one that
 * turns out to be a known caller's gives it back: known callers do not wait, and strangers share what the bucket
 * fills. While it is empty newcomers wait, those of each address in a line of their own, and addresses take turns at
 * random: strangers delay those who share their address, and others by at most their number of addresses.
 */
export class ConnectionGate {
  readonly #bucket: TokenBucket;
  readonly #maxWaiting: number;
  readonly #lines = new Map<string, Newcomer[]>();
  #waiting = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `maxWaiting`: the most newcomers that wait; beyond, the first of the longest line is dropped. */
  constructor(bucket: TokenBucket, maxWaiting: number) {
    this.#bucket = bucket;
    this.#maxWaiting = maxWaiting;
  }

  /** Whether strangers have used up half of what there is: they are then refused slowly. */
  get isPressed(): boolean {
    return this.#bucket.level < this.#bucket.size / 2;
  }

  arrive(newcomer: Newcomer): void {
    if (this.#waiting === 0 && this.#bucket.take()) {
      newcomer.start();
      return;
    }
    const line = this.#lines.get(newcomer.address);
    if (line === undefined) this.#lines.set(newcomer.address, [newcomer]);
    else line.push(newcomer);
    this.#waiting += 1;
    if (this.#waiting > this.#maxWaiting) this.#next(this.#longestLine()).drop();
    this.#schedule();
  }

  /** A handshake was a known caller's. */
  wasKnown(): void {
    this.#bucket.give();
    this.#admit();
  }

  /** Drops all that wait. */
  close(): void {
    clearTimeout(this.#timer);
    for (const newcomer of [...this.#lines.values()].flat()) newcomer.drop();
    this.#lines.clear();
    this.#waiting = 0;
  }

  #admit(): void {
    while (this.#waiting > 0 && this.#bucket.take()) this.#next(this.#anyLine()).start();
    this.#schedule();
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#waiting === 0) return;
    this.#timer = setTimeout(() => this.#admit(), Math.ceil(this.#bucket.wait()));
  }

  /** Takes the first newcomer out of an address's line. */
  #next(address: string): Newcomer {
    const line = this.#lines.get(address) ?? [];
    const first = line.shift();
    if (line.length === 0) this.#lines.delete(address);
    if (first === undefined) throw new RangeError(`no connection is expected from ${address}`);
    this.#waiting -= 1;
    return first;
  }

  #anyLine(): string {
    const addresses = [...this.#lines.keys()];
    return addresses[Math.floor(Math.random() * addresses.length)] ?? '';
  }

  #longestLine(): string {
    const lines = [...this.#lines].sort(([, a], [, b]) => b.length - a.length);
    return lines[0]?.[0] ?? '';
  }
}
