import { describe, expect, it } from '@jest/globals';
import { toHex } from '@cotrace/core';
import type { Effect } from '@cotrace/fabric-model';
import { entryAfter, type KeyEntry } from './entry-after.js';

const KEY = { namespace: 'goods', key: 'a' };
const PUT: Effect = { kind: 'put', ...KEY, value: Uint8Array.of(7), metadata: null };
const DELETE: Effect = { kind: 'delete', ...KEY };
const RESTAMP: Effect = { kind: 'restamp', ...KEY, metadata: [] };
const PLACE = { blockNum: 9n, txNum: 2 };

const LIVE = { value: '06', blockNum: 4n, txNum: 1, verNum: 3 };
const DELETED = { ...LIVE, value: null };

/** What a transaction at `PLACE` makes of the key, values kept as hexadecimal digits. */
const after = (effect: Effect, old: KeyEntry<string> | null) => entryAfter(effect, old, PLACE, toHex);

describe('the entry of a key after a valid transaction', () => {
  it('has the value that was put, one version more than before', () => {
    expect(after(PUT, null)).toEqual({ value: '07', ...PLACE, verNum: 1 });
    expect(after(PUT, LIVE)).toEqual({ value: '07', ...PLACE, verNum: 4 });
    expect(after(PUT, DELETED)).toEqual({ value: '07', ...PLACE, verNum: 4 });
  });

  it('stays after a deletion, without a value and one version more, even where there was no value', () => {
    expect(after(DELETE, null)).toEqual({ value: null, ...PLACE, verNum: 1 });
    expect(after(DELETE, LIVE)).toEqual({ value: null, ...PLACE, verNum: 4 });
    expect(after(DELETE, DELETED)).toEqual({ value: null, ...PLACE, verNum: 4 });
  });

  it('keeps its value where only the metadata of a live key is written', () => {
    expect(after(RESTAMP, LIVE)).toEqual({ value: '06', ...PLACE, verNum: 4 });
  });

  it('is not touched by a metadata write to a key that never was, or is deleted', () => {
    expect(after(RESTAMP, null)).toBeNull();
    expect(after(RESTAMP, DELETED)).toBeNull();
  });
});
