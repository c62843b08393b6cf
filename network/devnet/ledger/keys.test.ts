import { compareBytes } from '@cotrace/core';
import { compareUtf8 } from '@cotrace/fabric-model';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  blockKey,
  hashedKey,
  hashKey,
  historyBounds,
  historyKey,
  historyPlace,
  IDENTITY_KEY,
  privateKey,
  stateBounds,
  stateKey,
  TIP_KEY,
  TRANSIENT_BOUNDS,
  transactionKey,
  transientKey,
} from './keys.js';

const numRuns = process.env['CI_DEEP'] === '1' ? 10_000 : 100;

/** Texts that run into each other: few letters, zero bytes, beyond U+FFFF, and empty ones. */
const text = fc.string({
  unit: fc.constantFrom('a', 'b', '\0', '\u0001', '\uFFE6', '\u{10FFFF}'),
  maxLength: 4,
});
const place = fc.record({
  blockNum: fc.bigInt({ min: 0n, max: 300n }),
  txNum: fc.integer({ min: 0, max: 300 }),
});

const isBetween = (key: Uint8Array, gte: Uint8Array, lt: Uint8Array): boolean =>
  compareBytes(key, gte) >= 0 && compareBytes(key, lt) < 0;

/** One key of each table, all for the name that makes them most alike. */
const tables = (name: string): Readonly<Record<string, Uint8Array>> => ({
  block: blockKey(0n),
  header: hashKey(Buffer.from(name)),
  transaction: transactionKey(name),
  state: stateKey('', name),
  history: historyKey('', name, 0n, 0),
  hashed: hashedKey('', '', Buffer.from(name)),
  private: privateKey('', '', name),
  transient: transientKey(name),
});

describe('keys of the store', () => {
  it('leave the tip and the identity to themselves, whatever names others choose', () => {
    for (const single of [TIP_KEY, IDENTITY_KEY]) {
      const rest = Buffer.from(single.subarray(1)).toString();
      for (const name of [rest, '', 'ip', 'store', 'a']) {
        for (const [table, key] of Object.entries(tables(name))) {
          expect([table, compareBytes(key, single) === 0]).toEqual([table, false]);
          expect([table, key[0] === single[0]]).toEqual([table, false]);
        }
      }
      expect(isBetween(single, TRANSIENT_BOUNDS.gte, TRANSIENT_BOUNDS.lt)).toBe(false);
    }
    expect(new Set(Object.values(tables('a')).map(([letter]) => letter)).size).toBe(8);
  });

  it('put into a range of a namespace the keys between its bounds, and no others', () => {
    fc.assert(
      fc.property(text, text, text, text, text, (namespace, start, end, otherNamespace, key) => {
        const { gte, lt, prefixLength } = stateBounds(namespace, start, end);
        const inRange = (one: string): boolean =>
          compareUtf8(one, start) >= 0 && (end === '' || compareUtf8(one, end) < 0);
        expect(isBetween(stateKey(namespace, key), gte, lt)).toBe(inRange(key));
        const foreign = isBetween(stateKey(otherNamespace, key), gte, lt);
        expect(foreign).toBe(otherNamespace === namespace && inRange(key));
        const stored = stateKey(namespace, key).subarray(prefixLength);
        expect(Buffer.from(stored).toString()).toBe(key);
      }),
      { numRuns },
    );
  });

  it('keep the histories of keys apart, in the order of their places', () => {
    fc.assert(
      fc.property(text, text, text, text, place, place, (ns, key, otherNs, otherKey, a, b) => {
        const { gte, lte } = historyBounds(ns, key);
        const first = historyKey(ns, key, a.blockNum, a.txNum);
        const second = historyKey(otherNs, otherKey, b.blockNum, b.txNum);
        const inside = (one: Uint8Array): boolean =>
          compareBytes(one, gte) >= 0 && compareBytes(one, lte) <= 0;
        expect(inside(first)).toBe(true);
        expect(inside(second)).toBe(ns === otherNs && key === otherKey);
        expect(historyPlace(first)).toEqual(a);
        const later = historyKey(ns, key, b.blockNum, b.txNum);
        const order = a.blockNum === b.blockNum ? a.txNum - b.txNum : Number(a.blockNum - b.blockNum);
        expect(Math.sign(compareBytes(first, later))).toBe(Math.sign(order));
      }),
      { numRuns },
    );
  });
});
