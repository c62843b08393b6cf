import { MalformedError } from '../errors.js';
import { sharedLength, toNibbles, unpackPath } from './nibbles.js';
import { readRlpList, type RlpItem } from './rlp.js';

/** The RLP of the node with that hash; throws where there is none. */
type NodeOf = (hash: Uint8Array) => Uint8Array;

/**
 * The value of `key` below the node `top`, or null where the nodes show that it is absent. Nodes that are not inlined in
 * others are asked for by their hash. Throws `BAD_TRIE_NODE`, `BAD_RLP`.
 */
export function valueUnder(top: Uint8Array, key: Uint8Array, nodeOf: NodeOf): Uint8Array | null {
  return new Walk(key, nodeOf).follow(top);
}

/** Where a key's path has got to. */
class Walk {
  #rest: Uint8Array;
  readonly #nodeOf: NodeOf;

  constructor(key: Uint8Array, nodeOf: NodeOf) {
    this.#rest = toNibbles(key);
    this.#nodeOf = nodeOf;
  }

  follow(top: Uint8Array): Uint8Array | null {
    for (let node: Uint8Array | null = top; node !== null;) {
      const step = this.#step(node);
      if ('value' in step) return step.value;
      node = this.#resolve(step.next);
    }
    return null;
  }

  #step(node: Uint8Array): { value: Uint8Array | null } | { next: RlpItem } {
    const items = readRlpList(node);
    const [first, second] = items;
    if (items.length === 17) return this.#branch(node, items);
    if (items.length !== 2 || first === undefined || second === undefined || first.isList) {
      throw badNode('is neither branch, extension nor leaf', node);
    }
    const unpacked = unpackPath(first.payload);
    if (unpacked === null) throw badNode('has a path that is not hex-prefix encoded', node);
    const { path, leaf } = unpacked;
    if (leaf && (second.isList || second.payload.length === 0))
      throw badNode('is a leaf without a value', node);
    if (!leaf && path.length === 0) throw badNode('is an extension without a path', node);
    const shared = sharedLength(path, this.#rest);
    this.#rest = this.#rest.subarray(shared);
    if (leaf) {
      const found = shared === path.length && this.#rest.length === 0;
      return { value: found ? second.payload.slice() : null };
    }
    return shared < path.length ? { value: null } : { next: second };
  }

  #branch(node: Uint8Array, items: readonly RlpItem[]): { value: Uint8Array | null } | { next: RlpItem } {
    const value = items[16];
    if (value === undefined || value.isList) throw badNode('is a branch whose value is a list', node);
    const [first] = this.#rest;
    if (first === undefined) return { value: value.payload.length === 0 ? null : value.payload.slice() };
    this.#rest = this.#rest.subarray(1);
    const next = items[first];
    if (next === undefined) throw badNode('has no such child', node);
    return { next };
  }

  /** The RLP of the node that an item refers to; null where it refers to none. */
  #resolve(item: RlpItem): Uint8Array | null {
    if (item.isList) {
      if (item.rlp.length >= 32) throw badNode('is inlined although it is large enough for a hash', item.rlp);
      return item.rlp;
    }
    if (item.payload.length === 0) return null;
    if (item.payload.length !== 32) throw badNode('is referred to by something that is not a hash', item.rlp);
    return this.#nodeOf(item.payload);
  }
}

/** The error of a node that is none. */
export function badNode(what: string, node: Uint8Array): MalformedError {
  return new MalformedError('BAD_TRIE_NODE', `a node of the proof ${what}`, { length: node.length });
}
