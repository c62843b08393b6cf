import { sign, type KeyObject } from 'node:crypto';
import { concat } from '@cotrace/core';
import { derElement } from '../../../fabric-model/identity/der.js';
import type { Chance } from './chance.js';
import { encode, leaf, node, oid, sequence, type Node } from './der.js';
import { extensionOf, extensions } from './generate-extensions.js';
import { time } from './generate-time.js';
import { mutate } from './mutate.js';
import { name } from './generate-name.js';

/** What a certificate is made for. */
export interface Wanted {
  /** DER of the issuer's name. */
  readonly issuer: Uint8Array;
  readonly issuerKey: KeyObject;
  /** DER of the subject public key info. */
  readonly keyInfo: Uint8Array;
  readonly isCA: boolean;
}

const ECDSA = ['1.2.840.10045.4.3.2', '1.2.840.10045.4.3.3', '1.2.840.10045.4.3.4'] as const;
const HASHES: Readonly<Record<string, string>> = {
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
  '1.2.840.10045.4.1': 'sha1',
};

/** A certificate with odd parts here and there, half of them changed anywhere, signed by its issuer with either s. */
export function generateCertificate(chance: Chance, wanted: Wanted): Uint8Array {
  const type = signatureType(chance);
  const algorithm = signatureAlgorithm(chance, type);
  const version = chance.once(12) ? oddVersion(chance) : explicit(0, leaf(2, [2]));
  const signed = sequence(
    version,
    leaf(
      2,
      chance.once(8) ? chance.of([[0], [0x80], [0, 1], [0xff], [], [0, 0x80]]) : [1, ...chance.bytes(9)],
    ),
    algorithm,
    chance.once(10) ? name(chance) : raw(wanted.issuer),
    sequence(
      time(chance, 2024),
      time(chance, 2044),
      rarely(chance, 20, () => time(chance, 2000)),
    ),
    name(chance),
    chance.once(8) ? keyInfo(chance) : raw(wanted.keyInfo),
    rarely(chance, 12, () => leaf(0x81, chance.of([[0, 1], [7, 0x80], [9], [], [1, 1]]))),
    rarely(chance, 12, () => leaf(0x82, chance.of([[0], [4, 0x0f]]))),
    chance.once(15)
      ? null
      : explicit(
          3,
          extensions(chance, wanted.isCA),
          rarely(chance, 20, () => leaf(5, [])),
        ),
    rarely(chance, 30, () => leaf(chance.below(256), chance.bytes(3))),
  );
  if (chance.once(2)) mutate(chance, signed);
  return seal(
    chance,
    encode(signed),
    chance.once(30) ? signatureAlgorithm(chance, type) : algorithm,
    type,
    wanted.issuerKey,
  );
}

/** A certificate in which one part is odd, without a good signature: reading is what it tries. */
export function generateOneOdd(chance: Chance, wanted: Omit<Wanted, 'issuerKey'>): Uint8Array {
  const part = chance.below(7);
  const odd = (number: number, make: () => Node, otherwise: Node): Node =>
    part === number ? make() : otherwise;
  const algorithm = odd(0, () => signatureAlgorithm(chance, signatureType(chance)), sequence(oid(ECDSA[0])));
  const good = leaf(0x17, '240101000000Z');
  const signed = sequence(
    part === 1 ? oddVersion(chance) : explicit(0, leaf(2, [2])),
    leaf(2, [1]),
    algorithm,
    raw(wanted.issuer),
    sequence(
      odd(2, () => time(chance, 2024), good),
      good,
    ),
    odd(3, () => name(chance), raw(wanted.issuer)),
    odd(4, () => keyInfo(chance), raw(wanted.keyInfo)),
    explicit(
      3,
      odd(5, () => extensions(chance, wanted.isCA), sequence(extensionOf(chance))),
    ),
  );
  return encode(sequence(signed, algorithm, leaf(3, [0])));
}

