import { describe, expect, it } from '@jest/globals';
import { BoundedCache } from './bounded-cache.js';

const key = (...octets: number[]): Uint8Array => Uint8Array.from(octets);

describe('A bounded cache', () => {
  it('forgets what was unused for longest', () => {
    const cache = new BoundedCache<string>(2);
    cache.set(key(1), 'one');
    cache.set(key(2), 'two');
    expect(cache.get(key(1))).toBe('one');
    cache.set(key(3), 'three');
    expect([1, 2, 3].map((octet) => cache.get(key(octet)))).toEqual(['one', null, 'three']);
  });

  it('tells any two byte strings apart', () => {
    const cache = new BoundedCache<number>(3);
    cache.set(key(0xc3, 0xa9), 1);
    cache.set(key(0xe9), 2);
    cache.set(new Uint8Array(20_000).fill(255), 3);
    expect(cache.get(key(0xc3, 0xa9))).toBe(1);
    expect(cache.get(key(0xe9))).toBe(2);
    expect(cache.get(new Uint8Array(20_000).fill(255))).toBe(3);
    expect(cache.get(new Uint8Array(19_999).fill(255))).toBeNull();
    const bytes = Array.from({ length: 256 }, (_, octet) => key(octet));
    const all = new BoundedCache<number>(256);
    bytes.forEach((octet, i) => all.set(octet, i));
    expect(bytes.map((octet) => all.get(octet))).toEqual(bytes.map((_, i) => i));
  });
});
