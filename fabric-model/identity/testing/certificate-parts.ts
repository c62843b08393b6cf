import { concat, fromHex, utf8 } from '@cotrace/core';
import { TAG, derElement } from '../der.js';

/** A SEQUENCE of elements. */
export const sequence = (...content: Uint8Array[]): Uint8Array =>
  derElement(TAG.sequence, concat(...content));
export const oid = (...content: number[]): Uint8Array =>
  derElement(TAG.objectIdentifier, Uint8Array.from(content));
export const text = (tag: number, value: string): Uint8Array => derElement(tag, utf8(value));
export const integer = (...content: number[]): Uint8Array =>
  derElement(TAG.integer, Uint8Array.from(content));
/** An attribute of a name: organisational unit peer. */
export const attribute = sequence(oid(0x55, 4, 11), text(TAG.utf8String, 'peer'));
/** ECDSA with SHA-256. */
export const algorithm = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2));
export const time = text(TAG.utcTime, '240101000000Z');
export const noName = sequence();
/** The generator of P-256, as a key. */
export const key = sequence(
  sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1), oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7)),
  derElement(
    TAG.bitString,
    fromHex(
      '00046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296' +
        '4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5',
    ),
  ),
);

/** A certificate, its signature empty, with these parts in place of good ones. */
export function certificate(parts: {
  readonly version?: Uint8Array;
  readonly serial?: Uint8Array;
  readonly validity?: Uint8Array;
  readonly subject?: Uint8Array;
  readonly extensions?: Uint8Array;
  readonly algorithm?: Uint8Array;
  readonly key?: Uint8Array;
}): Uint8Array {
  const chosen = parts.algorithm ?? algorithm;
  const extensions = derElement(0xa3, sequence(parts.extensions ?? new Uint8Array()));
  const signed = sequence(
    derElement(0xa0, parts.version ?? integer(2)),
    parts.serial ?? integer(1),
    chosen,
    noName,
    parts.validity ?? sequence(time, time),
    parts.subject ?? noName,
    parts.key ?? key,
    extensions,
  );
  return sequence(signed, chosen, derElement(TAG.bitString, Uint8Array.of(0)));
}

/** An extension of 2.5.29. */
export function extension(last: number, value: Uint8Array): Uint8Array {
  return sequence(oid(0x55, 29, last), derElement(TAG.octetString, value));
}
