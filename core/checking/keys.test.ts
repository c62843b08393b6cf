import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { utf8 } from '../bytes/bytes.js';
import { errorOf } from '../testing/error-of.js';
import {
  anchorKey,
  headerKey,
  lateKey,
  partKey,
  readAnchorKey,
  readHeaderKey,
  readLateKey,
  readPart,
  readPartKey,
} from './keys.js';
import { encodePartLeaf } from './leaves.js';
import { encodeLateReport, readLateReport, type LateReport } from './late-report.js';
import { attemptAt, expectedInitiator, inTurnFrom } from './rotation.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;
const U64_MAX = 2n ** 64n - 1n;

describe('keys of checking and anchor', () => {
  it('have 20 digits for a cycle, so that their order is that of cycles', () => {
    expect(headerKey(7n)).toBe('header/00000000000000000007');
    expect(partKey(12n, '_lifecycle')).toBe('part/00000000000000000012/_lifecycle');
    expect(lateKey(3n, 41, 'penalty')).toBe('late/00000000000000000003/0041/penalty');
    expect(anchorKey(U64_MAX)).toBe('anchor/18446744073709551615');
  });

  it('are read back, and nothing else is', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, U64_MAX), fc.nat(9999), (n, attempt) => {
        expect(readHeaderKey(headerKey(n))).toBe(n);
        expect(readAnchorKey(anchorKey(n))).toBe(n);
        expect(readPartKey(partKey(n, 'goods'))).toEqual({ checkNum: n, domain: 'goods' });
        expect(readLateKey(lateKey(n, attempt, 'warning'))).toEqual({
          checkNum: n,
          attempt,
          kind: 'warning',
        });
      }),
      { numRuns: RUNS },
    );
    const readers = [readHeaderKey, readAnchorKey, readPartKey, readLateKey];
    for (const key of [
      '',
      'header/7',
      'header/00000000000000000007/',
      'header/18446744073709551616',
      'anchor/18446744073709551616',
      'part/00000000000000000007/a/b',
      'part/00000000000000000007/',
      'late/00000000000000000003/041/penalty',
      'late/00000000000000000003/0041/other',
      'xheader/00000000000000000007',
    ]) {
      expect(readers.map((read) => read(key))).toEqual([null, null, null, null]);
    }
  });
});

describe('a report of who is late', () => {
  const report: LateReport = { checkNum: 3n, attempt: 41, kind: 'penalty', mspId: 'Org1MSP' };
  const key = lateKey(3n, 41, 'penalty');

  it('is canonical JSON, read back with its key', () => {
    const value = encodeLateReport(report);
    expect(value).toEqual(utf8('{"attempt":41,"cycle":"3","kind":"penalty","mspId":"Org1MSP"}'));
    expect(readLateReport(key, value)).toEqual(report);
  });

  it('is none where it does not fit its key, or is of another form', () => {
    const value = encodeLateReport(report);
    expect(readLateReport(lateKey(4n, 41, 'penalty'), value)).toBeNull();
    expect(readLateReport('late/3/41/penalty', value)).toBeNull();
    for (const text of ['', '{}', '[]', '{"attempt":41, "cycle":"3","kind":"penalty","mspId":"Org1MSP"}']) {
      expect(readLateReport(key, utf8(text))).toBeNull();
    }
    expect(readLateReport(key, Uint8Array.of(255))).toBeNull();
    expect(errorOf(() => encodeLateReport({ ...report, attempt: 10_000 })).code).toBe('OUT_OF_RANGE');
    expect(errorOf(() => encodeLateReport({ ...report, mspId: '' })).code).toBe('BAD_NAME');
  });
});

describe('a part in the state', () => {
  it('is read where its key is of its domain', () => {
    const part = { domain: 'goods', hpart: new Uint8Array(32).fill(7) };
    const value = encodePartLeaf(part);
    expect(readPart(partKey(5n, 'goods'), value)).toEqual({ checkNum: 5n, ...part });
    for (const key of [partKey(5n, 'other'), headerKey(5n), '']) expect(readPart(key, value)).toBeNull();
    expect(readPart(partKey(5n, 'goods'), value.slice(1))).toBeNull();
  });
});

describe('the initiator of a cycle', () => {
  it('rotates with cycles and with attempts, by the bytes of MSP ids', () => {
    const members = ['Org3MSP', 'Org1MSP', 'Ä', 'Org2MSP'];
    const turns = (n: bigint): string[] => [0, 1, 2, 3, 4].map((k) => expectedInitiator(members, n, k));
    expect(turns(0n)).toEqual(['Org1MSP', 'Org2MSP', 'Org3MSP', 'Ä', 'Org1MSP']);
    expect(turns(6n)).toEqual(['Org3MSP', 'Ä', 'Org1MSP', 'Org2MSP', 'Org3MSP']);
    expect(expectedInitiator(members, U64_MAX, 1)).toBe('Org1MSP');
    expect(() => expectedInitiator([], 1n, 0)).toThrow(RangeError);
  });

  it('is followed by the other members, each once', () => {
    const members = ['Org3MSP', 'Org1MSP', 'Org2MSP'];
    expect(inTurnFrom(members, 'Org2MSP')).toEqual(['Org2MSP', 'Org3MSP', 'Org1MSP']);
    expect(inTurnFrom(members, 'none')).toEqual(['Org1MSP', 'Org2MSP', 'Org3MSP']);
    expect(inTurnFrom([], 'Org1MSP')).toEqual([]);
  });

  it('has an attempt for each t2 since the start', () => {
    expect([999, 1000, 3999, 4000, 30_999, 31_000].map((now) => attemptAt(1000, now, 3000))).toEqual([
      0, 0, 0, 1, 9, 10,
    ]);
  });
});
