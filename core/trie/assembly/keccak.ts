// Keccak-f[1600] (FIPS 202, section 3.3) on two states at once, one per lane.

import { clearBytes } from './bytes';

const ROUND_CONSTANTS: usize = memory.data<u64>([
  0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b,
  0x0000000080000001, 0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088,
  0x0000000080008009, 0x000000008000000a, 0x000000008000808b, 0x800000000000008b, 0x8000000000008089,
  0x8000000000008003, 0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
  0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
]);

/** Bytes that one permutation takes in: the rate of Keccak-256. */
export const BLOCK: u32 = 136;

// @ts-ignore: decorator
@inline function rotated(x: v128, bits: i32): v128 {
  return v128.or(i64x2.shl(x, bits), i64x2.shr_u(x, 64 - bits));
}

// @ts-ignore: decorator
@inline function chi(x: v128, y: v128, z: v128): v128 {
  return v128.xor(x, v128.andnot(z, y));
}

// @ts-ignore: decorator
@inline function sum(a: v128, b: v128, c: v128, d: v128, e: v128): v128 {
  return v128.xor(v128.xor(v128.xor(a, b), v128.xor(c, d)), e);
}

// @ts-ignore: decorator
@inline function lanes(a: usize, b: usize, at: usize): v128 {
  return i64x2.replace_lane(v128.load64_zero(a + at), 1, load<u64>(b + at));
}

// @ts-ignore: decorator
@inline function absorbed(state: usize, a: usize, b: usize, lane: usize): v128 {
  return v128.xor(v128.load(state + lane * 16), lanes(a, b, lane * 8));
}

