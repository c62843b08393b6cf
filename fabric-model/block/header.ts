import { MalformedError, concat, sha256 } from '@cotrace/core';

const INTEGER = 0x02;
const OCTET_STRING = 0x04;
const SEQUENCE = 0x30;
const U64_MAX = 0xffffffffffffffffn;

/**
 * ASN.1 DER of a block header, the bytes that are hashed and signed:
 * `SEQUENCE { INTEGER number, OCTET STRING previousHash, OCTET STRING dataHash }`.
 *
 * `blockNum` is 0…2^64−1 (`OUT_OF_RANGE` otherwise); the hashes are normally 32 bytes, and the previous hash
 * of block 0 is empty. Source: Fabric `protoutil/blockutils.go`, BlockHeaderBytes.
 */
export function headerBytes(blockNum: bigint, previousHash: Uint8Array, dataHash: Uint8Array): Uint8Array {
  return der(SEQUENCE, derInteger(blockNum), der(OCTET_STRING, previousHash), der(OCTET_STRING, dataHash));
}

/** SHA-256 of `headerBytes`: the hash that the next block names as its previous hash. */
export function headerHash(blockNum: bigint, previousHash: Uint8Array, dataHash: Uint8Array): Uint8Array {
  return sha256(headerBytes(blockNum, previousHash, dataHash));
}

/**
 * SHA-256 over all envelopes of a block, one after the other. There is no framing: only with the
 * well-formedness check of `checkBlock` does it determine where an envelope ends.
 */
export function dataHash(envelopes: readonly Uint8Array[]): Uint8Array {
  return sha256(...envelopes);
}

function derInteger(value: bigint): Uint8Array {
  if (value < 0n || value > U64_MAX) {
    throw new MalformedError('OUT_OF_RANGE', 'a block number must fit 64 bits', { value: String(value) });
  }
  const digits = value.toString(16);
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  // The first bit is the sign: a number whose first byte has it set needs a zero byte before it.
  const hex = Number.parseInt(even.slice(0, 2), 16) > 0x7f ? `00${even}` : even;
  return der(
    INTEGER,
    Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)),
  );
}

function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = concat(...parts);
  return concat(Uint8Array.of(tag, ...derLength(content.length)), content);
}

function derLength(length: number): number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return [0x80 | bytes.length, ...bytes];
}
