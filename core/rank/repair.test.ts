import { describe, expect, it } from '@jest/globals';
import { utf8 } from '../bytes/bytes.js';
import { sha256 } from '../hash.js';
import { DELETED_VALUE_HASH, type RankEntry } from './entry.js';
import { dropsState, needsValue, repairSet, verifyValue } from './repair.js';
import { someEntries } from './testing/damage.js';

describe('a repair', () => {
  const entry = { ...(someEntries(1, 1)[0] ?? ({} as RankEntry)), key: 'a' };
  const repair = (missing: RankEntry[], surplus: RankEntry[]) => {
    const [only, ...more] = repairSet([
      { block: 1n, missing, surplus: [] },
      { block: 2n, missing: [], surplus },
    ]);
    expect(more).toEqual([]);
    if (only === undefined) throw new Error('a repair was expected');
    return only;
  };

  it('fetches a value only where it has none that is right', () => {
    const moved = { ...entry, blockNum: 2n };
    expect(needsValue(repair([entry], []))).toBe(true);
    expect(needsValue(repair([entry], [{ ...moved, valueHash: sha256(utf8('other')) }]))).toBe(true);
    expect(repair([entry], [moved]).kind).toBe('replace');
    expect(needsValue(repair([entry], [moved]))).toBe(false);
    expect(needsValue(repair([{ ...entry, valueHash: DELETED_VALUE_HASH }], []))).toBe(false);
    expect(needsValue(repair([], [moved]))).toBe(false);
  });

  it('drops of the state only what is dropped of the tree', () => {
    const stale = { ...entry, blockNum: 2n };
    expect(dropsState(repair([], [stale]), stale)).toBe(true);
    for (const now of [entry, { ...stale, txNum: 9 }, { ...stale, verNum: 9 }])
      expect(dropsState(repair([], [stale]), now)).toBe(false);
    expect(dropsState(repair([entry], [stale]), stale)).toBe(false);
  });

  it('takes only the value that the consortium has, and names who sent another', () => {
    verifyValue(entry, utf8('value 0'), 'org3.goods');
    for (const value of ['value 1', '']) {
      expect(() => verifyValue(entry, utf8(value), 'org3.goods')).toThrow(
        expect.objectContaining({
          code: 'PEER_LIES',
          detail: expect.objectContaining({ peer: 'org3.goods', key: 'a' }),
        }),
      );
    }
  });
});
