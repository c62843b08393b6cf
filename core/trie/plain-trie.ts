import { concat } from '../bytes/bytes.js';
import { CotraceError } from '../errors.js';
import { EMPTY_TRIE_ROOT, keccak256 } from './keccak.js';
import { type FoundValues, foundValues } from './found-values.js';
import { checkKey, checkKeys, checkValue } from './limits.js';
import { sharedLength, toNibbles } from './nibbles.js';
import type { PlainNode } from './plain-nodes.js';
import { valueAt, withoutValue, withValue } from './plain-update.js';
import type { ChangedNode, StateTrie, TrieChange, TrieCommit } from './state-trie.js';

const TOP = new Uint8Array();

/** The trie in plain TypeScript, on one thread: what the concurrent one must equal. */
export class PlainTrie implements StateTrie {
  #root: PlainNode | null = null;
  #committed: PlainNode | null = null;

  apply(changes: readonly TrieChange[]): Promise<void> {
    for (const { key, value } of changes) {
      checkKey(key);
      if (value !== null) checkValue(value);
    }
    for (const { key, value } of changes) {
      const path = toNibbles(key);
      this.#root =
        value === null || value.length === 0
          ? withoutValue(this.#root, path)
          : withValue(this.#root, path, value.slice());
    }
    return Promise.resolve();
  }

  commit(): Promise<TrieCommit> {
    const before = this.#committed;
    const after = this.#root;
    this.#committed = after;
    return Promise.resolve({
      root: after === null ? EMPTY_TRIE_ROOT : keccak256(after.rlp),
      changedNodes: () => changedNodes(before, after),
    });
  }

  find(key: Uint8Array): Uint8Array | null {
    return valueAt(this.#root, toNibbles(key))?.slice() ?? null;
  }

  findAll(keys: Uint8Array, length: number): FoundValues {
    const values = Array.from({ length: checkKeys(keys, length) }, (_, i) =>
      this.find(keys.subarray(i * length, (i + 1) * length)),
    );
    return foundValues(values);
  }

  prove(key: Uint8Array): Uint8Array[] {
    if (this.#root !== this.#committed) {
      throw new CotraceError('NOT_COMMITTED', 'the trie has changes since its last root');
    }
    const proof: Uint8Array[] = [];
    let rest = toNibbles(key);
    for (let node = this.#root; node !== null;) {
      if (node === this.#root || node.rlp.length >= 32) proof.push(node.rlp);
      if (node.kind === 'branch') {
        const [first] = rest;
        node = first === undefined ? null : (node.children[first] ?? null);
        rest = rest.subarray(1);
      } else {
        const shared = sharedLength(node.path, rest);
        rest = rest.subarray(shared);
        node = node.kind === 'leaf' || shared < node.path.length ? null : node.child;
      }
    }
    return proof;
  }
}

/** Hashed nodes by their path: those of `after` that `before` has not, and the paths that only `before` has. */
function* changedNodes(before: PlainNode | null, after: PlainNode | null): Generator<ChangedNode> {
  const now = new Map(nodesUnlike(after, before, TOP));
  yield* [...now.values()];
  for (const [place, { path }] of nodesUnlike(before, after, TOP)) {
    if (!now.has(place)) yield { path, rlp: null };
  }
}

type Placed = readonly [string, ChangedNode];

/** Hashed nodes of `node`, whose path is `path`, without the parts that the trie `other` has at the same place. */
function* nodesUnlike(node: PlainNode | null, other: PlainNode | null, path: Uint8Array): Generator<Placed> {
  if (node === null || node === nodeAt(other, path)) return;
  if (path.length === 0 || node.rlp.length >= 32) yield [path.join(), { path, rlp: node.rlp }];
  if (node.kind === 'extension') {
    yield* nodesUnlike(node.child, other, concat(path, node.path));
  } else if (node.kind === 'branch') {
    for (const [at, child] of node.children.entries()) {
      yield* nodesUnlike(child, other, concat(path, Uint8Array.of(at)));
    }
  }
}

/** The node that begins exactly `path` below `node`, if one does. */
function nodeAt(node: PlainNode | null, path: Uint8Array): PlainNode | null {
  const [first] = path;
  if (first === undefined || node === null) return node;
  if (node.kind === 'branch') return nodeAt(node.children[first] ?? null, path.subarray(1));
  if (node.kind === 'leaf' || sharedLength(node.path, path) < node.path.length) return null;
  return nodeAt(node.child, path.subarray(node.path.length));
}
