import { equalBytes, toHex } from '../bytes/bytes.js';
import { MalformedError } from '../errors.js';
import { EMPTY_TRIE_ROOT, keccak256 } from './keccak.js';
import { checkKey, MAX_TRIE_VALUE } from './limits.js';
import { badNode, valueUnder } from './walk.js';

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
  if (!equalBytes(root, claim.root)) throw mismatch(root, claim.root);
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
  checkLengths(proof);
  const [top] = proof;
  if (top === undefined) return { root: EMPTY_TRIE_ROOT, value: null };
  let used = 1;
  const value = valueUnder(top, key, (hash) => nextNode(proof, used++, hash));
  if (used !== proof.length) throw tooLong(proof.length, used);
  return { root: keccak256(top), value };
}

/**
 * Checks nodes that prove many keys together, in any number, against a trusted `root` (32 bytes): each once, in the order
 * of first use where the keys are followed one after the other (`sharedNodes`). Returns the values of the keys in their
 * order, null where one is absent. Throws as `readTrieProof` does, and `ROOT_MISMATCH`. Cost is linear in nodes and keys.
 */
export function verifyTrieProofs(
  root: Uint8Array,
  keys: readonly Uint8Array[],
  nodes: readonly Uint8Array[],
): (Uint8Array | null)[] {
  checkLengths(nodes);
  const known = new Map<string, Uint8Array>();
  const nodeOf = (hash: Uint8Array): Uint8Array => {
    const name = toHex(hash);
    const seen = known.get(name);
    if (seen !== undefined) return seen;
    const node = nextNode(nodes, known.size, hash);
    known.set(name, node);
    return node;
  };
  const values = keys.map((key) => {
    checkKey(key);
    return equalBytes(root, EMPTY_TRIE_ROOT) ? null : valueUnder(topOf(root, nodes, nodeOf), key, nodeOf);
  });
  if (known.size !== nodes.length) throw tooLong(nodes.length, known.size);
  return values;
}

/** The nodes of proofs of several keys of one trie (`StateTrie.prove`), in the keys' order, as `verifyTrieProofs` takes them. */
export function sharedNodes(proofs: readonly (readonly Uint8Array[])[]): Uint8Array[] {
  const known = new Map<string, Uint8Array>();
  for (const node of proofs.flat()) {
    const name = toHex(keccak256(node));
    if (!known.has(name)) known.set(name, node);
  }
  return [...known.values()];
}

function checkLengths(nodes: readonly Uint8Array[]): void {
  for (const node of nodes) if (node.length > MAX_NODE) throw badNode('is too long', node);
}

/** The root node: another one than the root's is told as such. */
function topOf(
  root: Uint8Array,
  [first]: readonly Uint8Array[],
  nodeOf: (hash: Uint8Array) => Uint8Array,
): Uint8Array {
  const computed = first === undefined ? EMPTY_TRIE_ROOT : keccak256(first);
  if (!equalBytes(computed, root)) throw mismatch(computed, root);
  return nodeOf(root);
}

/** The node at a place of a proof, which must be the one that another refers to. */
function nextNode(proof: readonly Uint8Array[], at: number, hash: Uint8Array): Uint8Array {
  const node = proof[at];
  if (node === undefined) {
    throw new MalformedError('PROOF_TOO_SHORT', 'the proof ends before the key does', { nodes: at });
  }
  if (!equalBytes(keccak256(node), hash)) throw badNode('is not the one that is referred to', node);
  return node;
}

function mismatch(computed: Uint8Array, root: Uint8Array): MalformedError {
  return new MalformedError('ROOT_MISMATCH', 'the proof leads to a different root', {
    computed: toHex(computed),
    root: toHex(root),
  });
}

function tooLong(nodes: number, wanted: number): MalformedError {
  return new MalformedError('PROOF_TOO_LONG', `the proof has ${nodes} nodes where ${wanted} are enough`, {
    nodes,
    wanted,
  });
}
