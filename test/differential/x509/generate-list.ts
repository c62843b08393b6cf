import type { KeyObject } from 'node:crypto';
import type { Chance } from './chance.js';
import { encode, leaf, node, sequence, type Node } from './der.js';
import { extension } from './generate-extensions.js';
import { explicit, rarely, seal, signatureAlgorithm, signatureType } from './generate-certificate.js';
import { name } from './generate-name.js';
import { time } from './generate-time.js';
import { mutate } from './mutate.js';

const PEM_LABELS = ['X509 CRL', 'X509 CRL', 'CERTIFICATE', 'X509 CRLX'] as const;

/** A revocation list with odd parts here and there, DER or PEM, signed with `key`. */
export function generateList(chance: Chance, key: KeyObject): Uint8Array {
  const type = signatureType(chance);
  const algorithm = signatureAlgorithm(chance, type);
  const entries = chance.some(3, () => entry(chance));
  const signed = sequence(
    chance.once(8) ? rarely(chance, 2, () => leaf(2, chance.bytes(9))) : leaf(2, [1]),
    algorithm,
    name(chance),
    time(chance, 2024),
    chance.once(3) ? null : time(chance, 2044),
    entries.length === 0 && chance.once(2) ? null : sequence(...entries),
    chance.once(10) ? null : explicit(0, sequence(...extensions(chance))),
    rarely(chance, 30, () => leaf(chance.below(256), chance.bytes(3))),
  );
  if (chance.once(2)) mutate(chance, signed);
  const der = seal(chance, encode(signed), algorithm, type, key);
  if (!chance.once(6)) return der;
  const label = chance.of(PEM_LABELS);
  return Buffer.from(
    `-----BEGIN ${label}-----\n${Buffer.from(der).toString('base64')}\n-----END ${label}-----\n`,
  );
}

function entry(chance: Chance): Node {
  const serial = leaf(
    2,
    chance.once(8) ? chance.of([[0xff], [], [0, 1], [0x80, 1]]) : [1, ...chance.bytes(3)],
  );
  const reason = rarely(chance, 4, () => sequence(extension(chance, '2.5.29.21', false, leaf(10, [1]))));
  return sequence(serial, time(chance, 2025), reason);
}

function extensions(chance: Chance): Node[] {
  const keyId = leaf(0x80, [1]);
  const odd: readonly [Node[], ...Node[][]] = [
    [],
    [leaf(0x81, [1])],
    [keyId, node(0xa1, leaf(0x86, 'x')), leaf(0x82, [1])],
    [keyId, leaf(0x82, [1])],
    [keyId, node(0xa2, leaf(2, [1]))],
    [node(0xa0, leaf(4, [1]))],
    [keyId, { ...leaf(0x81, [1]), length: 'long by one' }],
    [{ ...keyId, length: 'long' }],
  ];
  const identifier = sequence(...(chance.once(3) ? chance.of(odd) : [keyId]));
  const authority = extension(chance, '2.5.29.35', chance.once(10), identifier);
  return [
    ...(chance.once(10) ? [] : [authority]),
    extension(chance, '2.5.29.20', false, leaf(2, [1])),
    ...(chance.once(15) ? [authority] : []),
  ];
}
