import { describe, expect, it } from '@jest/globals';
import { MalformedError } from '@cotrace/core';
import { checkOid, oidText } from './oid.js';

const bytes = (...octets: readonly number[]) => Uint8Array.from(octets);

describe('an object identifier', () => {
  it.each([
    ['2.5.4.11', bytes(0x55, 4, 11)],
    ['1.2.840.10045.4.3.2', bytes(0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2)],
    ['1.39', bytes(79)],
    ['2.48', bytes(0x81, 0)],
    ['1.2.2147483647', bytes(0x2a, 0x87, 0xff, 0xff, 0xff, 0x7f)],
  ])('%s is read', (text, content) => {
    expect(oidText(content)).toBe(text);
  });

  it.each([
    ['nothing', bytes()],
    ['a part that does not end', bytes(0x2a, 0x81)],
    ['a part that begins with zeros', bytes(0x2a, 0x80, 1)],
    ['a part of 2^31', bytes(0x2a, 0x88, 0x80, 0x80, 0x80, 0)],
  ])('is refused with %s', (_title, content) => {
    expect(() => oidText(content)).toThrow(MalformedError);
  });

  // Building a number of 256 kB takes seconds.
  it.each([
    ['ends', 1],
    ['does not end', 0x81],
  ])('with one long part that %s costs next to nothing', (_title, last) => {
    const long = new Uint8Array(256 * 1024).fill(0x81);
    long[long.length - 1] = last;
    const before = process.cpuUsage();
    expect(() => oidText(long)).toThrow(MalformedError);
    if (last < 0x80) expect(() => checkOid(long)).not.toThrow();
    else expect(() => checkOid(long)).toThrow(MalformedError);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(500);
  });
});
