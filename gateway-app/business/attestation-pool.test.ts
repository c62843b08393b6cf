import { describe, expect, it } from '@jest/globals';
import type { Attestation } from '@cotrace/core';
import { AttestationPool } from './attestation-pool.js';

const MEGABYTE = 1024 * 1024;

function attestation(tag: number, bytes = 1): Attestation {
  return {
    body: new Uint8Array(bytes).fill(tag),
    unixSeconds: 0n,
    mspId: 'Org1MSP',
    certificate: new Uint8Array(),
    signature: Uint8Array.of(tag),
  };
}

const tags = (pool: AttestationPool, blockNum: bigint) =>
  pool.of(blockNum).map(({ source, attestation: { body } }) => `${source}${body[0] ?? ''}`);

describe('the pool of attestations', () => {
  it('keeps two different ones of each source for a block, and repeats once', () => {
    const pool = new AttestationPool(5n);
    for (const tag of [1, 1, 2, 2, 3]) pool.add('a', 5n, attestation(tag));
    pool.add('b', 5n, attestation(3));
    expect(tags(pool, 5n)).toEqual(['a1', 'a2', 'b3']);
  });

  it('lets no source take the places of another', () => {
    const pool = new AttestationPool(0n);
    for (let tag = 0; tag < 100; tag++) pool.add('noisy', 0n, attestation(tag));
    pool.add('quiet', 0n, attestation(7));
    expect(tags(pool, 0n)).toContain('quiet7');
  });

  it('forgets what is passed, and takes nothing far ahead', () => {
    const pool = new AttestationPool(0n);
    for (const blockNum of [0n, 1n, 255n, 256n]) pool.add('a', blockNum, attestation(1));
    expect([0n, 1n, 255n, 256n].map((blockNum) => pool.of(blockNum).length)).toEqual([1, 1, 1, 0]);
    expect([pool.takes('a', 255n), pool.takes('a', 256n)]).toEqual([true, false]);
    pool.advance(1n);
    expect([pool.of(0n).length, pool.of(1n).length, pool.takes('a', 256n)]).toEqual([0, 1, true]);
    pool.add('a', 0n, attestation(1));
    expect(pool.of(0n)).toEqual([]);
  });

  it('lets a source that sends much wait, but never for the next block', () => {
    const pool = new AttestationPool(0n);
    for (let blockNum = 1n; blockNum <= 4n; blockNum += 1n)
      pool.add('big', blockNum, attestation(1, 4 * MEGABYTE));
    expect([pool.takes('big', 5n), pool.takes('big', 0n), pool.takes('small', 5n)]).toEqual([
      false,
      true,
      true,
    ]);
    pool.advance(2n);
    expect(pool.takes('big', 5n)).toBe(true);
  });

  it('wakes those who wait when something comes, when it advances, and when they stop', async () => {
    const pool = new AttestationPool(0n);
    const { signal } = new AbortController();
    const added = pool.changed(signal);
    pool.add('a', 0n, attestation(1));
    await added;
    const advanced = pool.changed(signal);
    pool.advance(1n);
    await advanced;
    const stopping = new AbortController();
    const stopped = pool.changed(stopping.signal);
    stopping.abort();
    await stopped;
    await pool.changed(AbortSignal.abort());
  });
});
