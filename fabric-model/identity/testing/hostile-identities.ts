import { CotraceError, concat, utf8 } from '@cotrace/core';
import { parseDerCertificate } from '../certificate.js';
import { parseRevocationList } from '../crl.js';
import { DerReader, TAG, derElement } from '../der.js';
import { parseName } from '../name.js';
import { oidText } from '../oid.js';
import { splitPem } from '../pem.js';
import {
  algorithm,
  attribute,
  certificate,
  extension,
  integer,
  noName,
  oid,
  sequence,
  text,
  time,
} from './certificate-parts.js';

/** A shape of hostile input of any size, and the parser that meets it. */
export type HostileIdentity = readonly [
  shape: string,
  make: (size: number) => Uint8Array,
  run: (bytes: Uint8Array) => void,
];

/** Runs a parser; that it refuses its input is no matter here. */
function tried(parse: (bytes: Uint8Array) => unknown): (bytes: Uint8Array) => void {
  return (bytes) => {
    try {
      parse(bytes);
    } catch (error) {
      if (!(error instanceof CotraceError)) throw error;
    }
  };
}

/** Copies of a piece, of this many bytes or a little more. */
function repeated(piece: string | Uint8Array): (size: number) => Uint8Array {
  const bytes = typeof piece === 'string' ? utf8(piece) : piece;
  return (size) => joined(Math.ceil(size / bytes.length), () => bytes);
}

function joined(count: number, make: (i: number) => Uint8Array): Uint8Array {
  return Uint8Array.from(Buffer.concat(Array.from({ length: count }, (_, i) => make(i))));
}

const wrapped =
  (make: (size: number) => Uint8Array, ...tags: number[]) =>
  (size: number): Uint8Array =>
    tags.reduceRight((content, tag) => derElement(tag, content), make(size));

/** A revocation list with these entries. */
function list(entries: Uint8Array): Uint8Array {
  const signed = sequence(integer(1), algorithm, noName, time, time, sequence(entries));
  return sequence(
    signed,
    algorithm,
    derElement(TAG.bitString, concat(Uint8Array.of(0), sequence(integer(1), integer(1)))),
  );
}

/** Extensions of different identifiers. */
function manyExtensions(size: number): Uint8Array {
  return joined(size / 12, (i) => sequence(numbered(i), derElement(TAG.octetString, new Uint8Array())));
}

/** Policies, each of another identifier. */
function manyPolicies(size: number): Uint8Array {
  return derElement(
    TAG.sequence,
    joined(size / 9, (i) => sequence(numbered(i))),
  );
}

function numbered(i: number): Uint8Array {
  return oid(42, 0x81, 0x80 | (i >> 14), 0x80 | (i >> 7), i & 0x7f);
}

const parse = tried(parseDerCertificate);

