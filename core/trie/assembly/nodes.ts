// Nodes: their fields, and what a key's path looks like. A branch has an extension in it: `depth` may be greater than
// the place it hangs at, and the half-bytes between are those of any key below.

/** Kinds; a free node has none. */
export const LEAF: u8 = 1;
export const BRANCH: u8 = 2;

// Of both. Immutable once linked: kind. Written by every thread: dirty (only ever to DIRTY outside a commit).
// Written in a commit by the thread that has the unit: reference, hang, dirty, link.
export const REFERENCE_LENGTH: usize = 1;
export const STATE: usize = 2;
export const LINK: usize = 4;
export const REFERENCE: usize = 8;
export const HANG: usize = 42;
// A leaf: immutable but for `REMOVED`, which its key's writer sets. One that replaces another hangs where that did, so that
// a removal within the same batch still tells which node is gone.
export const KEY_LENGTH: usize = 40;
export const VALUE_LENGTH: usize = 44;
export const REMOVED: usize = 46;
export const LEAF_HEADER: usize = 48;
// A branch: the depth is immutable, and its highest bit is set, so that a lookup need not read the kind, which may be in
// another line of the processor's caches; slots are changed by compare-and-swap, or in a commit.
export const DEPTH: usize = 40;
export const BRANCH_BIT: u32 = 0x8000;
export const CHILDREN: usize = 44;
export const BRANCH_SIZE: u32 = 112;
/** The slot of the key that ends at a branch. */
export const VALUE_SLOT: u32 = 16;

// States: hashed; changed; in a list of the running commit.
export const CLEAN: u8 = 0;
export const DIRTY: u8 = 1;
export const LISTED: u8 = 2;

// @ts-ignore: decorator
@inline export function kindOf(node: usize): u8 { return load<u8>(node); }

// @ts-ignore: decorator
@inline export function stateOf(node: usize): u8 { return load<u8>(node, STATE); }

// @ts-ignore: decorator
@inline export function markDirty(node: usize): void {
  if (load<u8>(node, STATE) != DIRTY) store<u8>(node, DIRTY, STATE);
}

// @ts-ignore: decorator
@inline export function depthOf(branch: usize): u32 { return <u32>load<u16>(branch, DEPTH) & ~BRANCH_BIT; }

// @ts-ignore: decorator
@inline export function hangOf(node: usize): u32 { return load<u16>(node, HANG); }

// @ts-ignore: decorator
@inline export function slotAt(branch: usize, index: u32): usize { return branch + CHILDREN + (<usize>index << 2); }

// @ts-ignore: decorator
@inline export function readSlot(slot: usize): usize { return <usize>atomic.load<u32>(slot); }

/** A slot that no other thread can be writing: in a commit those of its own unit, and all while nothing else works. */
// @ts-ignore: decorator
@inline export function ownSlot(slot: usize): usize { return <usize>load<u32>(slot); }

// @ts-ignore: decorator
@inline export function swapSlot(slot: usize, from: usize, to: usize): bool {
  return atomic.cmpxchg<u32>(slot, <u32>from, <u32>to) == <u32>from;
}

// @ts-ignore: decorator
@inline export function nibble(key: usize, at: u32): u32 {
  const byte = <u32>load<u8>(key + <usize>(at >> 1));
  return at & 1 ? byte & 15 : byte >> 4;
}

/** The slot's number that a key of `nibbles` half-bytes takes in a branch at `depth`; the key is long enough. */
// @ts-ignore: decorator
@inline export function indexOf(key: usize, nibbles: u32, depth: u32): u32 {
  return nibbles == depth ? VALUE_SLOT : nibble(key, depth);
}

/** A leaf below: between commits every branch has one. */
export function anyLeaf(node: usize): usize {
  while (kindOf(node) == BRANCH) {
    let child: usize = 0;
    for (let i: u32 = 0; i <= VALUE_SLOT && child == 0; i++) child = readSlot(slotAt(node, i));
    node = child;
  }
  return node;
}

/**
 * The first half-byte from `from` on, and before `limit`, in which two keys differ; `limit` where none does. Both keys
 * must be that long.
 */
export function parting(a: usize, b: usize, from: u32, limit: u32): u32 {
  let at = from & ~1;
  while (at + 16 <= limit && load<u64>(a + <usize>(at >> 1)) == load<u64>(b + <usize>(at >> 1))) at += 16;
  while (at < limit && nibble(a, at) == nibble(b, at)) at++;
  return max(at, from);
}

/** Whether two keys of `length` bytes are the same. */
export function sameKey(a: usize, b: usize, length: u32): bool {
  if (length == 32) {
    const low = v128.xor(v128.load(a), v128.load(b));
    return !v128.any_true(v128.or(low, v128.xor(v128.load(a, 16), v128.load(b, 16))));
  }
  let at: u32 = 0;
  for (; at + 8 <= length; at += 8) if (load<u64>(a + <usize>at) != load<u64>(b + <usize>at)) return false;
  for (; at < length; at++) if (load<u8>(a + <usize>at) != load<u8>(b + <usize>at)) return false;
  return true;
}
