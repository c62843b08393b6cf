import { concat, utf8 } from '@cotrace/core';
import { DerReader, TAG, derElement } from '../der.js';
import {
  algorithm,
  certificate,
  extension,
  integer,
  key,
  noName,
  oid,
  sequence,
  text,
  time,
} from './certificate-parts.js';

/** A certificate in an odd form, and whether Go 1.26 takes it. */
export type OddCertificate = readonly [what: string, der: Uint8Array, isTaken: boolean];

const octets = (...content: number[]): Uint8Array => derElement(TAG.octetString, Uint8Array.from(content));
const bits = (...content: number[]): Uint8Array => derElement(TAG.bitString, Uint8Array.from(content));
const named = (tag: number, ...content: number[]): Uint8Array =>
  sequence(derElement(TAG.set, sequence(oid(0x55, 4, 11), derElement(tag, Uint8Array.from(content)))));
const critical = (last: number, value: Uint8Array): Uint8Array =>
  sequence(
    oid(0x55, 29, last),
    derElement(TAG.boolean, Uint8Array.of(0xff)),
    derElement(TAG.octetString, value),
  );
const keyId = derElement(0x80, Uint8Array.of(1));
const valid = (from: Uint8Array): Uint8Array => sequence(from, time);
const uri = (value: string): Uint8Array => extension(17, sequence(text(0x86, value)));

/** The elements of a SEQUENCE. */
function partsOf(der: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [];
  const reader = new DerReader(der, 'test').inside();
  while (!reader.empty) parts.push(reader.any().raw);
  return parts;
}

/** Forms that a certificate can have, each with Go's verdict. */
export const ODD_CERTIFICATES: readonly OddCertificate[] = [
  ['nothing odd', certificate({}), true],
  ['a version with something after it', certificate({ version: concat(integer(2), integer(2)) }), false],
  ['version 4', certificate({ version: integer(3) }), false],
  ['a negative version', certificate({ version: integer(0xff) }), false],
  ['a negative serial number', certificate({ serial: integer(0xff) }), false],
  ['serial number zero', certificate({ serial: integer(0) }), true],
  [
    'parameters of its algorithm that are cut off',
    certificate({ algorithm: sequence(oid(42, 3), Uint8Array.of(5, 1)) }),
    false,
  ],
  [
    'something after the parameters of its algorithm',
    certificate({ algorithm: sequence(oid(42, 3), integer(1), integer(2)) }),
    true,
  ],
  ['a time without seconds', certificate({ validity: valid(text(TAG.utcTime, '2401010000Z')) }), true],
  ['a time with an offset', certificate({ validity: valid(text(TAG.utcTime, '240101000000+0130')) }), true],
  [
    'a time whose offset is zero',
    certificate({ validity: valid(text(TAG.utcTime, '240101000000+0000')) }),
    false,
  ],
  ['30 February', certificate({ validity: valid(text(TAG.utcTime, '240230000000Z')) }), false],
  [
    'a fraction of a second',
    certificate({ validity: valid(text(TAG.generalizedTime, '20240101000000.5Z')) }),
    false,
  ],
  ['a PrintableString with *', certificate({ subject: named(TAG.printableString, 0x2a) }), true],
  ['a PrintableString with _', certificate({ subject: named(TAG.printableString, 0x5f) }), false],
  ['an IA5String beyond ASCII', certificate({ subject: named(TAG.ia5String, 0xe9) }), false],
  ['a NumericString with a letter', certificate({ subject: named(TAG.numericString, 0x61) }), false],
  ['a T61String beyond ASCII', certificate({ subject: named(TAG.t61String, 0xe9) }), true],
  ['a BMPString of an odd length', certificate({ subject: named(TAG.bmpString, 0, 0x61, 0) }), false],
  ['a BMPString with a surrogate', certificate({ subject: named(TAG.bmpString, 0xd8, 0) }), false],
  ['a UTF8String that is not UTF-8', certificate({ subject: named(TAG.utf8String, 0xff) }), false],
  ['a name that is an OCTET STRING', certificate({ subject: named(TAG.octetString, 0x61) }), false],
  ['an empty set in a name', certificate({ subject: sequence(derElement(TAG.set, new Uint8Array())) }), true],
  [
    'an identifier number of 2^31',
    certificate({
      subject: sequence(
        derElement(TAG.set, sequence(oid(0x88, 0x80, 0x80, 0x80, 0), text(TAG.utf8String, 'x'))),
      ),
    }),
    false,
  ],
  ['key usage with bits that do not count', certificate({ extensions: extension(15, bits(1, 0x81)) }), false],
  [
    'key usage with something after it',
    certificate({ extensions: extension(15, concat(bits(7, 0x80), integer(1))) }),
    true,
  ],
  ['key usage of 3 octets', certificate({ extensions: extension(15, bits(0, 0, 0, 1)) }), true],
  ['a critical subject key identifier', certificate({ extensions: critical(14, octets(1)) }), false],
  ['a critical authority key identifier', certificate({ extensions: critical(35, sequence(keyId)) }), false],
  [
    'an authority key identifier of something else',
    certificate({ extensions: extension(35, sequence(integer(1), keyId)) }),
    true,
  ],
  [
    'an authority key identifier with a broken rest',
    certificate({ extensions: extension(35, sequence(keyId, Uint8Array.of(0x81, 9))) }),
    true,
  ],
  ['an authority key identifier that is none', certificate({ extensions: extension(35, keyId) }), false],
  ['a negative path length', certificate({ extensions: extension(19, sequence(integer(0xff))) }), false],
  [
    'a path length beyond 2^63',
    certificate({ extensions: extension(19, sequence(integer(0, 0x80, 0, 0, 0, 0, 0, 0, 0))) }),
    false,
  ],
  [
    'a flag that is neither true nor false',
    certificate({ extensions: extension(19, sequence(derElement(TAG.boolean, Uint8Array.of(1)))) }),
    false,
  ],
  [
    'an extension twice',
    certificate({ extensions: concat(extension(14, octets(1)), extension(14, octets(1))) }),
    false,
  ],
  [
    'a policy twice',
    certificate({ extensions: extension(32, sequence(sequence(oid(42, 3)), sequence(oid(42, 3)))) }),
    false,
  ],
  [
    'an address of five octets',
    certificate({ extensions: extension(17, sequence(derElement(0x87, utf8('abcde')))) }),
    false,
  ],
  ['a URI', certificate({ extensions: uri('spiffe://example.org/a%41') }), true],
  ['a URI with a broken escape', certificate({ extensions: uri('spiffe://example.org/a%4') }), false],
  ['a URI whose host has an empty label', certificate({ extensions: uri('http://a..b/') }), false],
  ['a URI of an IPv6 address', certificate({ extensions: uri('http://[::1]:80/') }), true],
  ['a key with something after it', certificate({ key: sequence(...partsOf(key), integer(1)) }), true],
  ['octets after it', concat(certificate({}), Uint8Array.of(0)), false],
  ['octets after its signature', sequence(...partsOf(certificate({})), integer(1)), true],
  [
    'two signature algorithms',
    sequence(...partsOf(certificate({})).map((part, i) => (i === 1 ? sequence(oid(42, 3)) : part))),
    false,
  ],
  ['an algorithm in place of its issuer', certificate({ validity: algorithm }), false],
  ['nothing in its validity', certificate({ validity: noName }), false],
];
