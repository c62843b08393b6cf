import { CotraceError } from '@cotrace/core';
import type { ConsortiumNode } from '../consortium/consortium.js';
import { TokenBucket } from './token-bucket.js';
import { CALM, MAX_CALLS, MAX_CONNECTIONS, MAX_HELD_BYTES } from './limits.js';

/** What a call holds of this node's memory. */
export interface HeldCall {
  /** Bytes of its request and of answers that the caller has not taken. */
  heldBytes(): number;
}

/** A node or client of the consortium, and what it does at this node: all its connections count together. */
export class RpcCaller {
  readonly node: ConsortiumNode;
  readonly #calls = new Set<HeldCall>();
  readonly #calm = new TokenBucket(CALM.burst, CALM.perSecond);
  #connections = 0;

  constructor(node: ConsortiumNode) {
    this.node = node;
  }

  /** Takes a connection, to be given back by `disconnect`. Throws `TOO_MANY_CALLS`. */
  connect(): void {
    if (this.#connections >= MAX_CONNECTIONS) throw this.#tooMany(`${MAX_CONNECTIONS} connections already`);
    if (!this.#calm.take(CALM.connection))
      throw this.#tooMany('opened connections or cancelled calls too often');
    this.#connections += 1;
  }

  disconnect(): void {
    this.#connections -= 1;
  }

  /** Takes a call, to be given back by `end`. Throws `TOO_MANY_CALLS`. */
  begin(call: HeldCall): void {
    if (this.#calls.size >= MAX_CALLS) throw this.#tooMany(`${MAX_CALLS} calls under way already`);
    this.#calls.add(call);
  }

  /** To be called before a call takes memory for a request or an answer. Throws `TOO_MANY_CALLS`. */
  requireRoom(bytes: number): void {
    let held = bytes;
    for (const call of this.#calls) held += call.heldBytes();
    if (held > MAX_HELD_BYTES)
      throw this.#tooMany(`more than ${MAX_HELD_BYTES} bytes of requests and answers waiting`);
  }

  /** Ends a call. `wasted`: it was taken back, or refused. False where too many are: its connection is to be closed. */
  end(call: HeldCall, wasted: boolean): boolean {
    this.#calls.delete(call);
    return !wasted || this.#calm.take();
  }

  #tooMany(what: string): CotraceError {
    const { name } = this.node;
    return new CotraceError('TOO_MANY_CALLS', `${name} has ${what} at this node; try again later`, {
      caller: name,
    });
  }
}
