import { describe, expect, it } from '@jest/globals';
import { create, toBinary } from '@bufbuild/protobuf';
import { sha256, toHex, utf8 } from '@cotrace/core';
import { StoredEntrySchema } from '../gen/cotrace/store_pb.js';
import { storedEntry } from './domain-store.js';
import { decodeStateRow, encodeStateRow } from './state-row.js';

const HASH = toHex(sha256(utf8('a transaction')));
const entry = (value: Uint8Array) =>
  storedEntry({
    ...{ value, deleted: false, blockNum: 7n, txNum: 2, verNum: 3 },
    validationParameter: utf8('policy'),
  });

const values: readonly (readonly [string, Uint8Array])[] = [
  ['empty', utf8('')],
  ['without digits', utf8('{"step":"shipping"}')],
  ['digits alone', utf8(HASH)],
  ['an odd number of them', utf8(`${HASH}a`)],
  ['digits among text', utf8(`{"hash":"${HASH}","txId":"${HASH}","note":"deadbeef"}`)],
  ['digits in upper case', utf8(HASH.toUpperCase())],
  ['few digits', utf8('0123456789abcde')],
  ['bytes that are no text', Uint8Array.from({ length: 256 }, (_, byte) => byte)],
];

describe('the row of an entry', () => {
  it.each(values)('gives back a value that is %s', (_title, value) => {
    const whole = entry(value);
    expect(decodeStateRow(encodeStateRow(whole))).toEqual(whole);
  });

  it('takes half a byte for each digit of hashes', () => {
    const plain = encodeStateRow(entry(utf8('x'.repeat(HASH.length)))).length;
    expect(encodeStateRow(entry(utf8(HASH))).length).toBeLessThan(plain - HASH.length / 2 + 8);
  });

  it('that an older release wrote is read', () => {
    for (const [, value] of values) {
      expect(decodeStateRow(toBinary(StoredEntrySchema, entry(value)))).toEqual(entry(value));
    }
    const deleted = create(StoredEntrySchema, { deleted: true, blockNum: 1n, verNum: 2 });
    expect(decodeStateRow(toBinary(StoredEntrySchema, deleted))).toEqual(deleted);
  });
});
