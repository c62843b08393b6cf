import { utf8 } from '../../bytes/bytes.js';

/** `count` different leaves. */
export function someLeaves(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => utf8(`leaf ${i}`));
}

/** The indices of the set bits of `mask`, lowest first. */
export function subset(mask: number): number[] {
  return Array.from({ length: 32 }, (_, i) => i).filter((i) => (mask >>> i) % 2 === 1);
}
