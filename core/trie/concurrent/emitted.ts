import { toNibbles } from '../nibbles.js';
import type { ChangedNode } from '../state-trie.js';
import type { Address, TrieKernel } from './kernel.js';

/** Where `emitNode` puts the two encodings, behind their sizes. */
const EXTENSION_AT = 16;
const NODE_AT = EXTENSION_AT + 1024;
/** A node with a shorter encoding is in its parent. */
const HASH_LENGTH = 32;

/** The encodings of one node of the arena: its extension's, if it has one, and its own. */
export interface Encodings {
  readonly extension: Uint8Array | null;
  readonly node: Uint8Array;
}

/** Reads committed nodes out of the arena. */
export class Emitter {
  readonly #kernel: TrieKernel;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(kernel: TrieKernel, buffer: SharedArrayBuffer) {
    this.#kernel = kernel;
    this.#bytes = new Uint8Array(buffer);
    this.#view = new DataView(buffer);
  }

  /** The root's hash, or null of an empty trie. */
  root(): Uint8Array | null {
    return this.#kernel.emitRoot() === 0 ? null : this.#copy(this.#kernel.outbox() >>> 0, HASH_LENGTH);
  }

  encodings(node: Address): Encodings {
    this.#kernel.emitNode(node);
    const out = this.#kernel.outbox() >>> 0;
    const extension = this.#view.getUint32(out, true);
    return {
      extension: extension === 0 ? null : this.#copy(out + EXTENSION_AT, extension),
      node: this.#copy(out + NODE_AT, this.#view.getUint32(out + 4, true)),
    };
  }

  /** Addresses on a list of nodes of the arena, read whole before anything is done with them. */
  list(first: Address): Address[] {
    const nodes: Address[] = [];
    for (let node = first; node !== 0; node = this.#kernel.following(node)) nodes.push(node);
    return nodes;
  }

  /** What one node of the arena is to the outside: one or two nodes, those without a hash as none. */
  *changed(node: Address): Generator<ChangedNode> {
    const { extension, node: rlp } = this.encodings(node);
    const hang = this.#kernel.nodeHang(node);
    const depth = this.#kernel.isLeaf(node) === 1 ? hang : this.#kernel.nodeDepth(node);
    const path = this.#path(this.#kernel.keyOf(node), depth);
    if (extension !== null) yield { path: path.slice(0, hang), rlp: withHash(hang, extension) };
    yield { path, rlp: withHash(depth, rlp) };
  }

  /** Where a node was that a commit took out. */
  *removed(node: Address): Generator<ChangedNode> {
    const kernel = this.#kernel;
    const key = kernel.keyOfRetired(node);
    const hang = kernel.nodeHang(node);
    yield { path: this.#path(key, hang), rlp: null };
    if (kernel.isLeaf(node) === 1) return;
    const path = this.#path(key, kernel.nodeDepth(node));
    if (path.length > hang) yield { path, rlp: null };
    yield { path: Uint8Array.of(...path, kernel.onlyChildOf(node)), rlp: null };
  }

  /** Every node of the trie. */
  *all(node: Address = this.#kernel.root()): Generator<Address> {
    if (node === 0) return;
    yield node;
    if (this.#kernel.isLeaf(node) === 1) return;
    for (let i = 0; i < 16; i++) yield* this.all(this.#kernel.child(node, i));
  }

  #path(key: Address, nibbles: number): Uint8Array {
    return toNibbles(this.#copy(key >>> 0, Math.ceil(nibbles / 2))).slice(0, nibbles);
  }

  #copy(at: number, length: number): Uint8Array {
    return this.#bytes.slice(at, at + length);
  }
}

/** A node's encoding, or null if it is in its parent's. */
function withHash(depth: number, rlp: Uint8Array): Uint8Array | null {
  return depth === 0 || rlp.length >= HASH_LENGTH ? rlp : null;
}
