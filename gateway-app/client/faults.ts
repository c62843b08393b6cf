import { CotraceError, isCotraceError } from '@cotrace/core';
import { REMEMBERED_MS } from './limits.js';

/** Why what a node answered does not count, or that it did not answer. */
export interface Fault {
  /** Its name in the consortium file. */
  readonly node: string;
  readonly code: string;
  readonly message: string;
}

/** The faults of the nodes that a client asks: each kind of each node once, in the order in which they were met. */
export class Faults {
  readonly #found = new Map<string, Fault>();
  readonly #latest = new Map<string, number>();

  /** Takes in the fault of a node. Throws `error` again where it is not a `CotraceError`: an error of our own. */
  add(node: string, error: unknown): void {
    if (!isCotraceError(error)) throw error;
    const { code, message } = error;
    const key = `${node} ${code}`;
    if (!this.#found.has(key)) this.#found.set(key, { node, code, message });
    this.#latest.set(node, performance.now());
  }

  /** Whether a node was at fault a short while ago. */
  has(node: string): boolean {
    const latest = this.#latest.get(node);
    return latest !== undefined && performance.now() - latest < REMEMBERED_MS;
  }

  list(): readonly Fault[] {
    return [...this.#found.values()];
  }
}

/** A line about a fault, for people. */
export function faultText({ node, code, message }: Fault): string {
  return `note: ${node}: ${message} (${code})`;
}

/** That a node has not answered after `milliseconds`. */
export function silent(milliseconds: number): CotraceError {
  return new CotraceError('UNREACHABLE', `did not answer within ${milliseconds / 1000} s`);
}
