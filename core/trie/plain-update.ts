import { concat } from '../bytes/bytes.js';
import { sharedLength } from './nibbles.js';
import { Branch, Extension, Leaf, type PlainNode } from './plain-nodes.js';

const NO_CHILDREN: readonly (PlainNode | null)[] = new Array<PlainNode | null>(16).fill(null);

/** The trie `node` with `value` at `path`: the yellow paper's structure (appendix D), one case after the other. */
export function withValue(node: PlainNode | null, path: Uint8Array, value: Uint8Array): PlainNode {
  if (node === null) return new Leaf(path, value);
  if (node.kind === 'branch') {
    const [first] = path;
    if (first === undefined) return new Branch(node.children, value);
    return withChild(node, first, withValue(node.children[first] ?? null, path.subarray(1), value));
  }
  const shared = sharedLength(node.path, path);
  if (shared < node.path.length) return extended(path.subarray(0, shared), fork(node, shared, path, value));
  if (node.kind === 'extension') {
    return extended(node.path, withValue(node.child, path.subarray(shared), value));
  }
  if (shared === path.length) return new Leaf(path, value);
  return extended(path.subarray(0, shared), fork(node, shared, path, value));
}

/** The trie `node` without `path`: `node` itself where nothing was there. */
export function withoutValue(node: PlainNode | null, path: Uint8Array): PlainNode | null {
  if (node === null) return null;
  if (node.kind === 'branch') return branchWithout(node, path);
  const shared = sharedLength(node.path, path);
  if (shared < node.path.length) return node;
  if (node.kind === 'leaf') return shared === path.length ? null : node;
  const child = withoutValue(node.child, path.subarray(shared));
  if (child === node.child || child === null) return node;
  return extended(node.path, child);
}

/** The value at `path`, or null. */
export function valueAt(node: PlainNode | null, path: Uint8Array): Uint8Array | null {
  let rest = path;
  for (let at = node; at !== null;) {
    if (at.kind === 'branch') {
      const [first] = rest;
      if (first === undefined) return at.value;
      at = at.children[first] ?? null;
      rest = rest.subarray(1);
    } else {
      const shared = sharedLength(at.path, rest);
      if (shared < at.path.length) return null;
      rest = rest.subarray(shared);
      if (at.kind === 'leaf') return rest.length === 0 ? at.value : null;
      at = at.child;
    }
  }
  return null;
}

/** A branch where `node`, a leaf or an extension, and the new key part after `shared` half-bytes. */
function fork(node: Leaf | Extension, shared: number, path: Uint8Array, value: Uint8Array): PlainNode {
  const [at] = node.path.subarray(shared);
  const below = node.path.subarray(shared + 1);
  let branch = new Branch(NO_CHILDREN, null);
  if (at === undefined) branch = new Branch(NO_CHILDREN, node.kind === 'leaf' ? node.value : null);
  else if (node.kind === 'leaf') branch = withChild(branch, at, new Leaf(below, node.value));
  else branch = withChild(branch, at, extended(below, node.child));
  return withValue(branch, path.subarray(shared), value);
}

function branchWithout(node: Branch, path: Uint8Array): PlainNode | null {
  const [first] = path;
  if (first === undefined) return node.value === null ? node : collapsed(new Branch(node.children, null));
  const child = node.children[first] ?? null;
  const left = withoutValue(child, path.subarray(1));
  return left === child ? node : collapsed(withChild(node, first, left));
}

/** A branch with one entry left is no fork: the entry takes its place. */
function collapsed(branch: Branch): PlainNode {
  const places = branch.children.flatMap((child, at) => (child === null ? [] : [at]));
  if (branch.value !== null) return places.length > 0 ? branch : new Leaf(new Uint8Array(), branch.value);
  const [only] = places;
  const child = only === undefined ? null : (branch.children[only] ?? null);
  if (only === undefined || child === null || places.length > 1) return branch;
  return extended(Uint8Array.of(only), child);
}

/** `node` behind `path`: an extension above a branch, else the node with a longer path. */
function extended(path: Uint8Array, node: PlainNode): PlainNode {
  if (path.length === 0) return node;
  if (node.kind === 'branch') return new Extension(path, node);
  const longer = concat(path, node.path);
  return node.kind === 'leaf' ? new Leaf(longer, node.value) : new Extension(longer, node.child);
}

function withChild(branch: Branch, at: number, child: PlainNode | null): Branch {
  return new Branch(branch.children.with(at, child), branch.value);
}