/** Inputs that a client may put where an identity is expected, or an administrator into an organisation's configuration. */
export const HOSTILE_IDENTITIES: readonly HostileIdentity[] = [
  ['PEM: BEGIN lines with a colon', repeated('-----BEGIN :-----\n'), splitPem],
  [
    'PEM: headers that run to the end over all END lines',
    (size) => concat(repeated('-----BEGIN :-----\n-----END :\n')(size), utf8('x\n')),
    splitPem,
  ],
  [
    'PEM: blocks that end before their headers do',
    repeated('-----BEGIN X-----\n-----END :\n-----BEGIN A-----\n'),
    splitPem,
  ],
  ['PEM: END lines alone', repeated('\n-----END X-----'), splitPem],
  ['PEM: blocks whose labels differ', repeated('-----BEGIN A-----\n-----END B-----\n'), splitPem],
  [
    'PEM: one long header line',
    (size) => concat(utf8('-----BEGIN A-----\n:'), repeated('a')(size), utf8('\n-----END A-----\n')),
    splitPem,
  ],
  ['PEM: dashes', repeated('-'), splitPem],
  [
    'PEM: a long label',
    (size) => concat(utf8('-----BEGIN '), repeated('A')(size), utf8('\n-----END A-----\n')),
    splitPem,
  ],
  [
    'PEM: blanks in the body',
    (size) => concat(utf8('-----BEGIN A-----\n'), repeated(' \t')(size), utf8('\n-----END A-----\n')),
    splitPem,
  ],
  [
    'PEM: a long body',
    (size) => concat(utf8('-----BEGIN A-----\n'), repeated('QUJD')(size), utf8('\n-----END A-----\n')),
    splitPem,
  ],
  ['PEM: many blocks', repeated('-----BEGIN A-----\nQUJD\n-----END A-----\n'), splitPem],
  ['OID: one number without end', repeated(Uint8Array.of(0x81)), tried(oidText)],
  ['OID: very many small numbers', repeated(Uint8Array.of(1)), tried(oidText)],
  ['OID: very many large numbers', repeated(Uint8Array.of(0x87, 0xff, 0xff, 0xff, 0x7f)), tried(oidText)],
  [
    'DER: empty elements',
    repeated(Uint8Array.of(5, 0)),
    (bytes) => {
      const reader = new DerReader(bytes, 'test');
      while (!reader.empty) reader.any();
    },
  ],
  [
    'name: many attributes',
    wrapped(repeated(derElement(TAG.set, attribute)), TAG.sequence),
    tried(parseName),
  ],
  ['name: many in one set', wrapped(repeated(attribute), TAG.sequence, TAG.set), tried(parseName)],
  ['name: empty sets', wrapped(repeated(Uint8Array.of(TAG.set, 0)), TAG.sequence), tried(parseName)],
  ['name: nested without end', repeated(Uint8Array.of(TAG.sequence, 0x83, 0x10, 0, 0)), tried(parseName)],
  ...[TAG.utf8String, TAG.printableString, TAG.t61String, TAG.bmpString, TAG.ia5String].map(
    (tag): HostileIdentity => [
      `name: a long text of type ${tag}`,
      (size) =>
        sequence(derElement(TAG.set, sequence(oid(0x55, 4, 3), derElement(tag, repeated('ab')(size))))),
      tried(parseName),
    ],
  ),
  [
    'certificate: a huge serial number',
    (size) => certificate({ serial: derElement(TAG.integer, repeated('a')(size)) }),
    parse,
  ],
  [
    'certificate: a huge algorithm',
    (size) =>
      certificate({
        algorithm: sequence(derElement(TAG.objectIdentifier, repeated(Uint8Array.of(0x81))(size))),
      }),
    parse,
  ],
  [
    'certificate: a huge key',
    (size) =>
      certificate({
        key: sequence(sequence(oid(42, 3)), derElement(TAG.bitString, repeated(Uint8Array.of(0))(size))),
      }),
    parse,
  ],
  ['certificate: many extensions', (size) => certificate({ extensions: manyExtensions(size) }), parse],
  [
    'certificate: a huge extension identifier',
    (size) =>
      certificate({
        extensions: sequence(
          derElement(TAG.objectIdentifier, repeated(Uint8Array.of(1))(size)),
          derElement(TAG.octetString, new Uint8Array()),
        ),
      }),
    parse,
  ],
  [
    'certificate: many purposes',
    (size) => certificate({ extensions: extension(37, wrapped(repeated(oid(42, 3)), TAG.sequence)(size)) }),
    parse,
  ],
  [
    'certificate: many policies',
    (size) => certificate({ extensions: extension(32, manyPolicies(size)) }),
    parse,
  ],
  [
    'certificate: many alternative names',
    (size) =>
      certificate({
        extensions: extension(17, wrapped(repeated(text(0x86, 'http://a/')), TAG.sequence)(size)),
      }),
    parse,
  ],
  ...['a', '.', '%', ':', '[', '/', 'http://a@', 'http://[::%25'].map((piece): HostileIdentity => [
    `certificate: a URI of ${piece}`,
    (size) =>
      certificate({
        extensions: extension(17, sequence(derElement(0x86, concat(utf8('x://a'), repeated(piece)(size))))),
      }),
    parse,
  ]),
  [
    'certificate: huge constraints',
    (size) =>
      certificate({ extensions: extension(19, sequence(derElement(TAG.integer, repeated('a')(size)))) }),
    parse,
  ],
  [
    'revocation list: many entries',
    (size) => list(repeated(sequence(integer(1, 2, 3), time))(size)),
    tried(parseRevocationList),
  ],
  [
    'revocation list: a huge serial number',
    (size) => list(sequence(derElement(TAG.integer, repeated('a')(size)), time)),
    tried(parseRevocationList),
  ],
  ['revocation list: a tag without end', repeated(Uint8Array.of(0x3f, 0x81)), tried(parseRevocationList)],
];