/** Takes one block of `a` and one of `b` into the two states. */
function absorb(state: usize, a: usize, b: usize): void {
  let a0 = absorbed(state, a, b, 0), a1 = absorbed(state, a, b, 1), a2 = absorbed(state, a, b, 2);
  let a3 = absorbed(state, a, b, 3), a4 = absorbed(state, a, b, 4), a5 = absorbed(state, a, b, 5);
  let a6 = absorbed(state, a, b, 6), a7 = absorbed(state, a, b, 7), a8 = absorbed(state, a, b, 8);
  let a9 = absorbed(state, a, b, 9), a10 = absorbed(state, a, b, 10), a11 = absorbed(state, a, b, 11);
  let a12 = absorbed(state, a, b, 12), a13 = absorbed(state, a, b, 13), a14 = absorbed(state, a, b, 14);
  let a15 = absorbed(state, a, b, 15), a16 = absorbed(state, a, b, 16);
  let a17 = v128.load(state + 272), a18 = v128.load(state + 288), a19 = v128.load(state + 304);
  let a20 = v128.load(state + 320), a21 = v128.load(state + 336), a22 = v128.load(state + 352);
  let a23 = v128.load(state + 368), a24 = v128.load(state + 384);
  for (let constant = ROUND_CONSTANTS; constant < ROUND_CONSTANTS + 192; constant += 8) {
    const c0 = sum(a0, a5, a10, a15, a20), c1 = sum(a1, a6, a11, a16, a21), c2 = sum(a2, a7, a12, a17, a22);
    const c3 = sum(a3, a8, a13, a18, a23), c4 = sum(a4, a9, a14, a19, a24);
    const d0 = v128.xor(c4, rotated(c1, 1)), d1 = v128.xor(c0, rotated(c2, 1));
    const d2 = v128.xor(c1, rotated(c3, 1)), d3 = v128.xor(c2, rotated(c4, 1));
    const d4 = v128.xor(c3, rotated(c0, 1));
    let b0 = v128.xor(a0, d0), b1 = rotated(v128.xor(a6, d1), 44), b2 = rotated(v128.xor(a12, d2), 43);
    let b3 = rotated(v128.xor(a18, d3), 21), b4 = rotated(v128.xor(a24, d4), 14);
    const e0 = v128.xor(chi(b0, b1, b2), v128.load64_splat(constant));
    const e1 = chi(b1, b2, b3), e2 = chi(b2, b3, b4), e3 = chi(b3, b4, b0), e4 = chi(b4, b0, b1);
    b0 = rotated(v128.xor(a3, d3), 28); b1 = rotated(v128.xor(a9, d4), 20);
    b2 = rotated(v128.xor(a10, d0), 3); b3 = rotated(v128.xor(a16, d1), 45);
    b4 = rotated(v128.xor(a22, d2), 61);
    const e5 = chi(b0, b1, b2), e6 = chi(b1, b2, b3), e7 = chi(b2, b3, b4), e8 = chi(b3, b4, b0);
    const e9 = chi(b4, b0, b1);
    b0 = rotated(v128.xor(a1, d1), 1); b1 = rotated(v128.xor(a7, d2), 6);
    b2 = rotated(v128.xor(a13, d3), 25); b3 = rotated(v128.xor(a19, d4), 8);
    b4 = rotated(v128.xor(a20, d0), 18);
    const e10 = chi(b0, b1, b2), e11 = chi(b1, b2, b3), e12 = chi(b2, b3, b4), e13 = chi(b3, b4, b0);
    const e14 = chi(b4, b0, b1);
    b0 = rotated(v128.xor(a4, d4), 27); b1 = rotated(v128.xor(a5, d0), 36);
    b2 = rotated(v128.xor(a11, d1), 10); b3 = rotated(v128.xor(a17, d2), 15);
    b4 = rotated(v128.xor(a23, d3), 56);
    const e15 = chi(b0, b1, b2), e16 = chi(b1, b2, b3), e17 = chi(b2, b3, b4), e18 = chi(b3, b4, b0);
    const e19 = chi(b4, b0, b1);
    b0 = rotated(v128.xor(a2, d2), 62); b1 = rotated(v128.xor(a8, d3), 55);
    b2 = rotated(v128.xor(a14, d4), 39); b3 = rotated(v128.xor(a15, d0), 41);
    b4 = rotated(v128.xor(a21, d1), 2);
    a20 = chi(b0, b1, b2); a21 = chi(b1, b2, b3); a22 = chi(b2, b3, b4); a23 = chi(b3, b4, b0);
    a24 = chi(b4, b0, b1);
    a0 = e0; a1 = e1; a2 = e2; a3 = e3; a4 = e4; a5 = e5; a6 = e6; a7 = e7; a8 = e8; a9 = e9;
    a10 = e10; a11 = e11; a12 = e12; a13 = e13; a14 = e14; a15 = e15; a16 = e16; a17 = e17;
    a18 = e18; a19 = e19;
  }
  v128.store(state, a0); v128.store(state, a1, 16); v128.store(state, a2, 32); v128.store(state, a3, 48);
  v128.store(state, a4, 64); v128.store(state, a5, 80); v128.store(state, a6, 96); v128.store(state, a7, 112);
  v128.store(state, a8, 128); v128.store(state, a9, 144); v128.store(state, a10, 160);
  v128.store(state, a11, 176); v128.store(state, a12, 192); v128.store(state, a13, 208);
  v128.store(state, a14, 224); v128.store(state, a15, 240); v128.store(state, a16, 256);
  v128.store(state, a17, 272); v128.store(state, a18, 288); v128.store(state, a19, 304);
  v128.store(state, a20, 320); v128.store(state, a21, 336); v128.store(state, a22, 352);
  v128.store(state, a23, 368); v128.store(state, a24, 384);
}

/** Fills up the message of `length` bytes at `message` to whole blocks (pad10*1 with Keccak's suffix). */
export function pad(message: usize, length: u32, blocks: u32): void {
  const end = message + <usize>(blocks * BLOCK);
  clearBytes(message + <usize>length, end);
  store<u8>(message + <usize>length, 1);
  store<u8>(end - 1, load<u8>(end - 1) | 0x80);
}

/** Keccak-256 of two padded messages of `blocks` blocks each, to 32 bytes at `hashA` and at `hashB`. */
export function keccakPair(state: usize, a: usize, b: usize, blocks: u32, hashA: usize, hashB: usize): void {
  clearBytes(state, state + 400);
  for (let i: u32 = 0; i < blocks; i++) {
    absorb(state, a, b);
    a += <usize>BLOCK;
    b += <usize>BLOCK;
  }
  for (let i: usize = 0; i < 4; i++) {
    store<u64>(hashB + i * 8, load<u64>(state + i * 16, 8));
    store<u64>(hashA + i * 8, load<u64>(state + i * 16));
  }
}
