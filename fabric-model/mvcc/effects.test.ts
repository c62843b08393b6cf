import { describe, expect, it } from '@jest/globals';
import { fromHex, sha256, toHex, utf8 } from '@cotrace/core';
import { decodeRwset } from '../transaction/rwset.js';
import { encodeRwset } from '../validation/testing/transaction.js';
import { commitHash, encodeVersion } from './commit-hash.js';
import { effects } from './effects.js';

describe('effects', () => {
  const of = (...sets: Parameters<typeof encodeRwset>[0]): unknown[] =>
    effects(decodeRwset(encodeRwset(sets))).map((effect) => ({ ...effect, namespace: undefined }));
  const entry = { name: 'VALIDATION_PARAMETER', value: utf8('p') };

  it('a key has one effect: its write, or its metadata alone', () => {
    const namespace = 'ns';
    expect(of({ namespace, writes: [{ key: 'k', value: utf8('v') }] })).toMatchObject([
      { kind: 'put', key: 'k', value: utf8('v'), metadata: null },
    ]);
    expect(of({ namespace, writes: [{ key: 'k' }] })).toMatchObject([{ kind: 'delete', key: 'k' }]);
    expect(of({ namespace, metadataWrites: [{ key: 'k', entries: [entry] }] })).toMatchObject([
      { kind: 'restamp', metadata: [entry] },
    ]);
    const metadataWrites = [{ key: 'k', entries: [entry] }];
    expect(of({ namespace, writes: [{ key: 'k', value: utf8('v') }], metadataWrites })).toMatchObject([
      { kind: 'put', metadata: [entry] },
    ]);
    expect(of({ namespace, writes: [{ key: 'k', isDelete: true }], metadataWrites })).toMatchObject([
      { kind: 'delete' },
    ]);
  });

  it('a key that is written more than once goes as Fabric adds it up', () => {
    const namespace = 'ns';
    const put = { key: 'k', value: utf8('v') };
    const del = { key: 'k', isDelete: true };
    expect(of({ namespace, writes: [del, put] })).toMatchObject([{ kind: 'delete' }]);
    expect(of({ namespace, writes: [put, del] })).toMatchObject([{ kind: 'delete' }]);
    expect(of({ namespace, writes: [put, put] })).toMatchObject([{ kind: 'restamp', metadata: [] }]);
    expect(of({ namespace, writes: [put, put, put] })).toMatchObject([
      { kind: 'put', value: utf8('v'), metadata: [] },
    ]);
    expect(of({ namespace, writes: [put] }, { namespace, writes: [put] })).toMatchObject([
      { kind: 'restamp', metadata: [] },
    ]);
    expect(of({ namespace, writes: Array.from({ length: 8 }, () => put) })).toMatchObject([
      { kind: 'delete' },
    ]);
  });

  it('hashes of private data have none', () => {
    const collections = [{ name: 'c', hashedWrites: [{ keyHash: utf8('h'), valueHash: utf8('v') }] }];
    expect(of({ namespace: 'ns', collections })).toEqual([]);
  });
});

describe('commitHash', () => {
  it.each([
    [0n, 0, '0000'],
    [1n, 0, '010100'],
    [255n, 256, '01ff020100'],
    [2n ** 64n - 1n, 1, '08ffffffffffffffff0101'],
  ])('the version %s, %s is written in order-preserving form', (blockNum, txNum, hex) => {
    expect(toHex(encodeVersion({ blockNum, txNum }))).toBe(hex);
  });

  it('covers number and value of flags, updates in canonical order without the empty namespace, and the past', () => {
    const version = { blockNum: 1n, txNum: 0 };
    const updates = [
      { namespace: 'b', key: 'k', value: utf8('2'), version },
      { namespace: 'a', collection: 'c', key: utf8('h'), value: null, version },
      { namespace: 'a', key: 'l', value: utf8('1'), version },
      { namespace: 'a', key: 'k', value: utf8('0'), version },
      { namespace: '', key: 'CHANNEL_CONFIG', value: utf8('x'), version },
    ];
    // Written out by hand: namespace only on its first entry, collection on its first.
    const written = [
      '0a0e' + '0a0161' + '1a016b' + '2a0130' + '3203010100',
      '0a0b' + '1a016c' + '2a0131' + '3203010100',
      '0a0d' + '120163' + '1a0168' + '2001' + '3203010100',
      '0a0e' + '0a0162' + '1a016b' + '2a0132' + '3203010100',
    ].join('');
    const flags = new Uint8Array(200);
    const expected = sha256(fromHex('c801'), flags, fromHex(written), utf8('previous'));
    expect(toHex(commitHash(flags, updates, utf8('previous')))).toBe(toHex(expected));
    expect(toHex(commitHash(flags, [...updates].reverse(), utf8('previous')))).toBe(toHex(expected));
  });
});
