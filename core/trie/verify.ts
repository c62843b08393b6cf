import { equalBytes, toHex } from '../bytes/bytes.js';
import { MalformedError } from '../errors.js';
import { EMPTY_TRIE_ROOT, keccak256 } from './keccak.js';
import { checkKey, MAX_TRIE_VALUE } from './limits.js';
import { sharedLength, toNibbles, unpackPath } from './nibbles.js';
import { readRlpList, type RlpItem } from './rlp.js';

/** The longest node: a branch of 16 hashes, or a leaf, with the longest value, the codes of lengths, and a path. */
const MAX_NODE = MAX_TRIE_VALUE + 1024;

/** What a proof shows under the root that it leads to. It says nothing until that root is compared. */
export interface TrieProofReading {
  /** Root that the proof leads to, 32 bytes. */
  readonly root: Uint8Array;
  /** The key's value, or null: the key is absent. */
  readonly value: Uint8Array | null;
}

/**
 * Checks a proof against a trusted `root` (32 bytes) and returns the value of `key`, or null where the proof shows
 * that the key is absent. Throws as `readTrieProof` does, and `ROOT_MISMATCH`.
 */
export function verifyTrieProof(claim: {
  readonly root: Uint8Array;
  readonly key: Uint8Array;
  readonly proof: readonly Uint8Array[];
}): Uint8Array | null {
  const { root, value } = readTrieProof(claim.key, claim.proof);
  if (!equalBytes(root, claim.root)) {
    throw new MalformedError('ROOT_MISMATCH', 'the proof leads to a different root', {
      computed: toHex(root),
      root: toHex(claim.root),
    });
  }
  return value;
}

/**
 * Follows `key` through a proof of `StateTrie.prove`: the RLP of the nodes from the root on, without those that are
 * inlined in another. The proof of an empty trie has no nodes. Everything in it is the prover's word. Throws
 * `KEY_TOO_LONG`, `PROOF_TOO_LONG`, `PROOF_TOO_SHORT`, `BAD_TRIE_NODE`, `BAD_RLP`.
 */
export function readTrieProof(key: Uint8Array, proof: readonly Uint8Array[]): TrieProofReading {
  checkKey(key);
  // A path may pass one node per half-byte, extensions included, and end in a leaf without a path.
  if (proof.length > 2 * key.length + 1) throw tooLong(proof.length, 2 * key.length + 1);
  for (const node of proof) {
    if (node.length > MAX_NODE) throw badNode('is too long', node);
  }
  const [top] = proof;
  if (top === undefined) return { root: EMPTY_TRIE_ROOT, value: null };
  const walk = new Walk(key, proof);
  const value = walk.follow(top);
  if (walk.used !== proof.length) throw tooLong(proof.length, walk.used);
  return { root: keccak256(top), value };
}

/** Where a key's path and its proof have got to. */
class Walk {
  used = 1;
  #rest: Uint8Array;
  readonly #proof: readonly Uint8Array[];

  constructor(key: Uint8Array, proof: readonly Uint8Array[]) {
    this.#rest = toNibbles(key);
    this.#proof = proof;
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
    const node = this.#proof[this.used];
    if (node === undefined) {
      throw new MalformedError('PROOF_TOO_SHORT', 'the proof ends before the key does', { nodes: this.used });
    }
    if (!equalBytes(keccak256(node), item.payload)) throw badNode('is not the one that is referred to', node);
    this.used++;
    return node;
  }
}

function badNode(what: string, node: Uint8Array): MalformedError {
  return new MalformedError('BAD_TRIE_NODE', `a node of the proof ${what}`, { length: node.length });
}

function tooLong(nodes: number, wanted: number): MalformedError {
  return new MalformedError('PROOF_TOO_LONG', `the proof has ${nodes} nodes where ${wanted} are enough`, {
    nodes,
    wanted,
  });
}
