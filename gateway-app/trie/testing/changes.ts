import { createHash } from 'node:crypto';
import type { TrieChange } from '@cotrace/core';

const A_BLOCK = 800;
const KEYS = 5000;

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(text).digest());
}

/** The changes of a block: they depend on its number alone. */
export function changesOf(block: number): TrieChange[] {
  return Array.from({ length: A_BLOCK }, (_, i) => {
    const seed = bytesOf(`${block}/${i}`);
    const number = new DataView(seed.buffer).getUint32(0);
    return { key: bytesOf(`key ${number % KEYS}`), value: number % 7 === 0 ? null : seed };
  });
}
