import { describe, expect, it } from '@jest/globals';
import { p256, p384, p521 } from '@noble/curves/nist.js';
import * as fc from 'fast-check';
import { isPoint, orderOf, sizeOf } from './curves.js';

const numRuns = process.env['CI_DEEP'] === '1' ? 10_000 : 100;

describe.each([
  ['P-256', p256],
  ['P-384', p384],
  ['P-521', p521],
] as const)('the curve %s', (name, noble) => {
  const { Point } = noble;

  it('is that of the library', () => {
    expect(orderOf(name)).toBe(Point.Fn.ORDER);
    expect(sizeOf(name)).toBe(Point.Fp.BYTES);
    expect(isPoint(name, Point.BASE.toBytes(false))).toBe(true);
    expect(isPoint(name, Point.BASE.toBytes(true))).toBe(false);
  });

  it('has the points that the library finds on it, and no others', () => {
    const size = sizeOf(name);
    const scalars = fc.bigInt({ min: 1n, max: Point.Fn.ORDER - 1n });
    const changes = fc.option(fc.tuple(fc.nat(2 * size), fc.integer({ min: 1, max: 255 })), { freq: 3 });
    fc.assert(
      fc.property(scalars, changes, (scalar, change) => {
        const bytes = Point.BASE.multiply(scalar).toBytes(false);
        if (change !== null) bytes[change[0]] = (bytes[change[0]] ?? 0) ^ change[1];
        expect(isPoint(name, bytes)).toBe(isValid(noble, bytes));
      }),
      { numRuns },
    );
  }, 60_000);

  it('has no point with a coordinate that is not reduced', () => {
    const size = sizeOf(name);
    const p = Point.Fp.ORDER;
    // (0, y) with y² = b has the same remainders as (p, y).
    const y = Point.Fp.sqrt(Point.CURVE().b);
    expect(isPoint(name, uncompressed(0n, y, size))).toBe(true);
    expect(isPoint(name, uncompressed(p, y, size))).toBe(false);
    expect(isPoint(name, uncompressed(0n, y, size + 1))).toBe(false);
  });
});

function uncompressed(x: bigint, y: bigint, size: number): Uint8Array {
  const hex = [x, y].map((value) => value.toString(16).padStart(2 * size, '0')).join('');
  return Uint8Array.from([4, ...Buffer.from(hex, 'hex')]);
}

function isValid({ Point }: typeof p256, bytes: Uint8Array): boolean {
  try {
    Point.fromBytes(bytes).assertValidity();
    return bytes[0] === 4;
  } catch {
    return false;
  }
}
