// The floor of a random access: an open-addressing hash table of leaf addresses, in the trie's own memory. Keys are 32
// random bytes, so that their first bytes are hash enough.

/** Puts a leaf's address into the table of `mask + 1` words at `table`. */
export function put(table: usize, mask: u32, key: usize, leaf: u32): void {
  let at = load<u32>(key) & mask;
  while (load<u32>(table + (<usize>at << 2)) != 0) at = (at + 1) & mask;
  store<u32>(table + (<usize>at << 2), leaf);
}

/** Looks up `count` keys, `stride` bytes apart, as lookups in the trie do: the leaf's whole key is compared. */
export function findAll(table: usize, mask: u32, keys: usize, stride: u32, count: u32, header: u32): u32 {
  let found: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const key = keys + <usize>(i * stride);
    let at = load<u32>(key) & mask;
    for (;;) {
      const leaf = <usize>load<u32>(table + (<usize>at << 2));
      if (leaf == 0) break;
      const other = leaf + <usize>header;
      if (
        load<u64>(other) == load<u64>(key) &&
        load<u64>(other, 8) == load<u64>(key, 8) &&
        load<u64>(other, 16) == load<u64>(key, 16) &&
        load<u64>(other, 24) == load<u64>(key, 24)
      ) {
        found++;
        break;
      }
      at = (at + 1) & mask;
    }
  }
  return found;
}
