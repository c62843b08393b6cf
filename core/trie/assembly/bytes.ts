// Short copies in place. `memory.copy` and `memory.fill` are calls out of WebAssembly in V8, which cost more than what
// they do for the few bytes of a path, a value or a message's end.

/** Copies exactly `length` bytes between places that do not overlap. */
export function copyBytes(to: usize, from: usize, length: usize): void {
  let at: usize = 0;
  for (; at + 16 <= length; at += 16) v128.store(to + at, v128.load(from + at));
  if (length & 8) {
    store<u64>(to + at, load<u64>(from + at));
    at += 8;
  }
  if (length & 4) {
    store<u32>(to + at, load<u32>(from + at));
    at += 4;
  }
  for (; at < length; at++) store<u8>(to + at, load<u8>(from + at));
}

/** Makes the bytes from `from` up to `end` zero. */
export function clearBytes(from: usize, end: usize): void {
  for (; from + 16 <= end; from += 16) v128.store(from, i64x2.splat(0));
  if (from + 8 <= end) {
    store<u64>(from, 0);
    from += 8;
  }
  for (; from < end; from++) store<u8>(from, 0);
}
