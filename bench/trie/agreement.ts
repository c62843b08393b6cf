import { ConcurrentTrie, createArena, PlainTrie, toHex, type TrieChange } from '@cotrace/core';
import type { GoProgram } from '../go-program.js';
import { Geth } from './geth.js';

const STEPS = 20;
const CHANGES = 6;
const BYTES = [0x00, 0x01, 0x10, 0x11, 0x12, 0xff];

/** Random numbers below `limit`, from a seed (mulberry32). */
function randomOf(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  };
}

/** Keys that share beginnings, some the beginning of others; values inlined and hashed; a quarter removals. */
function randomChange(random: (limit: number) => number): TrieChange {
  const key = Uint8Array.from({ length: 1 + random(5) }, () => BYTES[random(BYTES.length)] ?? 0);
  if (random(4) === 0) return { key, value: null };
  return {
    key,
    value: Uint8Array.from({ length: 1 + random(random(3) === 0 ? 300 : 40) }, () => random(256)),
  };
}

/**
 * Holds both tries against go-ethereum over `sequences` random sequences of operations, after every step. Answers how
 * many roots were compared. Throws at the first that differs.
 */
export async function compareWithGeth(program: GoProgram, sequences: number): Promise<number> {
  const geth = new Geth(program, 1);
  let compared = 0;
  try {
    for (let seed = 1; seed <= sequences; seed++) {
      const random = randomOf(seed);
      const tries = [new PlainTrie(), new ConcurrentTrie(createArena(48 << 20))];
      await geth.ask('new');
      for (let step = 0; step < STEPS; step++) {
        const changes = Array.from({ length: CHANGES }, () => randomChange(random));
        const text = changes.map(({ key, value }) => `${toHex(key)}=${toHex(value ?? new Uint8Array())}`);
        const { root } = await geth.ask(`apply ${text.join()}`);
        for (const trie of tries) {
          await trie.apply(changes);
          const mine = toHex((await trie.commit()).root);
          if (mine !== root)
            throw new Error(`seed ${seed}, step ${step}: ${mine} where go-ethereum has ${root}`);
          compared++;
        }
      }
    }
  } finally {
    await geth.stop();
  }
  return compared;
}