/** A signed structure: the signed bytes, the algorithm, the signature with either s; now and then with something amiss. */
export function seal(
  chance: Chance,
  signed: Uint8Array,
  algorithm: Node,
  type: string,
  key: KeyObject,
): Uint8Array {
  const signature = sign(HASHES[type] ?? 'sha256', signed, key);
  const odd = chance.once(15);
  const bits = odd
    ? chance.of<Uint8Array>([
        Uint8Array.of(0),
        Uint8Array.of(1, ...signature),
        Uint8Array.of(0, ...signature, 0),
        Uint8Array.of(4, ...signature, 0x10),
        // The same, shifted by four bits.
        Uint8Array.of(4, ...shifted(signature)),
      ])
    : Uint8Array.of(0, ...signature);
  const parts = [signed, encode(algorithm), derElement(3, bits)];
  if (chance.once(25)) parts.push(encode(leaf(chance.below(256), chance.bytes(2))));
  const whole = derElement(0x30, concat(...parts));
  return chance.once(40) ? concat(whole, Uint8Array.of(0)) : whole;
}

export function signatureType(chance: Chance): string {
  if (!chance.once(6)) return ECDSA[0];
  return chance.of([...ECDSA, '1.2.840.10045.4.1', '1.2.840.113549.1.1.11', '1.3.101.112']);
}

export function signatureAlgorithm(chance: Chance, type: string): Node {
  const odd = chance.once(12);
  const parameters = chance.of<Node[]>([
    [leaf(5, [])],
    [leaf(5, []), leaf(4, [1])],
    [leaf(0x1f, [1])],
    [{ ...leaf(5, []), length: 'long by one' }],
    [leaf(4, [0, 1]), leaf(5, [])],
  ]);
  return sequence(oid(type), ...(odd ? parameters : []));
}

function oddVersion(chance: Chance): Node | null {
  return chance.of([
    null,
    explicit(0, leaf(2, [0])),
    explicit(0, leaf(2, [1])),
    explicit(0, leaf(2, [3])),
    explicit(0, leaf(2, [0xff])),
    explicit(0, leaf(2, [0, 2])),
    explicit(0, leaf(2, [2]), leaf(2, [2])),
    explicit(0, leaf(2, [1, 0, 0, 0, 0, 0, 0, 0, 2])),
    explicit(0, leaf(2, [])),
    explicit(0),
    explicit(0, leaf(4, [2])),
    leaf(0x80, [2]),
  ]);
}

const EC = '1.2.840.10045.2.1';
const CURVES = ['1.2.840.10045.3.1.7', '1.3.132.0.34', '1.3.132.0.35', '1.3.132.0.33', '1.2.3'] as const;

function keyInfo(chance: Chance): Node {
  const type = chance.once(3)
    ? chance.of(['1.2.840.113549.1.1.1', '1.3.101.112', '1.3.101.110', '1.2.3'])
    : EC;
  const parameters = chance.of<Node | null>([oid(chance.of(CURVES)), leaf(5, []), null, leaf(6, [0x80, 1])]);
  const point = chance.of([4, 2, 0]);
  const bits = [chance.of([0, 0, 1, 8]), point, ...chance.bytes(64)];
  return sequence(
    sequence(
      oid(type),
      parameters,
      rarely(chance, 4, () => leaf(5, [])),
    ),
    leaf(3, bits),
  );
}

function shifted(bytes: Uint8Array): number[] {
  const digits = `0${Buffer.from(bytes).toString('hex')}0`;
  return [...Buffer.from(digits, 'hex')];
}

/** An element that is DER already. */
export function raw(der: Uint8Array): Node {
  const size = (der[1] ?? 0) < 0x80 ? 2 : 2 + ((der[1] ?? 0) & 0x7f);
  return leaf(der[0] ?? 0, der.subarray(size));
}

export function explicit(tag: number, ...content: (Node | null)[]): Node {
  return node(0xa0 + tag, ...content);
}

export function rarely(chance: Chance, times: number, make: () => Node): Node | null {
  return chance.once(times) ? make() : null;
}
